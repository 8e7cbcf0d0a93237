import assert from "node:assert/strict";

import type { Locator, Page } from "playwright-core";

import { stack } from "./stack.ts";

/** The reference page in a browser, and all that it did wrong. */
export class ReferencePage {
  readonly complaints: string[] = [];
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
    const origin = new URL(stack.api).origin;
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`uncaught: ${error.message}`));
    page.on("requestfailed", (request) => this.complaints.push(`failed: ${request.url()}`));
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol !== "data:" && url.origin !== origin) this.complaints.push(`elsewhere: ${url}`);
    });
  }

  /** Opens the page and unfolds all of it. */
  static async open(page: Page): Promise<ReferencePage> {
    const reference = new ReferencePage(page);
    const reply = await page.goto(`${stack.api}/docs`);
    assert.equal(reply?.status(), 200);
    await page.locator(".opblock-tag").first().waitFor().catch((error) => {
      throw new Error(`the page shows no operations: ${reference.complaints.join("; ")}`, { cause: error });
    });
    const folded = page.locator('.opblock-tag[data-is-open="false"]');
    while ((await folded.count()) > 0) await folded.first().click();
    return reference;
  }

  /** The operations that it shows, as `METHOD /path`. */
  async operations(): Promise<string[]> {
    const shown = await this.#page.locator(".opblock-summary").all();
    return Promise.all(
      shown.map(async (summary) => {
        const method = await summary.locator(".opblock-summary-method").textContent();
        return `${method} ${await summary.locator("[data-path]").getAttribute("data-path")}`;
      }),
    );
  }

  /** Unfolds one operation and makes its form ready to be filled in. */
  async tryOut(operationId: string): Promise<Operation> {
    const block = this.#page.locator(`.opblock[id$="-${operationId}"]`);
    await block.locator(".opblock-summary-control").click();
    const start = block.locator(".try-out__btn");
    await start.waitFor();
    if (!(await block.locator(".btn.execute").isVisible())) await start.click();
    return new Operation(block);
  }
}

/** The form of one operation. */
class Operation {
  readonly #block: Locator;

  constructor(block: Locator) {
    this.#block = block;
  }

  async fill(parameter: string, value: string): Promise<void> {
    await this.#block.locator(`tr[data-param-name="${parameter}"] input`).fill(value);
  }

  async fillBody(json: unknown): Promise<void> {
    await this.#block.locator(".body-param-content-type select").selectOption("application/json");
    await this.#block.locator(".body-param__text").fill(JSON.stringify(json));
  }

  /** Sends the request; the status and the body of the reply as the page shows them. */
  async execute(): Promise<{ status: string; body: string }> {
    await this.#block.locator(".btn.execute").click();
    const reply = this.#block.locator(".live-responses-table .response");
    const status = await reply.locator(".response-col_status").innerText();
    const body = await reply.locator(".response-col_description .highlight-code").first().innerText();
    return { status: status.trim(), body };
  }
}
