import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCatalog } from "../../src/adapters/lancedb/open-catalog.js";
import { readConfig } from "../../src/config.js";
import type { EmbeddedDesign } from "../../src/core/design.js";
import { examineCatalog } from "../../src/doctor.js";
import { AppError } from "../../src/errors.js";
import { seededRandom } from "../contracts/sample-designs.js";
import { keptDesign } from "../fixtures/kept-designs.js";
import { RandomNumbers } from "../fixtures/random-numbers.js";

const model = { id: "damaged", sha256: null, embeddingDim: 64 };
const DAMAGES = 80;

let parent: string;
let whole: string;
let designs: ReadonlyMap<string, EmbeddedDesign>;
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "diptych-damaged-"));
  whole = path.join(parent, "whole");
  const catalog = await openCatalog({ directory: whole, model });
  const random = seededRandom(1);
  const made = await Promise.all(
    Array.from({ length: 24 }, (_, i) => keptDesign(whole, `D${i}`, i, random, model)),
  );
  for (let start = 0; start < 24; start += 8) await catalog.upsert(made.slice(start, start + 8));
  await catalog.delete(["D3", "D12"]);
  designs = await catalog.getEmbedded(made.map(({ id }) => id));
  expect(designs.size).toBe(22);
  await catalog.close();
});
afterEach(() => rm(parent, { recursive: true }));

/** What becomes of a catalog: as it was, or how it was told that it is not. */
async function outcome(directory: string): Promise<string> {
  try {
    const { findings } = await examineCatalog(readConfig({ catalog: directory }, {}));
    if (findings.some(({ serious }) => serious)) return "found";
    const catalog = await openCatalog({ directory, model, create: false });
    try {
      const listed = (await catalog.list({ limit: 100 })).designs.map(({ id }) => id);
      const read = await catalog.getEmbedded(listed);
      return isDeepStrictEqual(new Map([...read].toSorted()), new Map([...designs].toSorted()))
        ? "whole"
        : "wrong";
    } finally {
      await catalog.close();
    }
  } catch (error) {
    return AppError.from(error).code;
  }
}

test("bits that turn in a catalog's files, and files that are cut short, are told or change nothing", async () => {
  const random = new RandomNumbers(6);
  const entries = await readdir(whole, { recursive: true, withFileTypes: true });
  // Which rows are deleted has no checksum, and can be told wrongly by a turned bit: docs/operations.md.
  const files = entries
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith("_deletions"))
    .map((entry) => path.relative(whole, path.join(entry.parentPath, entry.name)))
    .sort();
  const outcomes: Record<string, number> = {};
  for (let i = 0; i < DAMAGES; i++) {
    const directory = path.join(parent, "damaged");
    await cp(whole, directory, { recursive: true });
    // Every second time a data file, of which there are few and which matter most.
    const data = files.filter((file) => file.endsWith(".lance"));
    const from = i % 2 === 0 ? files : data;
    const file = path.join(directory, from[random.integer(0, from.length - 1)]!);
    const bytes = await readFile(file);
    const at = random.integer(0, bytes.length - 1);
    if (i % 4 < 3) {
      bytes[at]! ^= 1 << random.integer(0, 7);
      await writeFile(file, bytes);
    } else {
      await writeFile(file, bytes.subarray(0, at));
    }
    const became = await outcome(directory);
    expect(["found", "whole", "CATALOG_UNAVAILABLE", "MODEL_MISMATCH"], `${file}, at ${at}`).toContain(
      became,
    );
    outcomes[became] = (outcomes[became] ?? 0) + 1;
    await rm(directory, { recursive: true });
  }
  expect(outcomes.found).toBeGreaterThan(0);
  expect(outcomes.whole).toBeGreaterThan(0);
});
