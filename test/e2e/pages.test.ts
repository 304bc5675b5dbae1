import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ServerType, serve } from "@hono/node-server";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { writeCatalogue } from "../../demo/catalogue.js";
import { createFlatDesign } from "../../demo/flats/design.js";
import { createApp } from "../../src/http/app.js";
import { type Diptych, openDiptych } from "../../src/index.js";
import { noBrowser, openBrowser } from "./browser.js";

const SEED = 9;
const ids = Array.from({ length: 12 }, (_, i) => createFlatDesign(SEED, i).id);

if (noBrowser !== null) console.warn(`Tests in a browser are skipped: ${noBrowser}.`);

describe.skipIf(noBrowser !== null)("in a browser", () => {
  let directory: string;
  let diptych: Diptych;
  let server: ServerType;
  let address: string;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), "diptych-e2e-"));
    const { manifest } = await writeCatalogue({ directory, count: ids.length, seed: SEED });
    diptych = await openDiptych({ catalog: path.join(directory, "catalog"), create: true });
    await diptych.import(manifest);
    const app = createApp(diptych, { version: "1.2.3" });
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
    await diptych.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    errors.length = 0;
    page = await browser.newPage({ baseURL: address, locale: "en-GB" });
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
  });
  afterEach(async () => {
    await page.close();
    expect(errors).toEqual([]);
  });

  const picture = (id: string, view: string) => path.join(directory, "pictures", `${id}-${view}.png`);
  const shownIds = () =>
    page.locator(".match .id").evaluateAll((all) => all.map((own) => own.lastChild!.textContent));

  /** Drops files on an element, or pastes them, as a person does. */
  async function hand(event: "drop" | "paste", target: string, files: readonly string[]): Promise<void> {
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

  test("two chosen pictures lead to the design, and a slider ranks again, with the address following", async () => {
    await page.goto("/");
    await page.locator('input[name="front"]').setInputFiles(picture(ids[3]!, "front"));
    await page.locator('input[name="back"]').setInputFiles(picture(ids[8]!, "back"));
    expect(await page.locator(".zone img").count()).toBe(2);
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.waitForURL("**/results/*");
    const both = await shownIds();
    expect(both.slice(0, 2).toSorted()).toEqual([ids[3], ids[8]].toSorted());

    await page.locator('input[name="back"]').fill("0");
    await page.waitForURL("**/results/*?front=0.5&back=0*");
    await page.locator('input[name="front"]').fill("1");
    await page.waitForURL("**/results/*?front=1&back=0*");
    expect((await shownIds())[0]).toBe(ids[3]);
    // The address is the page: opened anew it shows the same.
    const ranked = await shownIds();
    await page.reload();
    expect(await shownIds()).toEqual(ranked);
    expect(await page.getByRole("link", { name: "Contact sheet" }).getAttribute("href")).toContain("front=1");
  });

  test("the language switch keeps a ranking that a slider made", async () => {
    await page.goto(`/designs/${ids[2]}/similar`);
    await page.locator('input[name="back"]').fill("0");
    await page.waitForURL("**/similar?front=0.5&back=0");
    await page.getByRole("button", { name: "繁體中文" }).click();
    await page.waitForURL("**/similar?front=0.5&back=0");
    await page.locator('html[lang="zh-Hant"]').waitFor();
    expect(await page.locator('input[name="back"]').inputValue()).toBe("0");
  });

  test("pictures can be dropped, pasted, swapped and taken out", async () => {
    await page.goto("/");
    await hand("drop", ".zone:first-child", [picture(ids[5]!, "front"), picture(ids[5]!, "back")]);
    const names = () =>
      page
        .locator(".zone input")
        .evaluateAll((all) => all.map((own) => (own as HTMLInputElement).files?.[0]?.name));
    expect(await names()).toEqual(["0.png", "1.png"]);
    await page.getByRole("button", { name: "Swap front and back" }).click();
    expect(await names()).toEqual(["1.png", "0.png"]);
    await page.getByRole("button", { name: "Remove" }).first().click();
    expect(await names()).toEqual([undefined, "0.png"]);
    await hand("paste", "body", [picture(ids[5]!, "front")]);
    expect(await page.locator(".zone img").count()).toBe(2);
    await page.getByRole("button", { name: "Remove" }).nth(1).click();
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.waitForURL("**/results/*");
    expect((await shownIds())[0]).toBe(ids[5]);
  });

  test("a match leads to those similar to it, and the back button back; the language can be switched", async () => {
    await page.goto(`/designs/${ids[0]}/similar`);
    const first = await shownIds();
    expect(first).not.toContain(ids[0]);
    await page.locator(".match a").first().click();
    await page.waitForURL(`**/designs/${first[0]}/similar`);
    await page.goBack();
    expect(await shownIds()).toEqual(first);
    await page.getByRole("button", { name: "繁體中文" }).click();
    await page.waitForURL(`**/designs/${ids[0]}/similar`);
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-Hant");
    expect(await page.locator("h1").textContent()).toContain("相似的設計");
  });

  test("nothing is wider than a phone of 360 pixels", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const place of ["/", `/designs/${ids[0]}/similar`]) {
      await page.goto(place);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    }
  });
});
