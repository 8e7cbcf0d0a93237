import assert from "node:assert/strict";

import type { components, paths } from "chatlog-api";
import createClient from "openapi-fetch";

import { stack } from "./stack.ts";

export type Message = components["schemas"]["Message"];

/** The paths that these programs use, as the document names them. */
export const PATHS = {
  applications: "/applications",
  application: "/applications/{token}",
  chats: "/applications/{token}/chats",
  chat: "/applications/{token}/chats/{chat}",
  messages: "/applications/{token}/chats/{chat}/messages",
  message: "/applications/{token}/chats/{chat}/messages/{message}",
  search: "/applications/{token}/chats/{chat}/messages/search",
} as const satisfies Record<string, keyof paths>;

/** A client with the types of the document and nothing else that knows the API. */
export const client = createClient<paths>({
  baseUrl: stack.api,
  headers: stack.admin_key === null ? {} : { authorization: `Bearer ${stack.admin_key}` },
});

interface Outcome<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** What a request that has to succeed answered. */
export function succeeded<Data>({ data, error, response }: Outcome<Data>, status: number): Data {
  assert.equal(response.status, status, `${response.url}: ${JSON.stringify(error)}`);
  return data as Data;
}

/** Checks that a request met this problem; the types take only a code that the document lists for the operation. */
export function refused<Code extends string>(
  { error, response }: { error?: { code: Code; status: number }; response: Response },
  status: number,
  code: NoInfer<Code>,
): void {
  assert.equal(response.status, status, response.url);
  assert.match(response.headers.get("content-type") ?? "", /^application\/problem\+json/);
  assert.equal(error?.status, status);
  assert.equal(error.code, code);
}

/** The page that follows, by the reply's `Link`. */
export function nextPage(response: Response): URL | undefined {
  const reference = /^<([^>]*)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
  return reference === undefined ? undefined : new URL(reference, response.url);
}

/** A new application with a chat in it, to talk in. */
export async function newChat(): Promise<{ token: string; chat: number }> {
  const created = await client.POST(PATHS.applications, { body: { name: "Generated client" } });
  const { token } = succeeded(created, 201);
  const opened = await client.POST(PATHS.chats, { params: { path: { token } } });
  return { token, chat: succeeded(opened, 201).number };
}
