import assert from "node:assert/strict";

import type { components, paths } from "chatlog-api";
import createClient, { type Client } from "openapi-fetch";

import { stack } from "./stack.ts";

export type Application = components["schemas"]["Application"];
export type Message = components["schemas"]["Message"];

/** The paths of the document that the tests use. */
export const PATHS = {
  applications: "/applications",
  application: "/applications/{token}",
  token: "/applications/{token}/token",
  chats: "/applications/{token}/chats",
  chat: "/applications/{token}/chats/{chat}",
  messages: "/applications/{token}/chats/{chat}/messages",
  message: "/applications/{token}/chats/{chat}/messages/{message}",
  search: "/applications/{token}/chats/{chat}/messages/search",
} as const satisfies Record<string, keyof paths>;

/** A client of the operator. The clients know the API only from the types generated from the document. */
export const operator = clientWith(bearer(stack.admin_key));

/** Where a tenant sends its token: in a header or, as clients of the replaced systems do, in the path. */
export const PLACES = ["header", "path"] as const;
export type Place = (typeof PLACES)[number];

/** A client of one tenant. */
export interface Tenant {
  client: Client<paths>;
  headers: Record<string, string>;
  /** What its paths have for the application. */
  path: { token: string };
}

export function tenant(token: string, place: Place = "header"): Tenant {
  const headers = bearer(place === "header" ? token : null);
  return { client: clientWith(headers), headers, path: { token: place === "header" ? "self" : token } };
}

export function clientWith(headers: Record<string, string>): Client<paths> {
  return createClient<paths>({ baseUrl: stack.api, headers });
}

export function bearer(credential: string | null): Record<string, string> {
  return credential === null ? {} : { authorization: `Bearer ${credential}` };
}

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

/** Creates an application. */
export async function newApplication(): Promise<Application> {
  return expectSuccess(await operator.POST(PATHS.applications, { body: { name: "Generated client" } }), 201);
}

/** Creates an application with one chat. */
export async function newChat(place?: Place): Promise<Tenant & { path: { chat: number } }> {
  const { token } = await newApplication();
  const { client, headers, path } = tenant(token, place);
  const created = await client.POST(PATHS.chats, { params: { path } });
  return { client, headers, path: { ...path, chat: expectSuccess(created, 201).number } };
}
