import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawingPng, writePair } from "../fixtures/drawings.js";
import { countsOf, designsIn, diptych, importAll, searchJson } from "./diptych-process.js";

let directory: string;
/** Holds `A_front.png` and `A_back.png`, and so for B and C. */
let flats: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-sources-"));
  flats = join(directory, "flats");
  for (const [i, name] of ["A", "B", "C"].entries()) await writePair(flats, name, i);
});
afterAll(() => rm(directory, { recursive: true }));

/** Each design of a new catalog that the source was imported to: its id, its pictures' paths, its attributes. */
async function importAnew(source: string, ...more: string[]) {
  const catalog = await mkdtemp(join(directory, "catalog-"));
  const counts = await importAll([source, "--catalog", catalog, ...more]);
  const designs = await designsIn(catalog);
  expect(counts).toEqual({ imported: designs.length, unchanged: 0, failed: 0 });
  return designs.map(({ id, views, attributes }) => ({
    id,
    front: views.front?.path ?? null,
    back: views.back?.path ?? null,
    attributes,
  }));
}

async function writeManifest(name: string, lines: readonly string[]): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}

const pair = (name: string) => ({
  front: join(flats, `${name}_front.png`),
  back: join(flats, `${name}_back.png`),
});

describe.concurrent("manifests", () => {
  test("CSV: columns in any order, quoted fields, numbers, a view that is missing", async () => {
    const manifest = await writeManifest("designs.csv", [
      "front,colour,id,back,year,note",
      "flats/A_front.png,red,大衣-1,flats/A_back.png,2024,",
      'flats/B_front.png,"navy, white",S-2,,2025,"said ""ja"""',
      ",,S-3,flats/C_back.png,,007",
    ]);
    expect(await importAnew(manifest)).toEqual([
      {
        id: "S-2",
        front: pair("B").front,
        back: null,
        attributes: { colour: "navy, white", year: 2025, note: 'said "ja"' },
      },
      { id: "S-3", front: null, back: pair("C").back, attributes: { note: "007" } },
      { id: "大衣-1", ...pair("A"), attributes: { colour: "red", year: 2024 } },
    ]);
  });

  test("TSV, with ids from the pictures' names", async () => {
    const manifest = await writeManifest("designs.tsv", [
      "front\tback\tcolour",
      "A_front.png\tA_back.png\tred, blue",
      "B_front.png\tB_back.png\t紅",
    ]);
    expect(await importAnew(manifest, "--images", flats)).toEqual([
      { id: "A", ...pair("A"), attributes: { colour: "red, blue" } },
      { id: "B", ...pair("B"), attributes: { colour: "紅" } },
    ]);
  });

  test("JSON lines, numbers as they are", async () => {
    const manifest = await writeManifest("designs.jsonl", [
      JSON.stringify({ id: "one", front: "flats/A_front.png", back: "flats/A_back.png", price: 12.5 }),
      JSON.stringify({ id: "two", back: "flats/B_back.png", size: "12" }),
    ]);
    expect(await importAnew(manifest)).toEqual([
      { id: "one", ...pair("A"), attributes: { price: 12.5 } },
      { id: "two", front: null, back: pair("B").back, attributes: { size: "12" } },
    ]);
  });

  test("the tutorial's name_list.csv as it is, pictures of both views in one folder", async () => {
    const images = join(directory, "tutorial");
    await mkdir(images);
    for (const [i, name] of ["A", "B", "C"].entries()) {
      await copyFile(pair(name).front, join(images, `${i}_f.png`));
      await copyFile(pair(name).back, join(images, `${i}_b.png`));
    }
    const names = [0, 1, 2].map((i) => `${i}_f.png,${i}_b.png`);
    const manifest = await writeManifest("name_list.csv", ["front,back", ...names]);
    expect(await importAnew(manifest, "--images", images)).toEqual(
      [0, 1, 2].map((i) => ({
        id: String(i),
        front: join(images, `${i}_f.png`),
        back: join(images, `${i}_b.png`),
        attributes: {},
      })),
    );
  });
});

describe.concurrent("folders", () => {
  test("x_front and x_back side by side, one view missing", async () => {
    const folder = join(directory, "side-by-side");
    await mkdir(folder);
    for (const name of ["A_front.png", "A_back.png", "B_front.png"]) {
      await copyFile(join(flats, name), join(folder, name));
    }
    await writeFile(join(folder, "readme.txt"), "no picture");
    expect(await importAnew(folder)).toEqual([
      { id: "A", front: join(folder, "A_front.png"), back: join(folder, "A_back.png"), attributes: {} },
      { id: "B", front: join(folder, "B_front.png"), back: null, attributes: {} },
    ]);
  });

  test("front/ and back/", async () => {
    const folder = join(directory, "by-view");
    for (const view of ["front", "back"]) {
      await mkdir(join(folder, view), { recursive: true });
      for (const name of ["A", "B"]) {
        await copyFile(join(flats, `${name}_${view}.png`), join(folder, view, `${name}.png`));
      }
    }
    expect(await importAnew(folder)).toEqual(
      ["A", "B"].map((name) => ({
        id: name,
        front: join(folder, "front", `${name}.png`),
        back: join(folder, "back", `${name}.png`),
        attributes: {},
      })),
    );
  });
});

