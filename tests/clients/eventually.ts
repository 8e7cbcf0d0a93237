import { setTimeout as pause } from "node:timers/promises";

const TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 50;

/** Polls until there is a value other than `undefined` and `false`: reads show a write a moment after its response. */
export async function eventually<Value>(
  condition: string,
  poll: () => Promise<Value | false | undefined>,
): Promise<Value> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const value = await poll();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`not within ${TIMEOUT_MS} ms: ${condition}`);
    await pause(POLL_INTERVAL_MS);
  }
}
