//! Uses the API through a client that was generated from openapi.json.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import {
  bearer,
  clientWith,
  expectProblem,
  expectSuccess,
  newApplication,
  newChat,
  nextPage,
  operator,
  PATHS,
  PLACES,
  tenant,
  type Message,
} from "./client.ts";
import { eventually } from "./eventually.ts";

test("an application is created, listed, read, renamed and deleted", async () => {
  const body = { name: "Tea house" };
  const { id, token } = expectSuccess(await operator.POST(PATHS.applications, { body }), 201);
  const newest = await operator.GET(PATHS.applications, { params: { query: { order: "desc", limit: 200 } } });
  const listed = expectSuccess(newest, 200).find((application) => application.id === id);
  assert.equal(listed?.token, token);
  const params = { path: { token: id } };
  expectSuccess(await operator.PUT(PATHS.application, { params, body: { name: "Coffee house" } }), 200);
  expectSuccess(await operator.PATCH(PATHS.application, { params, body: { name: "House" } }), 200);
  const { client, path } = tenant(token);
  assert.equal(expectSuccess(await client.GET(PATHS.application, { params: { path } }), 200).name, "House");
  expectSuccess(await operator.DELETE(PATHS.application, { params }), 204);
  expectProblem(await client.POST(PATHS.chats, { params: { path } }), 404, "application_not_found");
  await eventually("the application is gone", async () => {
    const read = await client.GET(PATHS.application, { params: { path } });
    return read.error?.code === "application_not_found";
  });
});

test("a new token replaces the old one", async () => {
  const application = await newApplication();
  const old = tenant(application.token);
  const params = { path: old.path, header: { "Idempotency-Key": randomUUID() } };
  const { id, token } = expectSuccess(await old.client.POST(PATHS.token, { params }), 201);
  assert.equal(id, application.id);
  assert.notEqual(token, application.token);
  // A lost response can be had again, although the old token is revoked.
  assert.equal(expectSuccess(await old.client.POST(PATHS.token, { params }), 201).token, token);
  for (const place of PLACES) {
    const { client, path } = tenant(token, place);
    expectSuccess(await client.GET(PATHS.application, { params: { path } }), 200);
    const revoked = tenant(application.token, place);
    const read = await revoked.client.GET(PATHS.application, { params: { path: revoked.path } });
    expectProblem(read, 401, "token_revoked");
    assert.equal(read.response.headers.get("www-authenticate"), 'Bearer error="invalid_token"');
  }
});

test("wrong credentials are refused", async () => {
  const [{ id, token }, other] = [await newApplication(), await newApplication()];
  const list = (path: string, credential: string | null) =>
    clientWith(bearer(credential)).GET(PATHS.chats, { params: { path: { token: path } } });
  expectProblem(await list("self", null), 401, "token_required");
  expectProblem(await list(id, null), 401, "admin_key_required");
  expectProblem(await list(id, token), 401, "admin_key_required");
  expectProblem(await list(token, other.token), 400, "malformed_parameter");
  for (const never of [token.slice(0, -1), "0".repeat(64)]) {
    expectProblem(await list(never, null), 404, "application_not_found");
    expectProblem(await list("self", never), 404, "application_not_found");
  }
});

test("only the operator creates, lists, renames and deletes applications", async () => {
  const { id, token } = await newApplication();
  const [body, params] = [{ name: "Refused" }, { path: { token: id } }];
  for (const credential of [null, token, "swordfish"]) {
    const client = clientWith(bearer(credential));
    expectProblem(await client.POST(PATHS.applications, { body }), 401, "admin_key_required");
    expectProblem(await client.GET(PATHS.applications), 401, "admin_key_required");
    expectProblem(await client.PUT(PATHS.application, { params, body }), 401, "admin_key_required");
    expectProblem(await client.PATCH(PATHS.application, { params, body }), 401, "admin_key_required");
    expectProblem(await client.DELETE(PATHS.application, { params }), 401, "admin_key_required");
  }
  const read = await operator.GET(PATHS.application, { params });
  assert.notEqual(expectSuccess(read, 200).name, body.name);
});

test("the operator uses a tenant's chats by the application's id", async () => {
  const { id } = await newApplication();
  const chat = { token: id, chat: 1 };
  expectSuccess(await operator.POST(PATHS.chats, { params: { path: { token: id } } }), 201);
  const body = { body: "From the operator" };
  const sent = expectSuccess(await operator.POST(PATHS.messages, { params: { path: chat }, body }), 201);
  await eventually("the message can be read", async () => {
    const read = await operator.GET(PATHS.message, { params: { path: { ...chat, message: sent.number } } });
    return read.data?.body === body.body;
  });
});

