import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { beforeEach, describe, expect, test } from "vitest";
import { noBrowser } from "./browser.js";
import { createPagesWorld, searchBy, shownIds } from "./pages-world.js";

describe.skipIf(noBrowser !== null)("a result, in a browser,", () => {
  const world = createPagesWorld();
  const { ids, picture } = world;
  let page: Page;
  beforeEach(async () => {
    page = await world.open();
  });

  test("is ranked again as a slider moves, its address follows, and the back button leads back", async () => {
    await searchBy(page, picture(ids[3]!, "front"), picture(ids[8]!, "back"));
    const both = await shownIds(page);
    await page.locator('input[name="back"]').fill("0");
    await page.waitForURL("**/results/*?back=0");
    const front = await shownIds(page);
    expect(front[0]).toBe(ids[3]);
    expect(front).not.toEqual(both);
    // The address is the page: opened anew it shows the same.
    await page.reload();
    expect(await shownIds(page)).toEqual(front);
    expect(await page.getByRole("link", { name: "Contact sheet" }).getAttribute("href")).toContain("back=0");
    await page.goBack();
    await page.waitForURL(/\/results\/[^?]*$/u);
    await expect.poll(() => shownIds(page)).toEqual(both);
    expect(await page.locator('input[name="back"]').inputValue()).toBe("0.5");
    await page.goBack();
    await page.waitForURL((url) => url.pathname === "/");
  });

  test("is ranked by other aspects, and of fewer designs, as the controls say", async () => {
    await page.goto(`/designs/${ids[0]}/similar`);
    const all = await shownIds(page);
    await page.getByText("What counts").click();
    await page.locator('input[name="aspect.shape"]').fill("1");
    await page.waitForURL("**/similar?aspect.overall=1&*aspect.shape=1*");
    await page.locator('input[name="aspect.shape"]').fill("0");
    await page.waitForURL("**/similar");
    expect(await shownIds(page)).toEqual(all);

    const { designs } = await world.diptych().catalog.list({ limit: 20 });
    const category = String(designs.find(({ id }) => id === all[0])!.attributes.category);
    await page.locator("summary", { hasText: "category" }).click();
    await page.getByRole("checkbox", { name: category }).check();
    await page.waitForURL(`**/similar?filter=category%3D${category}`);
    const expected = designs.filter(
      ({ id, attributes }) => attributes.category === category && id !== ids[0],
    );
    expect((await shownIds(page)).toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
    await page.getByRole("checkbox", { name: category }).uncheck();
    await page.waitForURL("**/similar");
    expect(await shownIds(page)).toEqual(all);
    expect(await page.getByRole("link", { name: "Clear filters" }).count()).toBe(0);
    await page.goto(`/designs/${ids[0]}/similar?front=0.9&filter=category%3Dhat&min.price=3`);
    await page.getByText("No design fits.").waitFor();
    await page.getByRole("link", { name: "Clear filters" }).click();
    await page.waitForURL("**/similar?front=0.9");
    expect((await shownIds(page)).toSorted()).toEqual(all.toSorted());
  });

  test("keeps the sliders where they were put, and says so when nothing counts", async () => {
    world.expectError(/400/u);
    await searchBy(page, picture(ids[3]!, "front"), picture(ids[8]!, "back"));
    await page.locator('input[name="front"]').fill("0.7");
    await page.waitForURL("**front=0.7");
    await page.reload();
    expect(await page.locator('input[name="front"]').inputValue()).toBe("0.7");
    expect(await page.locator('input[name="back"]').inputValue()).toBe("0.5");
    const before = await shownIds(page);
    await page.locator('input[name="front"]').fill("0");
    await page.waitForURL("**front=0");
    await page.locator('input[name="back"]').fill("0");
    await page.getByRole("alert").filter({ hasText: "Nothing counts now" }).waitFor();
    await page.locator('input[name="back"]').fill("0.5");
    await page.locator('input[name="front"]').fill("0.7");
    await page.waitForURL("**front=0.7");
    expect(await shownIds(page)).toEqual(before);
    await page.locator(".unrankable").waitFor({ state: "hidden" });
  });

  test("shows a match large beside the query, and the arrow keys walk on", async () => {
    await searchBy(page, picture(ids[3]!, "front"), picture(ids[3]!, "back"));
    const matches = await shownIds(page);
    await page.locator(".match .look").first().click();
    const dialog = page.locator("dialog[open]");
    const id = () => dialog.locator(".id").textContent();
    expect(await id()).toBe(matches[0]);
    expect(await dialog.locator("img").count()).toBe(4);
    // The originals are there, and larger than any thumbnail.
    await expect
      .poll(() =>
        dialog
          .locator("img")
          .evaluateAll((all) => all.every((own) => (own as HTMLImageElement).naturalHeight > 256)),
      )
      .toBe(true);
    await page.keyboard.press("ArrowRight");
    expect(await id()).toBe(matches[1]);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowLeft");
    expect(await id()).toBe(matches[1]);
    expect(await dialog.getByRole("link", { name: "Search with this one" }).getAttribute("href")).toContain(
      `/designs/${matches[1]}/similar`,
    );
    await page.keyboard.press("Escape");
    expect(await dialog.count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("look");
  });

  test("leads from a match to those similar to it, and the back button back; the language can be switched", async () => {
    await page.goto(`/designs/${ids[0]}/similar`);
    const first = await shownIds(page);
    expect(first).not.toContain(ids[0]);
    await page.locator(".match .similar").first().click();
    await page.waitForURL(`**/designs/${first[0]}/similar`);
    await page.goBack();
    expect(await shownIds(page)).toEqual(first);
    await page.locator('input[name="back"]').fill("0");
    await page.waitForURL("**/similar?back=0");
    await page.getByRole("button", { name: "繁體中文" }).click();
    await page.locator('html[lang="zh-Hant"]').waitFor();
    expect(page.url()).toContain("/similar?back=0");
    expect(await page.locator("h1").textContent()).toContain("相似的設計");
    expect(await page.locator('input[name="back"]').inputValue()).toBe("0");
  });

  test("can be taken away as a contact sheet and as CSV", async () => {
    await searchBy(page, picture(ids[3]!, "front"), picture(ids[3]!, "back"));
    const sheet = await page.getByRole("link", { name: "Contact sheet" }).getAttribute("href");
    const { format, width } = await sharp(await (await page.request.get(sheet!)).body()).metadata();
    expect([format, width! > 1000]).toEqual(["jpeg", true]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("matches.csv");
  });

  test("says so when the connection is lost, keeps what it shows, and goes on afterwards", async () => {
    world.expectError(/ERR_INTERNET_DISCONNECTED/u);
    await page.goto(`/designs/${ids[0]}/similar`);
    const before = await shownIds(page);
    await page.context().setOffline(true);
    await page.locator('input[name="back"]').fill("0");
    await page.getByRole("alert").filter({ hasText: "The server cannot be reached" }).waitFor();
    expect(await shownIds(page)).toEqual(before);
    await page.context().setOffline(false);
    await page.locator('input[name="back"]').fill("0.1");
    await page.waitForURL("**/similar?back=0.1");
    await page.locator(".lost").waitFor({ state: "hidden" });
  });

  test("stays as it is, and says nothing more, once what it shows is asked for again", async () => {
    world.expectError(/400|ERR_INTERNET_DISCONNECTED/u);
    await page.goto(`/designs/${ids[0]}/similar`);
    const all = await shownIds(page);
    await page.getByText("What counts").click();
    await page.locator('input[name="aspect.overall"]').fill("0");
    await page.getByRole("alert").filter({ hasText: "Nothing counts now" }).waitFor();
    await page.locator('input[name="aspect.overall"]').fill("1");
    await page.locator(".unrankable").waitFor({ state: "hidden" });
    await page.context().setOffline(true);
    await page.locator('input[name="back"]').fill("0");
    await page.getByRole("alert").filter({ hasText: "The server cannot be reached" }).waitFor();
    await page.locator('input[name="back"]').fill("0.5");
    await page.locator(".lost").waitFor({ state: "hidden" });
    await page.context().setOffline(false);

    // An answer that is on its way for ever.
    await page.route("**/similar?filter=*", () => {});
    await page.locator("summary", { hasText: "category" }).click();
    const choice = page.locator('input[name="filter"]').first();
    const [request] = await Promise.all([page.waitForRequest("**/similar?filter=*"), choice.check()]);
    const [given] = await Promise.all([page.waitForEvent("requestfailed"), choice.uncheck()]);
    expect(given).toBe(request);
    expect(await shownIds(page)).toEqual(all);
    expect(new URL(page.url()).search).toBe("");
  });

  test("tells a server that is too busy from a design that is gone, which its page tells of", async () => {
    world.expectError(/503|404/u);
    const { attributes } = (await world.diptych().catalog.get([ids[1]!])).get(ids[1]!)!;
    const front = await readFile(picture(ids[1]!, "front"));
    await world.diptych().put({ id: "GONE", attributes, pictures: { front } });
    await page.goto("/designs/GONE/similar");
    await page.route("**/similar?filter=*", (route) => route.fulfill({ status: 503 }), { times: 1 });
    await page.locator("summary", { hasText: "category" }).click();
    const choice = page.locator('input[name="filter"]').first();
    await choice.check();
    await page.getByRole("alert").filter({ hasText: "The server cannot be reached" }).waitFor();
    expect(await page.locator(".unrankable").isVisible()).toBe(false);
    await world.diptych().catalog.delete(["GONE"]);
    await choice.uncheck();
    // Not checked and then looked at, for the page leads to another.
    await choice.click();
    await page.getByRole("heading", { name: "There is nothing here" }).waitFor();
    expect(page.url()).toContain("/designs/GONE/similar?filter=");
  });
});
