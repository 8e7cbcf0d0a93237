import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** The API of the local stack that `CHATLOG_STACK` names. */
export interface Stack {
  /** The base URL, with its stage and without a slash at the end. */
  readonly api: string;
  /** What the operator's routes ask for, unless they are open. */
  readonly admin_key: string | null;
}

export const stack: Stack = read();

function read(): Stack {
  const file = process.env["CHATLOG_STACK"];
  assert(file, "no stack to test against: run these tests by `cargo xtask test clients`");
  return JSON.parse(readFileSync(file, "utf8"));
}
