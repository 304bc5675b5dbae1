import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { drawingPng } from "../fixtures/drawings.js";
import { countsOf, designsIn, importAll, openBeside, startDiptych } from "./diptych-process.js";

/**
 * The catalog is written in batches of 32, and at most three more are under way when one is: after a kill that
 * leaves two and an interruption after the next, some are still left for the last run.
 */
const DESIGNS = 256;

let directory: string;
let flats: string;
let catalog: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-interrupted-"));
  flats = join(directory, "flats");
  catalog = join(directory, "catalog");
  await mkdir(flats);
  for (let i = 0; i < DESIGNS; i++) {
    await writeFile(join(flats, `D${i}_front.png`), await drawingPng(i, "front"));
  }
});
afterEach(() => rm(directory, { recursive: true }));

function startImport() {
  const { child, ended } = startDiptych(["import", flats, "--catalog", catalog, "--threads", "2"]);
  /** Waits for a moment in the midst of the import; one that ends before it fails the test. */
  const until = async (reached: () => Promise<boolean>) => {
    while (!(await reached())) {
      if (child.exitCode !== null) throw new Error(`The import ended too early: ${(await ended).stderr}`);
      await sleep(20);
    }
  };
  return { child, ended, until };
}

async function countDesigns(): Promise<number> {
  const opened = await openBeside(catalog);
  if (!opened) return 0;
  try {
    return (await opened.stats()).designs;
  } finally {
    await opened.close();
  }
}

/** How many designs are in, each of them once. */
async function countDistinct(): Promise<number> {
  const ids = (await designsIn(catalog)).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  return ids.length;
}

test("an import that is killed at any moment, then interrupted, goes on where it stopped until all is in", {
  timeout: 300_000,
}, async () => {
  // Killed while the catalog is being made.
  const first = startImport();
  await first.until(() =>
    access(join(catalog, "lancedb")).then(
      () => true,
      () => false,
    ),
  );
  first.child.kill("SIGKILL");
  expect(await first.ended).toMatchObject({ signal: "SIGKILL", stdout: "" });

  // Killed when some designs are in.
  const second = startImport();
  await second.until(async () => (await countDesigns()) > 0);
  second.child.kill("SIGKILL");
  expect(await second.ended).toMatchObject({ signal: "SIGKILL", stdout: "" });
  const kept = await countDistinct();
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(DESIGNS);

  // Interrupted, as Ctrl-C does: what is in flight is written.
  const third = startImport();
  await third.until(async () => (await countDesigns()) > kept);
  third.child.kill("SIGINT");
  const interrupted = await third.ended;
  expect(interrupted).toMatchObject({ exitCode: 130, signal: null, stdout: "" });
  expect(interrupted.stderr).toContain("interrupted: run it again to go on\n");
  const written = await countDistinct();
  expect(written).toBeLessThan(DESIGNS);
  expect(countsOf(interrupted)).toEqual({ imported: written - kept, unchanged: kept, failed: 0 });

  // The last run embeds what is missing, and nothing else.
  expect(await importAll([flats, "--catalog", catalog, "--threads", "2"])).toEqual({
    imported: DESIGNS - written,
    unchanged: written,
    failed: 0,
  });
  const designs = await designsIn(catalog);
  expect(designs.map(({ id }) => id).sort()).toEqual(
    Array.from({ length: DESIGNS }, (_, i) => `D${i}`).sort(),
  );
});
