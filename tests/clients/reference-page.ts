import assert from "node:assert/strict";

import type { Locator, Page } from "playwright-core";

import { stack } from "./stack.ts";

/** The reference page in a browser. It records errors and requests to other hosts. */
export class ReferencePage {
  readonly errors: string[] = [];
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
    const origin = new URL(stack.api).origin;
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.errors.push(`uncaught: ${error.message}`));
    page.on("requestfailed", (request) => this.errors.push(`failed request: ${request.url()}`));
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol !== "data:" && url.origin !== origin) this.errors.push(`request to another host: ${url}`);
    });
  }

  /** Opens the page and expands all sections. */
  static async open(page: Page): Promise<ReferencePage> {
    const reference = new ReferencePage(page);
    const response = await page.goto(`${stack.api}/docs`);
    assert.equal(response?.status(), 200);
    await page.locator(".opblock-tag").first().waitFor().catch((error) => {
      throw new Error(`the page shows no operations: ${reference.errors.join("; ")}`, { cause: error });
    });
    const collapsed = page.locator('.opblock-tag[data-is-open="false"]');
    while ((await collapsed.count()) > 0) await collapsed.first().click();
    return reference;
  }

  /** Returns the operations that the page shows, as `METHOD /path`. */
  async operations(): Promise<string[]> {
    const shown = await this.#page.locator(".opblock-summary").all();
    return Promise.all(
      shown.map(async (summary) => {
        const method = await summary.locator(".opblock-summary-method").textContent();
        return `${method} ${await summary.locator("[data-path]").getAttribute("data-path")}`;
      }),
    );
  }

  /** Enters a credential for each of these security schemes. */
  async authorize(credentials: Record<string, string>): Promise<void> {
    await this.#page.locator(".auth-wrapper > .authorize").click();
    const dialog = this.#page.locator(".dialog-ux");
    for (const [scheme, credential] of Object.entries(credentials)) {
      const form = dialog.locator(".auth-container", { has: this.#page.locator(`code:text-is("${scheme}")`) });
      await form.locator("input").fill(credential);
      await form.locator(".authorize").click();
    }
    await dialog.locator(".btn-done").first().click();
  }

  /** Expands an operation and enables its form. */
  async tryOut(operationId: string): Promise<OperationForm> {
    const block = this.#page.locator(`.opblock[id$="-${operationId}"]`);
    await block.locator(".opblock-summary-control").click();
    const tryOutButton = block.locator(".try-out__btn");
    await tryOutButton.waitFor();
    if (!(await block.locator(".btn.execute").isVisible())) await tryOutButton.click();
    return new OperationForm(block);
  }
}

/** The form of one operation. */
class OperationForm {
  readonly #block: Locator;

  constructor(block: Locator) {
    this.#block = block;
  }

  async fill(parameter: string, value: string): Promise<void> {
    await this.#block.locator(`tr[data-param-name="${parameter}"] input`).fill(value);
  }

  async value(parameter: string): Promise<string> {
    return this.#block.locator(`tr[data-param-name="${parameter}"] input`).inputValue();
  }

  async fillBody(json: unknown): Promise<void> {
    await this.#block.locator(".body-param-content-type select").selectOption("application/json");
    await this.#block.locator(".body-param__text").fill(JSON.stringify(json));
  }

  /** Sends the request and returns the response's status and body as the page shows them. */
  async execute(): Promise<{ status: string; body: string }> {
    await this.#block.locator(".btn.execute").click();
    const response = this.#block.locator(".live-responses-table .response");
    const status = await response.locator(".response-col_status").innerText();
    const body = await response.locator(".response-col_description .highlight-code").first().innerText();
    return { status: status.trim(), body };
  }
}