describe("rows that are bad", () => {
  test("are reported with line, id, view, code and reason, and the rest is in", async () => {
    await writeFile(join(flats, "cut.png"), (await readFile(pair("A").front)).subarray(0, 2000));
    await writeFile(join(flats, "text.png"), "This is no picture.\n");
    const manifest = await writeManifest("bad.csv", [
      "id,front,back",
      "good,flats/A_front.png,flats/A_back.png",
      "missing,flats/none.png,flats/B_back.png",
      "damaged,flats/B_front.png,flats/cut.png",
      "text,flats/text.png,",
      "empty,,",
      "good,flats/C_front.png,",
      "too,many,fields,here",
      "both,flats/none.png,flats/text.png",
      "last,flats/C_front.png,flats/C_back.png",
    ]);
    const catalog = join(directory, "bad-rows");
    const ending = await diptych(["import", manifest, "--catalog", catalog]);
    expect(ending).toMatchObject({ exitCode: 3, stdout: "" });
    expect(countsOf(ending)).toEqual({ imported: 2, unchanged: 0, failed: 7 });
    const report = join(catalog, "import-errors.csv");
    expect(ending.stderr).toContain(`What was wrong with each, and where: ${report}\n`);
    expect((await designsIn(catalog)).map(({ id }) => id)).toEqual(["good", "last"]);

    const [header, ...rows] = (await readFile(report, "utf8")).trimEnd().split("\n");
    expect(header).toBe("line,id,view,code,reason");
    const none = join(flats, "none.png");
    expect(rows).toEqual([
      `3,missing,front,NOT_FOUND,A picture was expected at ${none}; there is none.`,
      expect.stringMatching(/^4,damaged,back,IMAGE_UNDECODABLE,.*The PNG picture is damaged or cut off/),
      expect.stringMatching(/^5,text,front,UNSUPPORTED_IMAGE,.*received a text file/),
      expect.stringMatching(/^6,empty,,INVALID_REQUEST,.*the row has none/),
      expect.stringMatching(/^7,good,,INVALID_REQUEST,.*already the id of line 2/),
      expect.stringMatching(/^8,,,INVALID_REQUEST,.*3 fields/),
      `9,both,front,NOT_FOUND,A picture was expected at ${none}; there is none.`,
      expect.stringMatching(/^9,both,back,UNSUPPORTED_IMAGE,/),
    ]);

    // Once they are mended, the next run takes them in, and the report of the first is gone.
    const mended = await writeManifest("bad.csv", [
      "id,front,back",
      "good,flats/A_front.png,flats/A_back.png",
      "missing,flats/B_front.png,flats/B_back.png",
      "last,flats/C_front.png,flats/C_back.png",
    ]);
    expect(await importAll([mended, "--catalog", catalog])).toEqual({
      imported: 1,
      unchanged: 2,
      failed: 0,
    });
    await expect(readFile(report)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a second run", () => {
  test("skips what is unchanged, takes in a changed picture and a changed attribute", async () => {
    const images = join(directory, "changing");
    const catalog = join(directory, "changing-catalog");
    for (const [i, name] of ["A", "B", "C", "D"].entries()) await writePair(images, name, i);
    const rows = (colour: string) =>
      ["A", "B", "C", "D"].map((name) => `${name},${name}_front.png,${name}_back.png,${colour}`);
    const manifest = (colourOfA: string) =>
      writeManifest("changing.csv", ["id,front,back,colour", rows(colourOfA)[0]!, ...rows("red").slice(1)]);
    const run = async (colourOfA: string) =>
      importAll([await manifest(colourOfA), "--images", images, "--catalog", catalog]);

    expect(await run("red")).toEqual({ imported: 4, unchanged: 0, failed: 0 });
    expect(await run("red")).toEqual({ imported: 0, unchanged: 4, failed: 0 });

    await writeFile(join(images, "B_front.png"), await drawingPng(700, "front"));
    expect(await run("green")).toEqual({ imported: 2, unchanged: 2, failed: 0 });
    expect((await designsIn(catalog)).map(({ attributes }) => attributes)).toEqual([
      { colour: "green" },
      { colour: "red" },
      { colour: "red" },
      { colour: "red" },
    ]);

    // The new front is found, beside the back that stayed; the old front is nowhere.
    const { front, back } = { front: join(images, "B_front.png"), back: join(images, "B_back.png") };
    const found = await searchJson(["--front", front, "--back", back, "--catalog", catalog]);
    expect(found.catalog.designs).toBe(4);
    expect(found.matches[0]!.id).toBe("B");
    expect(found.matches[0]!.views.front).toBeGreaterThan(0.999);
    expect(found.matches[0]!.views.back).toBeGreaterThan(0.999);
    const before = await searchJson(["--front", pair("B").front, "--catalog", catalog]);
    for (const { score } of before.matches) expect(score).toBeLessThan(0.99);
  });
});

test("progress goes to standard error in plain lines, the summary last; nothing goes to standard output", async () => {
  const catalog = join(directory, "plain-lines");
  const ending = await diptych(["import", flats, "--catalog", catalog]);
  expect(ending.stdout).toBe("");
  const lines = ending.stderr.trimEnd().split("\n");
  const summary = lines.findIndex((line) => line.includes(" imported, "));
  expect(lines[summary]).toMatch(
    /^3 imported, 0 unchanged, \d failed in \d+s \(\d+\.\d designs\/s\), catalog \//,
  );
  expect(lines[summary - 1]).toBe("Merging the catalog's files, and building the index if it is large.");
  for (const line of lines.slice(0, summary - 1)) expect(line).toMatch(/^ *\d+% {2}\d+\/\d+ designs( {2}|$)/);
  for (const control of ["\r", "\u001b"]) expect(ending.stderr).not.toContain(control);
});
