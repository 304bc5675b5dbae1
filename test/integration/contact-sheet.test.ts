import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writePair } from "../fixtures/drawings.js";
import { diptych, importAll } from "./diptych-process.js";

let directory: string;
let query: string[];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-sheet-"));
  const flats = join(directory, "flats");
  const catalog = join(directory, "catalog");
  const names = [
    "A",
    "羽絨外套",
    "a name that is much longer than its place on the sheet is wide",
    "D",
    "E",
    "F",
  ];
  for (const [i, name] of names.entries()) await writePair(flats, name, i);
  await importAll([flats, "--catalog", catalog]);
  query = ["--front", join(flats, "A_front.png"), "--back", join(flats, "A_back.png"), "--catalog", catalog];
});
afterAll(() => rm(directory, { recursive: true }));

const search = (...args: string[]) => diptych(["search", ...query, ...args]);

test.each([
  ["sheet.jpg", "jpeg"],
  ["sheet.JPEG", "jpeg"],
  ["sheet.png", "png"],
  ["sheet.webp", "webp"],
])("%s becomes a %s with the query's row and a row for every four matches", async (name, format) => {
  const file = join(directory, name);
  const ending = await search("--sheet", file, "--json");
  expect(ending).toMatchObject({ exitCode: 0, stderr: `Contact sheet: ${file}\n` });
  expect(JSON.parse(ending.stdout).matches).toHaveLength(6);

  const sheet = await readFile(file);
  const metadata = await sharp(sheet).metadata();
  expect(metadata.format).toBe(format);
  // Eight pictures of 256 pixels side by side, three rows of them with their texts.
  expect(metadata.width).toBeGreaterThan(8 * 256);
  expect(metadata.height).toBeGreaterThan(3 * 256);
  expect(metadata.height).toBeLessThan(3 * 512);
  expect(sheet.length).toBeGreaterThan(20_000);
  const { channels } = await sharp(sheet).stats();
  for (const { stdev } of channels.slice(0, 3)) expect(stdev).toBeGreaterThan(5);
});

test("a sheet of fewer matches is lower, and drawn for one view too", async () => {
  const heights: number[] = [];
  for (const top of ["4", "5"]) {
    const file = join(directory, `top-${top}.png`);
    expect((await diptych(["search", ...query.slice(2), "--top", top, "--sheet", file])).exitCode).toBe(0);
    heights.push((await sharp(file).metadata()).height);
  }
  expect(heights[1]).toBeGreaterThan(heights[0]! + 256);
});

test.each(["sheet.gif", "sheet", "sheet.pdf"])("%s is refused before anything is searched", async (name) => {
  expect(await search("--sheet", name)).toEqual({
    exitCode: 2,
    signal: null,
    stdout: "",
    stderr: `diptych: A contact sheet ends in .jpg, .jpeg, .png, .webp; received ${name}.\n`,
  });
});

test("a place that cannot be written to is told in one sentence", async () => {
  await writeFile(join(directory, "file"), "");
  for (const place of ["missing-folder", "file"]) {
    const file = join(directory, place, "sheet.jpg");
    const ending = await search("--sheet", file);
    expect(ending.exitCode).toBe(2);
    expect(ending.stderr).toMatch(
      /^diptych: .* cannot be written \((ENOENT|ENOTDIR)\); name a place in .*\n$/,
    );
    expect(ending.stderr).toContain(file);
  }
});
