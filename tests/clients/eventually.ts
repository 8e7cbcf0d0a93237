import { setTimeout as pause } from "node:timers/promises";

const PATIENCE_MS = 30_000;
const BETWEEN_MS = 50;

/** Asks again and again until there is an answer: reads follow what was accepted soon, not at once. */
export async function eventually<Answer>(
  what: string,
  ask: () => Promise<Answer | false | undefined>,
): Promise<Answer> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${PATIENCE_MS} ms`);
    await pause(BETWEEN_MS);
  }
}
