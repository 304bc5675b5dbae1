import { describe, expect, test } from "vitest";
import { createEmbedder, createImportWorld, manyRows } from "../../test/fixtures/import-world.js";
import { AppError } from "../errors.js";
import { deadlineExceeded } from "./waiting.js";

describe("the flow of an import", () => {
  test("holds few pictures at once, however many there are, and reads ahead no further than a few batches", async () => {
    const world = createImportWorld();
    let pulled = 0;
    let furthestAhead = 0;
    const rows = (function* () {
      for (const item of manyRows(400, world.files)) {
        pulled += 1;
        furthestAhead = Math.max(furthestAhead, pulled - (world.progress.at(-1) ?? 0));
        yield item;
      }
    })();
    const summary = await world.run(rows, { batchSize: 5, concurrency: 3 });

    expect(summary).toMatchObject({ rows: 400, imported: 400 });
    expect(world.images.mostAtOnce).toBeLessThanOrEqual(3);
    // One batch being gathered, one prepared, two embedding, one written.
    expect(furthestAhead).toBeLessThanOrEqual(5 * 5 + 1);
    expect(world.progress).toEqual(Array.from({ length: 80 }, (_, i) => 5 * (i + 1)));
  });

  test("prepares the next batch and embeds another while one is embedded", async () => {
    const world = createImportWorld();
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let embedding = 0;
    const inner = createEmbedder();
    const done = world.run(manyRows(8, world.files), {
      batchSize: 1,
      embedder: {
        ...inner,
        async embed(tensors) {
          embedding += 1;
          // Two batches here and the third one decoded: only then is any of them let through.
          if (embedding === 2) while (world.images.decoded < 6) await new Promise(setImmediate);
          if (embedding === 2) release();
          await gate;
          return inner.embed(tensors);
        },
      },
    });
    expect(await done).toMatchObject({ imported: 8 });
  });

  test("on abort finishes what is begun, writes it and says so; the next run takes up the rest", async () => {
    const world = createImportWorld();
    const controller = new AbortController();
    world.embedder = createEmbedder(() => controller.abort());
    const summary = await world.run(manyRows(100, world.files), {
      batchSize: 4,
      signal: controller.signal,
    });

    expect(summary.aborted).toBe(true);
    expect(summary.imported).toBeGreaterThanOrEqual(4);
    expect(summary.imported).toBeLessThanOrEqual(16);
    expect((await world.catalog.stats()).designs).toBe(summary.imported);
    expect(await world.run(manyRows(100, world.files))).toMatchObject({
      rows: 100,
      imported: 100 - summary.imported,
      unchanged: summary.imported,
      aborted: false,
    });
  });

  test("on abort leaves what the model has not come to: the next run takes it up", async () => {
    const world = createImportWorld();
    const controller = new AbortController();
    const inner = createEmbedder();
    const summary = await world.run(manyRows(8, world.files), {
      signal: controller.signal,
      embedder: {
        ...inner,
        async embed(tensors, options) {
          const results = await inner.embed(tensors.slice(0, 3));
          expect(options?.signal).toBe(controller.signal);
          controller.abort();
          return [...results, ...tensors.slice(3).map(() => ({ error: deadlineExceeded() }))];
        },
      },
    });

    // Of the second design the model had seen one side.
    expect(summary).toMatchObject({ rows: 1, imported: 1, failed: 0, aborted: true });
    expect(world.errors).toEqual([]);
    expect(await world.run(manyRows(8, world.files))).toMatchObject({ imported: 7, unchanged: 1 });
  });

  test("a signal that comes after the last row has stopped nothing", async () => {
    const world = createImportWorld();
    const controller = new AbortController();
    const summary = await world.run(manyRows(3, world.files), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(summary).toMatchObject({ imported: 3, aborted: false });
  });

  test("a catalog that fails ends the import; what was written before stays", async () => {
    const world = createImportWorld();
    const upsert = world.catalog.upsert.bind(world.catalog);
    let writes = 0;
    world.catalog.upsert = async (designs) => {
      writes += 1;
      if (writes === 2) throw new AppError("CATALOG_UNAVAILABLE", "The disk is full.");
      await upsert(designs);
    };
    await expect(world.run(manyRows(20, world.files), { batchSize: 4 })).rejects.toThrow("The disk is full.");
    expect((await world.catalog.stats()).designs).toBe(4);
  });

  test("a source that fails ends the import after the rows before it", async () => {
    const world = createImportWorld();
    const rows = (async function* () {
      yield* manyRows(4, world.files);
      throw new AppError("INVALID_REQUEST", "The manifest is no text.");
    })();
    await expect(world.run(rows, { batchSize: 2 })).rejects.toThrow("no text");
    expect((await world.catalog.stats()).designs).toBe(4);
  });
});
