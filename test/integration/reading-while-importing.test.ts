import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Catalog } from "../../src/core/ports.js";
import { drawingPng, writePair } from "../fixtures/drawings.js";
import {
  countsOf,
  importAll,
  openBeside,
  type SearchJson,
  searchJson,
  startDiptych,
} from "./diptych-process.js";

const FIRST = 4;
const MORE = 64;

let directory: string;
let catalog: string;
let beside: Catalog;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-readers-"));
  catalog = join(directory, "catalog");
  for (let i = 0; i < FIRST; i++) await writePair(join(directory, "first"), `F${i}`, i);
  await mkdir(join(directory, "more"));
  for (let i = 0; i < MORE; i++) {
    await writeFile(join(directory, "more", `M${i}_front.png`), await drawingPng(100 + i, "front"));
  }
  await importAll([join(directory, "first"), "--catalog", catalog]);
  beside = (await openBeside(catalog))!;
});
afterAll(async () => {
  await beside.close();
  await rm(directory, { recursive: true });
});

const countDesigns = async () => (await beside.stats()).designs;

/** A search by another process, held against what the catalog had before and after it. */
async function searchBeside(): Promise<SearchJson> {
  const before = await countDesigns();
  const found = await searchJson([
    "--front",
    join(directory, "first", "F2_front.png"),
    "--back",
    join(directory, "first", "F2_back.png"),
    "--catalog",
    catalog,
    "--top",
    "100",
  ]);
  const after = await countDesigns();
  expect(found.catalog.designs).toBeGreaterThanOrEqual(before);
  expect(found.catalog.designs).toBeLessThanOrEqual(after);
  expect(found.matches[0]!.id).toBe("F2");
  // The search comes before the count of the designs.
  expect(found.matches.length).toBeGreaterThanOrEqual(before);
  expect(found.matches.length).toBeLessThanOrEqual(found.catalog.designs);
  expect(new Set(found.matches.map(({ id }) => id)).size).toBe(found.matches.length);
  return found;
}

test("two processes search again and again while a third imports, and see the catalog grow", async () => {
  expect((await searchBeside()).catalog.designs).toBe(FIRST);

  const importing = startDiptych(["import", join(directory, "more"), "--catalog", catalog]);
  let running = true;
  const ended = importing.ended.finally(() => {
    running = false;
  });
  const whileRunning = async (): Promise<SearchJson[]> => {
    const found: SearchJson[] = [];
    while (running) found.push(await searchBeside());
    return found;
  };
  const readers = [whileRunning(), whileRunning()];
  while (running && (await countDesigns()) === FIRST) await sleep(20);
  expect(running).toBe(true);
  // One that certainly begins when a part of the import is in.
  const midway = await searchBeside();
  expect(midway.catalog.designs).toBeGreaterThan(FIRST);

  const ending = await ended;
  expect(ending).toMatchObject({ exitCode: 0, stdout: "" });
  expect(countsOf(ending)).toEqual({ imported: MORE, unchanged: 0, failed: 0 });
  const last = await searchBeside();
  expect(last.catalog.designs).toBe(FIRST + MORE);
  for (const found of await Promise.all(readers)) {
    expect(found.length).toBeGreaterThan(0);
    const seen = [...found, last].map(({ catalog }) => catalog);
    for (const key of ["designs", "version"] as const) {
      const numbers = seen.map((state) => state[key]);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  }
});
