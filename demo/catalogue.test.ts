import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { columns, writeCatalogue } from "./catalogue.js";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "catalogue-"));
});

afterEach(() => rm(directory, { recursive: true }));

test("writes both pictures of each design and a manifest that names them", async () => {
  const progress: number[] = [];
  const { manifest } = await writeCatalogue({
    directory,
    count: 12,
    seed: 1,
    onProgress: (done) => progress.push(done),
  });
  const rows = parse(await readFile(manifest), { columns: true }) as Record<string, string>[];
  expect(rows).toHaveLength(12);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(12);
  for (const row of rows) {
    expect(Object.keys(row)).toEqual([...columns]);
    expect(Object.values(row)).not.toContain("");
    for (const picture of [row.front, row.back]) {
      const { format, width, height } = await sharp(join(directory, picture as string)).metadata();
      expect({ format, width, height }).toEqual({ format: "png", width: 480, height: 576 });
    }
  }
  expect(progress).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
});

test("goes on where it stopped: pictures that exist stay, missing ones are drawn", async () => {
  const { manifest } = await writeCatalogue({ directory, count: 3, seed: 1 });
  const before = await readFile(manifest, "utf8");
  const pictures = join(directory, "pictures");
  const [kept, missing] = (await readdir(pictures)) as [string, string];
  await writeFile(join(pictures, kept), "kept");
  await rm(join(pictures, missing));
  await writeCatalogue({ directory, count: 3, seed: 1 });
  expect(await readFile(join(pictures, kept), "utf8")).toBe("kept");
  expect((await stat(join(pictures, missing))).size).toBeGreaterThan(1000);
  expect(await readFile(manifest, "utf8")).toBe(before);
  expect((await readdir(pictures)).filter((name) => name.endsWith(".part"))).toEqual([]);
});
