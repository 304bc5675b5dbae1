import { mkdtemp, readFile, rm } from "node:fs/promises";
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

test.concurrent.each([
  ["sheet.JPG", "jpeg"],
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

test("a sheet of four matches to one view has two rows", async () => {
  const file = join(directory, "four.png");
  const ending = await diptych(["search", ...query.slice(2), "--top", "4", "--sheet", file]);
  expect(ending.exitCode).toBe(0);
  const { height } = await sharp(file).metadata();
  expect(height).toBeGreaterThan(2 * 256);
  expect(height).toBeLessThan(2 * 512);
});

test.concurrent.each(["sheet.gif", "sheet", "sheet.pdf"])(
  "%s is refused before anything is searched",
  async (name) => {
    expect(await search("--sheet", name)).toEqual({
      exitCode: 2,
      signal: null,
      stdout: "",
      stderr: `diptych: A contact sheet ends in .jpg, .jpeg, .png, .webp; received ${name}.\n`,
    });
  },
);

test("a place that cannot be written to is told in one sentence, and the matches all the same", async () => {
  const file = join(directory, "missing-folder", "sheet.jpg");
  const ending = await search("--sheet", file);
  expect(ending.exitCode).toBe(2);
  expect(ending.stdout).toContain("羽絨外套");
  expect(ending.stderr).toBe(
    `diptych: ${file} cannot be written (ENOENT); name a place in an existing folder that this user may write to, on a disk that has room.\n`,
  );
});
