import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ServerType, serve } from "@hono/node-server";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { writeCatalogue } from "../../demo/catalogue.js";
import { createFlatDesign } from "../../demo/flats/design.js";
import { makeToken, parseTokens } from "../../src/access-tokens.js";
import { type App, createApp } from "../../src/http/app.js";
import { type Diptych, openDiptych } from "../../src/index.js";
import { openBrowser } from "./browser.js";

const SEED = 9;

/** A catalogue of drawn designs, served, and a browser that looks at it; errors in a page fail the test. */
export interface PagesWorld {
  /** Of the designs, in the order they were drawn. */
  readonly ids: readonly string[];
  readonly diptych: () => Diptych;
  readonly directory: string;
  /** The file of a design's picture. */
  picture(id: string, view: "front" | "back"): string;
  /**
   * A new page of a browser as it is for a new visitor.
   *
   * @param options of the browser's, and `host` by which the server is called.
   */
  open(options?: BrowserContextOptions & { readonly host?: string }): Promise<Page>;
  /** That the server asks for; null when it asks for none. Pages are signed in by it. */
  readonly token: string | null;
  /** What the browser may complain of in this test: a resource that fails on purpose. */
  expectError(pattern: RegExp): void;
}

/** @param signedIn whether the server asks for tokens, and pages have one that allows everything. */
export function createPagesWorld(designs = 12, { signedIn = false } = {}): PagesWorld {
  const made = signedIn ? makeToken("everything", "admin") : null;
  const directory = path.join(tmpdir(), `diptych-e2e-${randomUUID()}`);
  const ids = Array.from({ length: designs }, (_, i) => createFlatDesign(SEED, i).id);
  let diptych: Diptych;
  let app: App;
  let server: ServerType;
  let address: string;
  let browser: Browser;
  const pages: Page[] = [];
  const errors: string[] = [];
  let expected: RegExp[] = [];

  beforeAll(async () => {
    await mkdir(directory);
    const { manifest } = await writeCatalogue({ directory, count: designs, seed: SEED });
    diptych = await openDiptych({ catalog: path.join(directory, "catalog"), create: true });
    if (designs > 0) await diptych.import(manifest);
    app = createApp(diptych, {
      version: "1.2.3",
      tokens: parseTokens(made?.entry ?? ""),
      onDefect: (error) => errors.push(String(error.stack)),
    });
    address = await new Promise<string>((resolve) => {
      server = serve({ fetch: app.api.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
        resolve(`http://127.0.0.1:${port}`),
      );
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    server.close();
    await app.close();
    await diptych.close();
    await rm(directory, { recursive: true });
  });
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.context().close()));
    const unexpected = errors.splice(0).filter((error) => !expected.some((pattern) => pattern.test(error)));
    expected = [];
    expect(unexpected).toEqual([]);
  });

  return {
    ids,
    token: made?.token ?? null,
    diptych: () => diptych,
    directory,
    picture: (id, view) => path.join(directory, "pictures", `${id}-${view}.png`),
    expectError: (pattern) => expected.push(pattern),
    async open({ host = "127.0.0.1", ...options } = {}) {
      const baseURL = address.replace("127.0.0.1", host);
      const context = await browser.newContext({ baseURL, locale: "en-GB", ...options });
      if (made) await context.addCookies([{ name: "diptych-token", value: made.token, url: baseURL }]);
      const page = await context.newPage();
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      pages.push(page);
      return page;
    },
  };
}

/** The ids of the matches, or of the designs of the catalogue, in their order on the page. */
export function shownIds(page: Page): Promise<(string | null)[]> {
  return page.locator(".match .id").evaluateAll((all) => all.map((own) => own.lastChild!.textContent));
}

/** Drops files on an element, or pastes them, as a person does. */
export async function hand(
  page: Page,
  event: "drop" | "paste",
  target: string,
  files: readonly string[],
): Promise<void> {
  const contents = await Promise.all(files.map(async (file) => (await readFile(file)).toString("base64")));
  await page.locator(target).evaluate(
    (element, { event: name, all }) => {
      const data = new DataTransfer();
      for (const [i, text] of all.entries()) {
        const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], `${i}.png`, { type: "image/png" }));
      }
      const init = { bubbles: true, cancelable: true };
      element.dispatchEvent(
        name === "drop"
          ? new DragEvent("drop", { ...init, dataTransfer: data })
          : new ClipboardEvent("paste", { ...init, clipboardData: data }),
      );
    },
    { event, all: contents },
  );
}

/** Chooses a front and a back on the search page and searches. */
export async function searchBy(page: Page, front: string, back: string): Promise<void> {
  await page.goto("/");
  await page.locator('input[name="front"]').setInputFiles(front);
  await page.locator('input[name="back"]').setInputFiles(back);
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.waitForURL("**/results/*");
}
