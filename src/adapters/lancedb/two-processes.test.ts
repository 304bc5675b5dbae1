import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Observation } from "../../../test/contracts/catalog-reader-process.js";
import { sampleDesign, seededRandom } from "../../../test/contracts/sample-designs.js";
import type { View } from "../../core/design.js";
import type { ModelIdentity } from "../../core/ports.js";
import { openCatalog } from "./open-catalog.js";

const readerPath = fileURLToPath(
  new URL("../../../test/contracts/catalog-reader-process.ts", import.meta.url),
);
const model: ModelIdentity = { id: "two-processes", sha256: null, embeddingDim: 16 };
const BATCH = 10;
const BATCHES = 12;

let directory: string;
let readers: ChildProcess[];
let observations: Observation[];
let oneEnded: Promise<never>;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-processes-"));
  observations = [];
  readers = [1, 2].map(() =>
    fork(readerPath, [directory, JSON.stringify(model)], { execArgv: ["--import", "tsx"] }),
  );
  for (const reader of readers) reader.on("message", (message) => observations.push(message as Observation));
  oneEnded = Promise.race(readers.map(failOnExit));
  oneEnded.catch(() => {});
});
afterEach(async () => {
  for (const reader of readers) reader.kill();
  await rm(directory, { recursive: true });
});

/** Waits until every reader has done a whole round of reads that began after now. */
async function nextRound(): Promise<void> {
  const twoMessages = readers.map(async (reader) => {
    await once(reader, "message");
    await once(reader, "message");
  });
  await Promise.race([Promise.all(twoMessages), oneEnded]);
}

async function failOnExit(reader: ChildProcess): Promise<never> {
  const [code] = await once(reader, "exit");
  throw new Error(`A reader ended with ${code}.`);
}

it("readers in other processes see every write whole and at once, also while the catalog is compacted", async () => {
  // All three make the catalog, at once.
  const catalog = await openCatalog({ directory, model });
  const random = seededRandom(11);
  const batch = (number: number, views: View[]) =>
    Array.from({ length: BATCH }, (_, i) => sampleDesign(`${number}-${i}`, random, { ...model, views }));
  await nextRound();

  for (let number = 0; number < BATCHES; number++) {
    await catalog.upsert(batch(number, ["front", "back"]));
    // Designs that change their views must be found once, whatever the order in which a search looks at views.
    await catalog.upsert(batch(number >> 1, number % 2 ? ["front"] : ["back"]));
    if (number % 3 === 2) await Promise.all([catalog.compact(), nextRound()]);
    await nextRound();
    const designs = (number + 1) * BATCH;
    expect(observations.at(-1)).toEqual({
      counted: designs,
      listed: designs,
      found: designs,
      foundDistinct: designs,
    });
  }

  for (const { counted, listed, found, foundDistinct } of observations) {
    expect([counted % BATCH, listed % BATCH, found % BATCH]).toEqual([0, 0, 0]);
    expect(foundDistinct).toBe(found);
  }
  const exits = readers.map((reader) => once(reader, "exit"));
  for (const reader of readers) reader.disconnect();
  expect((await Promise.all(exits)).map(([code]) => code)).toEqual([0, 0]);
  await catalog.close();
}, 60_000);
