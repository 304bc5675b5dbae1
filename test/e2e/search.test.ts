import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { beforeEach, describe, expect, test } from "vitest";
import { noBrowser } from "./browser.js";
import { createPagesWorld, hand, searchBy, shownIds } from "./pages-world.js";

if (noBrowser !== null) console.warn(`Tests in a browser are skipped: ${noBrowser}.`);

describe.skipIf(noBrowser !== null)("the search page, in a browser,", () => {
  const world = createPagesWorld();
  const { ids, picture } = world;
  let page: Page;
  beforeEach(async () => {
    page = await world.open();
  });

  const names = () =>
    page
      .locator(".zone input[type=file][name]")
      .evaluateAll((all) => all.map((own) => (own as HTMLInputElement).files?.[0]?.name));

  test("leads two chosen pictures to their designs", async () => {
    await searchBy(page, picture(ids[3]!, "front"), picture(ids[8]!, "back"));
    expect((await shownIds(page)).slice(0, 2).toSorted()).toEqual([ids[3], ids[8]].toSorted());
  });

  test("takes pictures that are dropped and pasted, swaps them and lets go of them", async () => {
    await page.goto("/");
    await hand(page, "drop", ".zone:first-child", [picture(ids[5]!, "front"), picture(ids[5]!, "back")]);
    expect(await names()).toEqual(["0.png", "1.png"]);
    await page.getByRole("button", { name: "Swap front and back" }).click();
    expect(await names()).toEqual(["1.png", "0.png"]);
    await page.getByRole("button", { name: "Remove" }).first().click();
    expect(await names()).toEqual([undefined, "0.png"]);
    await hand(page, "paste", "body", [picture(ids[5]!, "front")]);
    expect(await page.locator(".zone img").count()).toBe(2);
    await page.getByRole("button", { name: "Remove" }).nth(1).click();
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.waitForURL("**/results/*");
    expect((await shownIds(page))[0]).toBe(ids[5]);
  });

  test("searches by the part of a picture that was dragged over", async () => {
    // Two designs on one sheet: only the crop tells which is meant.
    const sheet = path.join(world.directory, "sheet.png");
    const [left, right] = [picture(ids[2]!, "front"), picture(ids[7]!, "front")];
    const { width, height } = await sharp(left).metadata();
    const both = [
      { input: left, left: 0, top: 0 },
      { input: right, left: width, top: 0 },
    ];
    const paper = { width: 2 * width, height, channels: 3 as const, background: "#ffffff" };
    await writeFile(sheet, await sharp({ create: paper }).composite(both).png().toBuffer());

    for (const [half, id] of [
      [0, ids[2]],
      [0.5, ids[7]],
    ] as const) {
      await page.goto("/");
      await page.locator('input[name="front"]').setInputFiles(sheet);
      await page.locator(".stage img").evaluate((image) => (image as HTMLImageElement).decode());
      const box = (await page.locator(".stage").first().boundingBox())!;
      await page.mouse.move(box.x + half * box.width + 1, box.y + 1);
      await page.mouse.down();
      await page.mouse.move(box.x + (half + 0.5) * box.width - 1, box.y + box.height - 1, { steps: 5 });
      await page.mouse.up();
      await page.getByRole("button", { name: "Search", exact: true }).click();
      await page.waitForURL("**/results/*");
      expect((await shownIds(page))[0]).toBe(id);
      const shown = await page.locator(".query .pair img").evaluate(async (image) => {
        await (image as HTMLImageElement).decode();
        const { naturalWidth, naturalHeight } = image as HTMLImageElement;
        return naturalWidth / naturalHeight;
      });
      expect(shown).toBeCloseTo(width / height, 1);
    }
  });

  test("lets a crop be made, moved and given up by keys", async () => {
    await page.goto("/");
    await page.locator('input[name="front"]').setInputFiles(picture(ids[1]!, "front"));
    const crop = page.locator('input[name="frontCrop"]');
    await page.locator(".stage").first().focus();
    await page.keyboard.press("ArrowRight");
    expect(await crop.inputValue()).toBe("0.2,0.2,0.6,0.6");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowDown");
    expect(await crop.inputValue()).toBe("0.22,0.2,0.6,0.62");
    await page.keyboard.press("Escape");
    expect(await crop.inputValue()).toBe("");
    await page.keyboard.press("ArrowDown");
    await page.getByRole("button", { name: "Whole picture" }).click();
    expect(await crop.inputValue()).toBe("");
  });

  test("lets a crop be moved and resized by the mouse, and swaps it with its picture", async () => {
    await page.goto("/");
    await page.locator('input[name="front"]').setInputFiles(picture(ids[1]!, "front"));
    await page.locator(".stage img").evaluate((image) => (image as HTMLImageElement).decode());
    await page.getByRole("button", { name: "Crop" }).first().click();
    const box = (await page.locator(".stage").first().boundingBox())!;
    const drag = async (from: readonly [number, number], to: readonly [number, number]) => {
      await page.mouse.move(box.x + from[0] * box.width, box.y + from[1] * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + to[0] * box.width, box.y + to[1] * box.height, { steps: 3 });
      await page.mouse.up();
    };
    const crop = async (view: string) => {
      const value = await page.locator(`input[name="${view}Crop"]`).inputValue();
      return value.split(",").map((side) => Math.round(Number(side) * 10) / 10);
    };
    await drag([0.5, 0.5], [0.4, 0.6]);
    expect(await crop("front")).toEqual([0.1, 0.3, 0.6, 0.6]);
    await drag([0.7, 0.9], [0.5, 0.6]);
    expect(await crop("front")).toEqual([0.1, 0.3, 0.4, 0.3]);
    await page.getByRole("button", { name: "Swap front and back" }).click();
    expect(await crop("back")).toEqual([0.1, 0.3, 0.4, 0.3]);
    expect(await page.locator('input[name="frontCrop"]').inputValue()).toBe("");
  });

  test("scrolls under a finger instead of cropping", async () => {
    page = await world.open({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 700 } });
    await page.goto("/");
    await page.locator('input[name="front"]').setInputFiles(picture(ids[1]!, "front"));
    await page.locator(".stage img").evaluate((image) => (image as HTMLImageElement).decode());
    const box = (await page.locator(".stage").first().boundingBox())!;
    const { x, y } = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const touch = await page.context().newCDPSession(page);
    await touch.send("Input.synthesizeScrollGesture", { x, y, xDistance: 20, yDistance: -120 });
    expect(await page.locator('input[name="frontCrop"]').inputValue()).toBe("");
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(50);
  });

  test("takes a picture that is dropped beside its place", async () => {
    await page.goto("/");
    await hand(page, "drop", "body", [picture(ids[5]!, "front")]);
    expect(await names()).toEqual(["0.png", undefined]);
  });

  test("tells what is wrong with a picture, and keeps the other", async () => {
    const broken = path.join(world.directory, "broken.png");
    await writeFile(broken, "this is no picture");
    world.expectError(/415/u);
    await page.goto("/");
    await page.locator('input[name="front"]').setInputFiles(picture(ids[1]!, "front"));
    await page.locator('input[name="back"]').setInputFiles(broken);
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "The back picture: A picture must be one of" }).waitFor();
    expect(await names()).toEqual([path.basename(picture(ids[1]!, "front")), "broken.png"]);
    await page.getByRole("button", { name: "Remove" }).nth(1).click();
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.waitForURL("**/results/*");
    expect((await shownIds(page))[0]).toBe(ids[1]);
  });

  test("tells in the page's language what is wrong, and then in English exactly what", async () => {
    world.expectError(/415/u);
    page = await world.open({ locale: "zh-TW" });
    await page.goto("/");
    const notes = { name: "notes.png", mimeType: "image/png", buffer: Buffer.from("this is no picture") };
    await page.locator('input[name="front"]').setInputFiles(notes);
    await page.locator(".primary").click();
    const note = page.getByRole("alert");
    await note.filter({ hasText: "這個檔案不是圖片" }).waitFor();
    expect(await note.locator('[lang="en"]').textContent()).toMatch(/^The front picture: A picture must be/u);
    // What could not be done before may be by now.
    await page.locator('input[name="front"]').setInputFiles(picture(ids[1]!, "front"));
    await page.locator(".primary").click();
    await page.waitForURL("**/results/*");
  });

  test("shows the pictures that the browser gives back to whoever comes back", async () => {
    await searchBy(page, picture(ids[3]!, "front"), picture(ids[8]!, "back"));
    await page.goBack();
    await page.waitForURL((url) => url.pathname === "/");
    await expect.poll(() => page.locator(".zone.filled .stage img").count()).toBe(2);
    expect(await names()).toEqual([
      path.basename(picture(ids[3]!, "front")),
      path.basename(picture(ids[8]!, "back")),
    ]);
  });

  test("shows what of a picture was searched by to whoever comes back", async () => {
    await page.goto("/");
    await page.locator('input[name="front"]').setInputFiles(picture(ids[1]!, "front"));
    await page.getByRole("button", { name: "Crop" }).first().click();
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.waitForURL("**/results/*");
    await page.goBack();
    await page.locator(".zone.filled.cropped .crop").waitFor();
    expect(await page.locator('input[name="frontCrop"]').inputValue()).toBe("0.2,0.2,0.6,0.6");
    // Another picture has none of it.
    await page.locator('input[name="front"]').setInputFiles(picture(ids[2]!, "front"));
    expect(await page.locator('input[name="frontCrop"]').inputValue()).toBe("");
  });

  test("keeps the pictures when the connection is lost", async () => {
    world.expectError(/ERR_INTERNET_DISCONNECTED/u);
    await page.goto("/");
    await page.locator('input[name="front"]').setInputFiles(picture(ids[4]!, "front"));
    await page.context().setOffline(true);
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "The server cannot be reached" }).waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.waitForURL("**/results/*");
    expect((await shownIds(page))[0]).toBe(ids[4]);
  });

  test("works as a plain form where scripts are off", async () => {
    page = await world.open({ javaScriptEnabled: false });
    await searchBy(page, picture(ids[6]!, "front"), picture(ids[6]!, "back"));
    expect((await shownIds(page))[0]).toBe(ids[6]);
    await page.locator('input[name="back"]').fill("0");
    await page.getByRole("button", { name: "Rank again" }).click();
    await page.waitForURL("**back=0**");
    expect((await shownIds(page))[0]).toBe(ids[6]);
    expect(await page.locator('input[name="back"]').inputValue()).toBe("0");
    await page.locator(".match .look").nth(1).click();
    await page.waitForURL("**/designs/*");
  });

  test("can be used by keys alone, up to a match", async () => {
    await page.goto("/");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("To the content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("front");
    await page.locator('input[name="front"]').setInputFiles(picture(ids[9]!, "front"));
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
    for (let presses = 0; (await focused()) !== "Search" && presses < 20; presses++) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await page.waitForURL("**/results/*");
    const isLook = () => page.evaluate(() => document.activeElement?.className === "look");
    for (let presses = 0; !(await isLook()) && presses < 40; presses++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("dialog[open]").filter({ hasText: ids[9]! }).waitFor();
  });
});
