import assert from "node:assert/strict";

import type { components, paths } from "chatlog-api";
import createClient from "openapi-fetch";

import { stack } from "./stack.ts";

export type Message = components["schemas"]["Message"];

/** The paths of the document that the tests use. */
export const PATHS = {
  applications: "/applications",
  application: "/applications/{token}",
  chats: "/applications/{token}/chats",
  chat: "/applications/{token}/chats/{chat}",
  messages: "/applications/{token}/chats/{chat}/messages",
  message: "/applications/{token}/chats/{chat}/messages/{message}",
  search: "/applications/{token}/chats/{chat}/messages/search",
} as const satisfies Record<string, keyof paths>;

/** A client that knows the API only from the types generated from the document. */
export const client = createClient<paths>({
  baseUrl: stack.api,
  headers: stack.admin_key === null ? {} : { authorization: `Bearer ${stack.admin_key}` },
});

interface Result<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** Asserts that a request succeeded with this status and returns its data. */
export function expectSuccess<Data>({ data, error, response }: Result<Data>, status: number): Data {
  assert.equal(response.status, status, `${response.url}: ${JSON.stringify(error)}`);
  return data as Data;
}

/** Asserts that a request failed with this problem. The types accept only the operation's codes in the document. */
export function expectProblem<Code extends string>(
  { error, response }: { error?: { code: Code; status: number }; response: Response },
  status: number,
  code: NoInfer<Code>,
): void {
  assert.equal(response.status, status, response.url);
  assert.match(response.headers.get("content-type") ?? "", /^application\/problem\+json/);
  assert.equal(error?.status, status);
  assert.equal(error.code, code);
}

/** The URL of the next page, from the response's `Link`. */
export function nextPage(response: Response): URL | undefined {
  const reference = /^<([^>]*)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
  return reference === undefined ? undefined : new URL(reference, response.url);
}

/** Creates an application with one chat. */
export async function newChat(): Promise<{ token: string; chat: number }> {
  const created = await client.POST(PATHS.applications, { body: { name: "Generated client" } });
  const { token } = expectSuccess(created, 201);
  const createdChat = await client.POST(PATHS.chats, { params: { path: { token } } });
  return { token, chat: expectSuccess(createdChat, 201).number };
}
