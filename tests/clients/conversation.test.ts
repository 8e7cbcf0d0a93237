//! Uses the API through a client that was generated from openapi.json.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { client, expectProblem, expectSuccess, newChat, nextPage, PATHS, type Message } from "./client.ts";
import { eventually } from "./eventually.ts";

test("an application is created, listed, read and renamed", async () => {
  const { token } = expectSuccess(await client.POST(PATHS.applications, { body: { name: "Tea house" } }), 201);
  const newest = await client.GET(PATHS.applications, { params: { query: { order: "desc", limit: 200 } } });
  assert(expectSuccess(newest, 200).some((application) => application.token === token));
  const path = { token };
  expectSuccess(await client.PUT(PATHS.application, { params: { path }, body: { name: "Coffee house" } }), 200);
  expectSuccess(await client.PATCH(PATHS.application, { params: { path }, body: { name: "House" } }), 200);
  assert.equal(expectSuccess(await client.GET(PATHS.application, { params: { path } }), 200).name, "House");
});

test("a message is created, read, changed and deleted", async () => {
  const path = await newChat();
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

test("each page links to the next one", async () => {
  const path = await newChat();
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
    const page = await fetch(next);
    seen.push(...((await page.json()) as Message[]).map((message) => message.body));
    next = nextPage(page);
  }
  assert.deepEqual(seen, bodies.toReversed());
});

test("GET and POST searches find a message", async () => {
  const path = await newChat();
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
  const path = await newChat();
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
  const path = await newChat();
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
  const path = await newChat();
  // @ts-expect-error: a message requires a body.
  expectProblem(await client.POST(PATHS.messages, { params: { path }, body: {} }), 422, "invalid_fields");
  const unknown = { token: "0".repeat(32) };
  const result = await client.GET(PATHS.chats, { params: { path: unknown } });
  expectProblem(result, 404, "application_not_found");
  // @ts-expect-error: listing chats never returns this code.
  assert.throws(() => expectProblem(result, 404, "message_not_found"));
});
