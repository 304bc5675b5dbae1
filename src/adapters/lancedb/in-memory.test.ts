import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "@lancedb/lancedb";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sampleDesigns, seededRandom } from "../../../test/contracts/sample-designs.js";
import { fitsInMemory, SnapshotMemory } from "./in-memory.js";
import { FIRST_TABLE } from "./manifest.js";
import { openCatalog } from "./open-catalog.js";
import { type Snapshot, takeSnapshot } from "./snapshot.js";
import { openTable } from "./table.js";

const model = { id: "random", sha256: null, embeddingDim: 24 };
const designs = sampleDesigns(300, seededRandom(1), model);
const embeddings = { front: designs[7]!.views.front!.embedding };
const query = { embeddings, weights: { front: 1, back: 0 }, filter: [], topK: 3 };

/** Counts the turns of the event loop until it is told to stop. */
function countTurns() {
  let turn = 0;
  let isCounting = true;
  const count = () => {
    turn += 1;
    if (isCounting) setImmediate(count);
  };
  setImmediate(count);
  return {
    now: () => turn,
    stop() {
      isCounting = false;
    },
  };
}

it("searches that are asked for at once have turns of the event loop of their own", async () => {
  const directory = await mkdtemp(join(tmpdir(), "diptych-memory-"));
  const catalog = await openCatalog({ directory, model });
  await catalog.upsert(designs);
  const searchOf = vi.spyOn(SnapshotMemory.prototype, "searchOf");
  do await catalog.search(query);
  while (searchOf.mock.results.at(-1)!.value === null);
  const turns = countTurns();
  const answeredIn = await Promise.all(
    Array.from({ length: 20 }, () => catalog.search(query).then(() => turns.now())),
  );
  turns.stop();
  searchOf.mockRestore();
  expect(new Set(answeredIn).size).toBe(20);
  await catalog.close();
  await rm(directory, { recursive: true });
});

describe("the memory of snapshots", () => {
  let directory: string;
  let first: Snapshot;
  let second: Snapshot;
  let connection: Connection;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "diptych-memory-"));
    const catalog = await openCatalog({ directory, model });
    const opened = await openTable(directory, FIRST_TABLE, model, false);
    connection = opened.connection;
    const snapshotNow = async () => takeSnapshot(connection, FIRST_TABLE, await opened.table.version());
    await catalog.upsert(designs);
    first = await snapshotNow();
    await catalog.delete([designs[7]!.id]);
    second = await snapshotNow();
    await catalog.close();
  });
  afterAll(async () => {
    connection.close();
    await rm(directory, { recursive: true });
  });

  it("keeps what is searched a second time, as soon as it is read", async () => {
    const memory = new SnapshotMemory(model.embeddingDim);
    expect(memory.searchOf(first)).toBeNull();
    await memory.settled();
    expect(memory.searchOf(first)).toBeNull();
    await memory.settled();
    expect(memory.searchOf(first)!(query)[0]).toMatchObject({ id: designs[7]!.id, rank: 1 });
  });

  it("answers for no other snapshot than the one asked for, and keeps the latest", async () => {
    const memory = new SnapshotMemory(model.embeddingDim);
    for (const snapshot of [first, first, second, second]) {
      expect(memory.searchOf(snapshot)).toBeNull();
      // While the first is read the second is not; it is once it is searched again.
      if (snapshot === second) await memory.settled();
    }
    memory.searchOf(second);
    await memory.settled();
    expect(memory.searchOf(second)!(query).map(({ id }) => id)).not.toContain(designs[7]!.id);
    expect(memory.searchOf(first)).toBeNull();
  });

  it("does not read again and again what it cannot read", async () => {
    const table = await connection.openTable(FIRST_TABLE);
    table.close();
    const reads = vi.spyOn(table, "query");
    const unreadable = { ...first, table };
    const memory = new SnapshotMemory(model.embeddingDim);
    for (let i = 0; i < 5; i++) {
      expect(memory.searchOf(unreadable)).toBeNull();
      await memory.settled();
    }
    expect(reads).toHaveBeenCalledTimes(1);
  });

  it("leaves a catalog in its files that would take too much", () => {
    expect(fitsInMemory({ ...first, rows: 20_000 }, 640)).toBe(true);
    expect(fitsInMemory({ ...first, rows: 30_000 }, 640)).toBe(false);
    expect(fitsInMemory({ ...first, rows: 3_000 }, 25_088)).toBe(false);
  });
});
