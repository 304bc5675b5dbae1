import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect, type Table } from "@lancedb/lancedb";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sampleDesign, sampleDesigns, seededRandom } from "../../../test/contracts/sample-designs.js";
import { compactAfterImport } from "../../core/compact-after-import.js";
import type { Catalog, ModelIdentity } from "../../core/ports.js";
import { checksumOf } from "./checksum.js";
import { openCatalog } from "./open-catalog.js";
import { designTable } from "./schema.js";

const readerPath = fileURLToPath(new URL("../../../test/contracts/held-version-process.ts", import.meta.url));
const model: ModelIdentity = { id: "compaction", sha256: null, embeddingDim: 8 };
const DESIGNS = 40;
/** As many edits as leave more data files than a catalog lets be. */
const EDITS = 140;

let directory: string;
let catalog: Catalog;
let table: Table;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-compaction-"));
  catalog = await openCatalog({ directory, model });
  await catalog.upsert(sampleDesigns(DESIGNS, seededRandom(1), model));
  const connection = await connect(join(directory, "lancedb"), { readConsistencyInterval: 0 });
  table = await connection.openTable("designs");
});
afterEach(async () => {
  await catalog.close();
  await rm(directory, { recursive: true });
});

const countFiles = async () => (await table.stats()).fragmentStats.numFragments;

it("happens by itself after many single writes, and closing waits for it", async () => {
  const random = seededRandom(2);
  const edits = Array.from({ length: EDITS }, (_, i) =>
    sampleDesign(`E-${i % DESIGNS}`, random, { ...model, attributes: { edit: i } }),
  );
  for (const edit of edits) await catalog.upsert([edit]);
  await catalog.close();
  expect(await countFiles()).toBeLessThan(EDITS / 2);
  catalog = await openCatalog({ directory, model, create: false });
  const last = edits.slice(-DESIGNS);
  expect(await catalog.getEmbedded(last.map(({ id }) => id))).toEqual(
    new Map(last.map((edit) => [edit.id, edit])),
  );
  expect((await catalog.stats()).designs).toBe(2 * DESIGNS);
});

it("is made up for by the next process where one after the other wrote too little to cause it", async () => {
  const design = sampleDesign("again", seededRandom(3), model);
  for (let i = 0; i < EDITS; i++) {
    await catalog.upsert([design]);
    if (i % 50 < 49) continue;
    await catalog.close();
    catalog = await openCatalog({ directory, model, create: false });
  }
  await catalog.close();
  expect(await countFiles()).toBeLessThan(EDITS / 2);
});

it("is made up for by an import that has nothing to write, where one was killed that had written much", async () => {
  expect(await catalog.isCompactionDue()).toBe(false);
  const random = seededRandom(4);
  for (let i = 0; i < EDITS; i++) {
    const left = [sampleDesign(`K-${i}`, random, model)];
    await table.add(designTable(left, model.embeddingDim, left.map(checksumOf)));
  }
  expect(await countFiles()).toBeGreaterThan(EDITS);
  let told = 0;
  const onCompact = () => told++;
  // Whoever interrupts an import does not wait for it.
  await compactAfterImport(catalog, { imported: 0, aborted: true }, onCompact);
  expect(told).toBe(0);
  const nothing = { imported: 0, aborted: false };
  await compactAfterImport(catalog, nothing, onCompact);
  expect(await countFiles()).toBe(1);
  await compactAfterImport(catalog, nothing, onCompact);
  expect(told).toBe(1);
  expect((await catalog.stats()).designs).toBe(DESIGNS + EDITS);
});

async function rowsReadBy(reader: ChildProcess): Promise<number> {
  const answer = once(reader, "message");
  reader.send("read");
  return (await answer)[0];
}

it("leaves another process the version it reads, which only a removal without delay would take", async () => {
  const reader = fork(readerPath, [join(directory, "lancedb"), "designs"], {
    execArgv: ["--import", "tsx"],
  });
  try {
    await once(reader, "message");
    for (let i = 0; i < 5; i++) await catalog.upsert(sampleDesigns(2 * DESIGNS, seededRandom(i), model));
    await catalog.delete(["D-00001"]);
    await catalog.compact();
    expect(await countFiles()).toBe(1);
    expect(await rowsReadBy(reader)).toBe(DESIGNS);
    // That the versions are kept for readers is what it hangs on.
    await table.optimize({ cleanupOlderThan: new Date() });
    expect(await rowsReadBy(reader)).toBe(-1);
  } finally {
    reader.kill();
  }
});
