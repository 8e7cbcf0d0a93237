import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** The API of the local stack that `CHATLOG_STACK` names. */
export interface Stack {
  /** The base URL, including the stage, without a trailing slash. */
  readonly api: string;
  /** The key that the operator's routes require; `null` if they are open. */
  readonly admin_key: string | null;
}

export const stack: Stack = read();

function read(): Stack {
  const file = process.env["CHATLOG_STACK"];
  assert(file, "CHATLOG_STACK is not set: run these tests with `cargo xtask test clients`");
  return JSON.parse(readFileSync(file, "utf8"));
}
