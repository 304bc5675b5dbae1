import "./native-log.js";
import { Index, type Table } from "@lancedb/lancedb";
import { isStoredAsFloat16 } from "./schema.js";

/** LanceDB's own name for an index of the column, so that building it anew replaces it. */
const NAME = "vector_idx";

/** Processes merge files minutes apart: who was preempted once is hardly so again. */
const ATTEMPTS = 3;

/** A second bit costs no time and halves what the index is wrong by (docs/decisions/0013). */
const BITS_PER_NUMBER = 2;

/** IVF_RQ packs the signs of the numbers in bytes. */
const NUMBERS_PER_BYTE = 8;

/** The index of a table at one version. */
export interface VectorIndex {
  /** Rows that it covers; those written since are compared one by one. */
  readonly indexed: number;
  readonly bytes: number;
}

/** How the designs of a catalog are looked up. */
export interface IndexStatus {
  readonly designs: number;
  /** From so many designs on there is an index; null where embeddings of this length cannot be indexed. */
  readonly threshold: number | null;
  /** Null when there is none. */
  readonly index: VectorIndex | null;
}

/** Whether vectors of two such embeddings can be indexed: half precision cannot, nor what fills no whole bytes. */
export function isIndexable(embeddingDim: number): boolean {
  return !isStoredAsFloat16(embeddingDim) && (2 * embeddingDim) % NUMBERS_PER_BYTE === 0;
}

/** The index of a table; null when it has none. One that is still being built is not there yet. */
export async function vectorIndexOf(table: Table): Promise<VectorIndex | null> {
  const index = (await table.listIndices()).find(({ name }) => name === NAME);
  return index ? { indexed: index.numIndexedRows ?? 0, bytes: index.sizeBytes ?? 0 } : null;
}

/**
 * Builds the index of a table, in place of the one it has, if any. Reads and writes go on meanwhile. Where another process merged the
 * table's files meanwhile, so that rows are elsewhere, it is built once more.
 */
export async function buildVectorIndex(table: Table, rows: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const config = Index.ivfRq({
      distanceType: "dot",
      numPartitions: partitionsFor(rows),
      numBits: BITS_PER_NUMBER,
    });
    try {
      await table.createIndex("vector", { config, name: NAME, replace: true });
      return;
    } catch (error) {
      const isPreempted = error instanceof Error && /preempted by/u.test(error.message);
      if (!isPreempted || attempt === ATTEMPTS) throw error;
      await table.checkoutLatest();
    }
  }
}

/** Partitions of an index over so many rows: as large as there are many, so that finding and reading them cost the same. */
function partitionsFor(rows: number): number {
  return Math.max(1, Math.round(Math.sqrt(rows)));
}
