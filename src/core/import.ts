import { pMapIterable } from "p-map";
import { viewsOf } from "./design.js";
import { type BatchPorts, type EmbeddedBatch, embedBatch, prepareBatch } from "./import-batch.js";
import { createIdCheck, missingViewsError, type RowError, type SourceItem } from "./import-rows.js";
import type { InTurn } from "./in-turn.js";
import { requireSameModel } from "./same-model.js";
import { createStopwatch } from "./stopwatch.js";

export type { RowError, SourceItem, SourceRow } from "./import-rows.js";

export interface ImportOptions extends Omit<BatchPorts, "stopwatch"> {
  readonly rows: AsyncIterable<SourceItem>;
  /** A clock in milliseconds that never goes back. */
  readonly now: () => number;
  /** Within which it writes. Default: at once. */
  readonly inTurn?: InTurn;
  /** Told of every bad view or row, in the order of the rows; awaited before the import goes on. */
  readonly onError: (error: RowError) => void | Promise<void>;
  /** Told after every batch. */
  readonly onProgress: (progress: ImportProgress) => void;
  /** Once aborted, what the model has begun with is finished and written, and the rest is left. */
  readonly signal?: AbortSignal | undefined;
  /** Designs to a catalog write and to a call of the embedder, 1 or more. Default 32. */
  readonly batchSize?: number;
  /** Pictures read and decoded at once, 1 or more. Default 4. */
  readonly concurrency?: number;
}

/** How far an import is, in rows. */
export interface ImportProgress {
  /** Rows that are done: imported, unchanged or failed. */
  readonly rows: number;
  /** Written to the catalog, new or changed. */
  readonly imported: number;
  /** In the catalog already, just so. */
  readonly unchanged: number;
  /** Rejected and reported; what the catalog had under the same id stays. */
  readonly failed: number;
}

export interface ImportSummary extends ImportProgress {
  /** Whether the signal stopped the import before its last row. */
  readonly aborted: boolean;
  /** Milliseconds, summed over operations that overlap, so that together they exceed the time that passed. */
  readonly timings: {
    /** Reading and hashing files, and asking the catalog what it has. */
    readonly readMs: number;
    readonly decodeMs: number;
    readonly embedMs: number;
    readonly writeMs: number;
  };
}

/**
 * Batches at the embedder at once. With two, the embedder's threads go straight from the last pictures of one to the
 * first of the next, which is being read and decoded as a third meanwhile.
 */
const BATCHES_EMBEDDING = 2;

/**
 * Brings designs into the catalog: reads, embeds and writes them in batches that overlap, in memory that does not grow
 * with their number. A design whose pictures' hashes the catalog already has is not decoded or embedded again: it is
 * skipped, or rewritten when its attributes, paths or set of views changed. A row with a bad view is rejected whole and
 * reported; the others go on. Each batch is one catalog write, so an import that was killed goes on where it stopped
 * when it is run again.
 *
 * @throws AppError MODEL_MISMATCH when the catalog is another model's; whatever the source, the catalog or the embedder
 * as a whole fails with.
 */
export async function importDesigns(options: ImportOptions): Promise<ImportSummary> {
  const { catalog, embedder, inTurn = (write) => write(), batchSize = 32, concurrency = 4 } = options;
  requireSameModel(catalog.model, embedder.model);

  const stopwatch = createStopwatch(["readMs", "decodeMs", "embedMs", "writeMs"], options.now);
  const ports: BatchPorts = { ...options, stopwatch };
  let aborted = false;
  // Asked with a row in hand, so that a signal which comes after the last row has cut nothing off.
  const isStopped = () => {
    if (options.signal?.aborted) aborted = true;
    return aborted;
  };

  const prepared = pMapIterable(
    inBatches(options.rows, batchSize, isStopped),
    (items) => prepareBatch(items, ports, concurrency, isStopped),
    { concurrency: 1, backpressure: 1 },
  );
  const embedded = pMapIterable(prepared, (rows) => embedBatch(rows, ports, options.signal), {
    concurrency: BATCHES_EMBEDDING,
    backpressure: BATCHES_EMBEDDING,
  });

  let progress: ImportProgress = { rows: 0, imported: 0, unchanged: 0, failed: 0 };
  for await (const batch of embedded) {
    for (const error of batch.errors) await options.onError(error);
    if (batch.designs.length > 0)
      await stopwatch.time("writeMs", () => inTurn(() => catalog.upsert(batch.designs)));
    if (batch.left > 0) aborted = true;
    progress = advance(progress, batch);
    options.onProgress(progress);
  }
  return { ...progress, aborted, timings: stopwatch.timings };
}

async function* inBatches(
  rows: AsyncIterable<SourceItem>,
  batchSize: number,
  isStopped: () => boolean,
): AsyncGenerator<SourceItem[]> {
  const checkId = createIdCheck();
  let batch: SourceItem[] = [];
  for await (const item of rows) {
    if (isStopped()) return;
    batch.push(checkItem(item, checkId));
    if (batch.length === batchSize) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function checkItem(item: SourceItem, checkId: ReturnType<typeof createIdCheck>): SourceItem {
  if ("error" in item) return item;
  if (viewsOf(item.row.views).length === 0) return { error: missingViewsError(item.row) };
  const error = checkId(item.row);
  return error ? { error } : item;
}

function advance(progress: ImportProgress, batch: EmbeddedBatch): ImportProgress {
  return {
    rows: progress.rows + batch.designs.length + batch.unchanged + batch.failed,
    imported: progress.imported + batch.designs.length,
    unchanged: progress.unchanged + batch.unchanged,
    failed: progress.failed + batch.failed,
  };
}
