//! Tests the reference page in a browser.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import type { Browser } from "playwright-core";

import { launch } from "./browser.ts";
import { expectSuccess, newApplication, PATHS, tenant } from "./client.ts";
import { eventually } from "./eventually.ts";
import { ReferencePage } from "./reference-page.ts";
import { stack } from "./stack.ts";

const METHODS = ["get", "put", "post", "delete", "patch"];

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("the page shows every operation of the document and loads nothing from other hosts", async () => {
  const page = await ReferencePage.open(await browser.newPage());
  assert.deepEqual((await page.operations()).toSorted(), operations(await document()).toSorted());
  assert.deepEqual(page.errors, []);
});

test("a message sent from the page is stored in the chat", async () => {
  const { token } = await newApplication();
  const { client, path } = tenant(token);
  const { number: chat } = expectSuccess(await client.POST(PATHS.chats, { params: { path } }), 201);
  const page = await ReferencePage.open(await browser.newPage());
  // Of two credentials, the page must send the one that works for `self`.
  await page.authorize({ adminKey: "swordfish", token });
  const form = await page.tryOut("createMessage");
  assert.equal(await form.value("token"), "self");
  await form.fill("chat", String(chat));
  const body = "Sent from the reference page";
  await form.fillBody({ body });
  const response = await form.execute();
  assert.equal(response.status, "201");
  assert.match(response.body, new RegExp(body));
  assert.deepEqual(page.errors, []);
  const read = await eventually("the message is stored", async () => {
    const message = { ...path, chat, message: 1 };
    return (await client.GET(PATHS.message, { params: { path: message } })).data;
  });
  assert.equal(read.body, body);
});

test("the served document is the one in the repository", async () => {
  const served = await fetch(`${stack.api}/openapi.json`);
  assert.deepEqual(await served.json(), await document());
});

async function document() {
  return JSON.parse(await readFile(new URL("../../openapi.json", import.meta.url), "utf8"));
}

function operations(document: { paths: Record<string, object> }): string[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`),
  );
}
