import { createWriteStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import yazl from "yazl";
import { noBrowser } from "./browser.js";
import { createPagesWorld, shownIds } from "./pages-world.js";

describe.skipIf(noBrowser !== null)("the catalogue, in a browser,", () => {
  const world = createPagesWorld();
  const { ids, picture } = world;
  let page: Page;
  beforeEach(async () => {
    page = await world.open();
  });

  test("shows its designs, those that a filter leaves, and one that is looked for by its id", async () => {
    await page.goto("/catalogue");
    expect((await shownIds(page)).toSorted()).toEqual(ids.toSorted());
    const { designs } = await world.diptych().catalog.list({ limit: 20 });
    const { category } = designs[0]!.attributes;
    await page.locator("summary", { hasText: "category" }).click();
    await page.getByRole("checkbox", { name: String(category) }).check();
    await page.getByRole("button", { name: "Show only these" }).click();
    await page.waitForURL(`**/catalogue?*filter=category%3D${category}*`);
    const expected = designs.filter(({ attributes }) => attributes.category === category);
    expect((await shownIds(page)).toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
    await page.getByLabel("Find by id").fill("AAA");
    await page.keyboard.press("Enter");
    await page.getByText('There is no design "AAA"; these are the ids that follow.').waitFor();
    expect(await page.getByLabel("Find by id").inputValue()).toBe("AAA");
    await page.getByLabel("Find by id").fill("zzz");
    await page.keyboard.press("Enter");
    await page.getByText('There is no design "zzz", and none whose id follows it.').waitFor();
    expect(await page.getByText("No design fits these filters.").count()).toBe(0);
    await page.goto("/catalogue?filter=category%3Dhat");
    await page.getByText("No design fits these filters.").waitFor();
    await page.getByRole("link", { name: "Clear filters" }).click();
    await page.waitForURL("**/catalogue");
    expect((await shownIds(page)).toSorted()).toEqual(ids.toSorted());
    await page.getByLabel("Find by id").fill(ids[5]!);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/designs/${ids[5]}`);
  });

  test("takes a new design, lets it be changed, deleted and brought back", async () => {
    await page.goto("/catalogue");
    await page.getByRole("link", { name: "Add a design" }).click();
    await page.getByLabel("Id").fill("NEW 1/2");
    await page.getByLabel("Front").setInputFiles(picture(ids[1]!, "front"));
    await page.getByLabel("Name").first().fill("price");
    await page.getByLabel("Value").first().fill("19.5");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL("**/designs/NEW%201%2F2?done=saved");
    await page.getByText("Saved.").waitFor();
    expect((await world.diptych().catalog.get(["NEW 1/2"])).get("NEW 1/2")).toMatchObject({
      attributes: { price: 19.5 },
    });

    await page.getByText("Edit").click();
    await page.getByLabel("Back").setInputFiles(picture(ids[1]!, "back"));
    await page.getByLabel("Value price").fill("21");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL("**done=saved");
    const changed = (await world.diptych().catalog.get(["NEW 1/2"])).get("NEW 1/2")!;
    expect(changed.attributes).toEqual({ price: 21 });
    expect(Object.keys(changed.views)).toEqual(["front", "back"]);

    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByText("NEW 1/2 was deleted.").waitFor();
    expect(await world.diptych().catalog.get(["NEW 1/2"])).toEqual(new Map());
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("It is back.").waitFor();
    expect((await world.diptych().catalog.get(["NEW 1/2"])).get("NEW 1/2")).toEqual(changed);
    await page.getByRole("button", { name: "Delete" }).click();
    await page.waitForURL("**/catalogue?deleted=*");
  });

  test("says what cannot be saved", async () => {
    world.expectError(/400/u);
    await page.goto("/catalogue/new");
    await page.getByLabel("Id").fill("EMPTY");
    await page.getByRole("button", { name: "Save" }).click();
    await page
      .getByRole("alert")
      .filter({ hasText: "A design has a front picture, a back picture or both" })
      .waitFor();
    // What was typed is still there.
    expect(await page.getByLabel("Id").inputValue()).toBe("EMPTY");
    await page.getByLabel("Id").fill(ids[3]!);
    await page.getByLabel("Name").first().fill("colour");
    await page.getByLabel("Value").first().fill("red");
    await page.getByLabel("Front").setInputFiles(picture(ids[4]!, "front"));
    const before = await world.diptych().catalog.get([ids[3]!]);
    await page.getByRole("button", { name: "Save" }).click();
    await page
      .getByRole("alert")
      .filter({ hasText: `There is a design "${ids[3]}" already` })
      .waitFor();
    expect(await page.getByLabel("Value colour").inputValue()).toBe("red");
    expect(await world.diptych().catalog.get([ids[3]!])).toEqual(before);
    // What was chosen is not: no page can give a file back.
    const told = page.getByRole("alert").filter({ hasText: "Choose the pictures again." });
    await told.waitFor();
    // It is what the page opens at.
    await expect.poll(() => told.evaluate((note) => note === document.activeElement)).toBe(true);
  });

  test("keeps what was ticked of a change that is refused, and says what is to be chosen again", async () => {
    world.expectError(/415/u);
    const own = page.locator("form.edit");
    await page.goto(`/designs/${ids[2]}`);
    await page.getByText("Edit").click();
    await page.getByLabel("Remove the back").check();
    const notes = { name: "notes.png", mimeType: "image/png", buffer: Buffer.from("this is no picture") };
    await page.getByLabel("Another picture of the front").setInputFiles(notes);
    await own.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").filter({ hasText: "Choose the pictures again." }).waitFor();
    expect(await page.getByLabel("Remove the back").isChecked()).toBe(true);
    expect(await page.getByLabel("Remove the front").isChecked()).toBe(false);
  });

  test("changes no attribute that nobody touched", async () => {
    const attributes = {
      note: "first line\nsecond line",
      size: "42",
      price: 19.5,
      blank: " ",
      spaced: "  wide ",
      "two\r\nlines": "x",
      long: "x".repeat(3000),
      ...Object.fromEntries(Array.from({ length: 110 }, (_, i) => [`key ${i}`, i])),
    };
    const front = await readFile(picture(ids[1]!, "front"));
    await world.diptych().put({ id: "ODD", attributes, pictures: { front } });
    const kept = async () => (await world.diptych().catalog.get(["ODD"])).get("ODD");
    await page.goto("/designs/ODD");
    await page.getByText("Edit").click();
    await page.getByLabel("Back").setInputFiles(picture(ids[1]!, "back"));
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL("**done=saved");
    expect((await kept())!.attributes).toEqual(attributes);
    expect(Object.keys((await kept())!.views)).toEqual(["front", "back"]);

    await page.getByText("Edit").click();
    await page.getByLabel("Value price").fill("21");
    await page.getByLabel("Value spaced").fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL("**done=saved");
    const { spaced: _, ...others } = attributes;
    await expect.poll(async () => (await kept())!.attributes).toEqual({ ...others, price: 21 });
    await world.diptych().catalog.delete(["ODD"]);
  });

  test("imports an archive with a bad row: progress, what was rejected, and the designs", async () => {
    const archive = path.join(world.directory, "autumn.zip");
    const zip = new yazl.ZipFile();
    const manifest = `id,front,back,season\nA-1,a.png,b.png,AW27\nA-2,lost.png,,AW27\nA-3,,b.png,AW27\n`;
    zip.addBuffer(Buffer.from(manifest), "designs.csv");
    zip.addFile(picture(ids[0]!, "front"), "a.png");
    zip.addFile(picture(ids[0]!, "back"), "b.png");
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(archive));

    await page.goto("/catalogue/import");
    await page.getByLabel("Files").setInputFiles(archive);
    await page.getByRole("button", { name: "Import" }).click();
    await page.waitForURL("**/imports/*");
    await page.getByText("done", { exact: true }).waitFor();
    expect(await page.locator("tbody tr").allInnerTexts()).toEqual([
      expect.stringMatching(/3\s+A-2\s+Front\s+A picture was expected at lost\.png/u),
    ]);
    expect(await page.locator(".imported").textContent()).toBe("2");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "All 1 as CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("rejected-rows.csv");
    await page.goto("/designs/A-1");
    expect(await page.locator("h1").textContent()).toBe("A-1");
  });

  test("imports chosen pictures where scripts are off", async () => {
    page = await world.open({ javaScriptEnabled: false });
    await page.goto("/catalogue/import");
    await page.getByLabel("Files").setInputFiles([picture(ids[2]!, "front"), picture(ids[2]!, "back")]);
    await page.getByRole("button", { name: "Import" }).click();
    await page.waitForURL("**/imports/*");
    // It loads itself anew until it is done.
    await page.getByText("done", { exact: true }).waitFor();
    expect(await page.locator(".rows").textContent()).toBe("1");
  });

  test("shows what became of an import whose progress a server begun anew does not tell", async () => {
    world.expectError(/404/u);
    await page.route("**/events", (route) => route.fulfill({ status: 404 }), { times: 1 });
    await page.goto("/catalogue/import");
    const pictures = ids.flatMap((id) => [picture(id, "front"), picture(id, "back")]);
    await page.getByLabel("Files").setInputFiles(pictures);
    const [refused] = await Promise.all([
      page.waitForResponse("**/events"),
      page.getByRole("button", { name: "Import" }).click(),
    ]);
    expect(refused.status()).toBe(404);
    await page.getByText("done", { exact: true }).waitFor();
    expect(await page.locator(".rows").textContent()).toBe(String(ids.length));
  });

  test("tells in the page's language why an upload was refused", async () => {
    world.expectError(/400/u);
    page = await world.open({ locale: "zh-TW" });
    await page.goto("/catalogue/import");
    await page.locator(".primary").click();
    const note = page.getByRole("alert");
    await note.filter({ hasText: "無法完成" }).waitFor();
    expect(await note.locator('[lang="en"]').textContent()).toMatch(/^An import needs a ZIP archive/u);
  });

  test("says what an upload lacks, and keeps the chosen files", async () => {
    world.expectError(/ERR_INTERNET_DISCONNECTED/u);
    const text = path.join(world.directory, "notes.jsonl");
    await writeFile(text, '{"colour": "red"}\n');
    await page.goto("/catalogue/import");
    await page.getByLabel("Files").setInputFiles(text);
    await page.context().setOffline(true);
    await page.getByRole("button", { name: "Import" }).click();
    await page.getByRole("alert").filter({ hasText: "The upload did not arrive" }).waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Import" }).click();
    await page.waitForURL("**/imports/*");
    await page.getByText("A design needs a front picture, a back picture or both").waitFor();
  });
});

describe.skipIf(noBrowser !== null)("an empty catalogue, in a browser,", () => {
  const world = createPagesWorld(0);

  test("tells on every page what to do first", async () => {
    const page = await world.open();
    for (const place of ["/", "/catalogue"]) {
      await page.goto(place);
      await page.getByRole("heading", { name: "The catalogue is empty" }).waitFor();
    }
    await page.getByRole("main").getByRole("link", { name: "Import" }).first().click();
    await page.waitForURL("**/catalogue/import");
  });
});
