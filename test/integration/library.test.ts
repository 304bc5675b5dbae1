import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writePair } from "../fixtures/drawings.js";
import { startNode } from "./diptych-process.js";

const session = fileURLToPath(new URL("library-session.mjs", import.meta.url));

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-library-"));
});
afterEach(() => rm(directory, { recursive: true }));

test('a program that imports "diptych" imports, searches, closes and then ends by itself', async () => {
  const names = ["A", "B", "C", "D"];
  for (const [i, name] of names.entries()) await writePair(directory, name, i);
  const rows = names.map((name) => `${name}_front.png,${name}_back.png,${name === "D" ? "blue" : "red"}`);
  const manifest = join(directory, "designs.csv");
  await writeFile(manifest, `front,back,colour\n${rows.join("\n")}\n`);

  const front = join(directory, "B_front.png");
  const { ended } = startNode([session, manifest, front, join(directory, "catalog")]);
  const { stdout, ...ending } = await ended;
  expect(ending).toEqual({ exitCode: 0, signal: null, stderr: "" });
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({
    refused: "CATALOG_UNAVAILABLE",
    summary: { rows: 4, imported: 4, unchanged: 0, failed: 0, aborted: false },
    progress: [4],
    weights: { front: 1, back: 0 },
  });
  expect(told.matches).toHaveLength(2);
  expect(told.matches[0]).toMatchObject({ rank: 1, id: "B", attributes: { colour: "red" } });
  expect(told.matches[0].score).toBeGreaterThan(0.999);
  expect(told.sheetBytes).toBeGreaterThan(10_000);
});