for (const place of PLACES) {
  test(`a message is created, read, changed and deleted, with the token in the ${place}`, async () => {
    const { client, path } = await newChat(place);
    const sent = await client.POST(PATHS.messages, { params: { path }, body: { body: "Good morning" } });
    const message = { ...path, message: expectSuccess(sent, 201).number };
    for (const change of ["PUT", "PATCH"] as const) {
      const body = `Changed by ${change}`;
      const request = { params: { path: message }, body: { body } };
      const changed = change === "PUT" ? client.PUT(PATHS.message, request) : client.PATCH(PATHS.message, request);
      assert.equal(expectSuccess(await changed, 200).body, body);
      await eventually("the change can be read", async () => {
        const read = await client.GET(PATHS.message, { params: { path: message } });
        return read.data?.body === body;
      });
    }
    expectSuccess(await client.DELETE(PATHS.message, { params: { path: message } }), 204);
    await eventually("the message is gone", async () => {
      const read = await client.GET(PATHS.message, { params: { path: message } });
      return read.error?.code === "message_not_found";
    });
  });

  test(`each page links to the next one, with the token in the ${place}`, async () => {
    const { client, headers, path } = await newChat(place);
    const bodies = ["one", "two", "three", "four", "five"];
    for (const body of bodies) {
      expectSuccess(await client.POST(PATHS.messages, { params: { path }, body: { body } }), 201);
    }
    await eventually("all messages are stored", async () => {
      const chat = await client.GET(PATHS.chat, { params: { path } });
      return chat.data?.messages_count === bodies.length;
    });
    const first = await client.GET(PATHS.messages, { params: { path, query: { limit: 2, order: "desc" } } });
    const seen = expectSuccess(first, 200).map((message) => message.body);
    for (let next = nextPage(first.response); next; ) {
      const page = await fetch(next, { headers });
      seen.push(...((await page.json()) as Message[]).map((message) => message.body));
      next = nextPage(page);
    }
    assert.deepEqual(seen, bodies.toReversed());
  });
}

test("GET and POST searches find a message", async () => {
  const { client, path } = await newChat();
  const body = "A pot of jasmine tea, please";
  expectSuccess(await client.POST(PATHS.messages, { params: { path }, body: { body } }), 201);
  const [hit] = await eventually("the message is found", async () => {
    const found = await client.GET(PATHS.search, { params: { path, query: { q: "jasmine" } } });
    return found.data?.length ? found.data : undefined;
  });
  assert.equal(hit?.body, body);
  assert.match(hit.highlights.join(), /<em>jasmine<\/em>/);
  const found = await client.POST(PATHS.search, { params: { path }, body: { query: "jasmine" } });
  assert.deepEqual(expectSuccess(found, 200), [hit]);
});

test("a creation repeated with its Idempotency-Key happens once", async () => {
  const { client, path } = await newChat();
  const header = { "Idempotency-Key": randomUUID() };
  const send = (body: string) => client.POST(PATHS.messages, { params: { path, header }, body: { body } });
  const first = expectSuccess(await send("Once"), 201);
  assert.equal(expectSuccess(await send("Once"), 201).number, first.number);
  expectProblem(await send("Twice"), 422, "idempotency_key_reused");
  const next = expectSuccess(
    await client.POST(PATHS.messages, { params: { path }, body: { body: "Next" } }),
    201,
  );
  assert.equal(next.number, first.number + 1);
});

test("a chat is deleted with its messages", async () => {
  const { client, path } = await newChat();
  expectSuccess(await client.POST(PATHS.messages, { params: { path }, body: { body: "Goodbye" } }), 201);
  expectSuccess(await client.DELETE(PATHS.chat, { params: { path } }), 204);
  await eventually("the chat is gone", async () => {
    const read = await client.GET(PATHS.messages, { params: { path } });
    return read.error?.code === "chat_not_found";
  });
  const late = await client.POST(PATHS.messages, { params: { path }, body: { body: "Hello?" } });
  expectProblem(late, 404, "chat_not_found");
});

test("the types list the problem codes of each operation", async () => {
  const { client, path } = await newChat();
  // @ts-expect-error: a message requires a body.
  expectProblem(await client.POST(PATHS.messages, { params: { path }, body: {} }), 422, "invalid_fields");
  const unknown = tenant("0".repeat(64));
  const result = await unknown.client.GET(PATHS.chats, { params: { path: unknown.path } });
  expectProblem(result, 404, "application_not_found");
  // @ts-expect-error: listing chats never returns this code.
  assert.throws(() => expectProblem(result, 404, "message_not_found"));
});
