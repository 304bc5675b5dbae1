import { setImmediate as otherWork } from "node:timers/promises";
import type { Attributes, PerView } from "../../core/design.js";
import { matchesFilter } from "../../core/filter.js";
import { compareMatches, type Query, type ScoredDesign, scoreDesign } from "../../core/query.js";
import { galleryBytes, VectorGallery } from "../exact-scan/gallery.js";
import { CANDIDATE_COLUMNS } from "./candidates.js";
import { rowsOf } from "./rows.js";
import type { Snapshot } from "./snapshot.js";

/** What the vectors of a catalog may take in memory: with embeddings of 640 numbers 20,000 designs do. In bytes. */
const MOST_BYTES = 128 * 1024 * 1024;

/** Searches of one snapshot after which it is worth to be read whole: a command makes one and ends. */
const SEARCHES_BEFORE = 2;

/** Rows that are read in one go; between them other work has its turn. */
const ROWS_AT_ONCE = 256;

/** A search of all designs of a snapshot, in memory: the exact matches, best first. */
export type InMemorySearch = (query: Query) => ScoredDesign[];

interface Entry {
  readonly id: string;
  readonly attributes: Attributes;
  readonly hashes: PerView<string | null>;
}

/** Whether a snapshot's vectors may be kept in memory. */
export function fitsInMemory(snapshot: Pick<Snapshot, "rows">, embeddingDim: number): boolean {
  return galleryBytes(snapshot.rows, embeddingDim) <= MOST_BYTES;
}

/** Reads a snapshot's designs into memory, but for their thumbnails. */
export async function readIntoMemory(snapshot: Snapshot, embeddingDim: number): Promise<InMemorySearch> {
  const gallery = new VectorGallery(snapshot.rows, embeddingDim);
  const entries: Entry[] = [];
  for await (const batch of snapshot.table.query().select(CANDIDATE_COLUMNS)) {
    for (const row of rowsOf(batch)) {
      gallery.set(entries.length, row.embeddings());
      entries.push({
        id: row.id,
        attributes: JSON.parse(row.get("attributes")),
        hashes: row.perView((view) => row.get<string | null>(`${view}_sha256`)),
      });
      if (entries.length % ROWS_AT_ONCE === 0) await otherWork();
    }
  }
  return (query) => {
    const { filter, topK } = query;
    const accepts = (row: number) => matchesFilter(entries[row]!.attributes, filter);
    return Array.from(gallery.best(query, filter.length > 0 ? accepts : undefined), (row) => {
      const embeddings = gallery.embeddings(row);
      return { ...entries[row]!, ...scoreDesign(query, embeddings)!, embeddings };
    })
      .sort(compareMatches)
      .slice(0, topK)
      .map((design, index) => ({ rank: index + 1, ...design }));
  };
}

/** Decides what is kept in memory: the latest snapshot that is searched again and again, if it fits. */
export class SnapshotMemory {
  readonly #embeddingDim: number;
  readonly #searches = new WeakMap<Snapshot, number>();
  readonly #unreadable = new WeakSet<Snapshot>();
  #kept: { readonly snapshot: Snapshot; readonly search: InMemorySearch } | null = null;
  #reading: Promise<void> | null = null;

  constructor(embeddingDim: number) {
    this.#embeddingDim = embeddingDim;
  }

  /** A search of the snapshot in memory; null when it is not there. It may be there the next time, and is read meanwhile. */
  searchOf(snapshot: Snapshot): InMemorySearch | null {
    if (this.#kept?.snapshot === snapshot) return this.#kept.search;
    const searches = (this.#searches.get(snapshot) ?? 0) + 1;
    this.#searches.set(snapshot, searches);
    const isWorthIt = searches >= SEARCHES_BEFORE && !this.#unreadable.has(snapshot);
    if (isWorthIt && fitsInMemory(snapshot, this.#embeddingDim)) this.#read(snapshot);
    return null;
  }

  /** Resolves when nothing is read any more. */
  async settled(): Promise<void> {
    await this.#reading;
  }

  /** One at a time: what was written meanwhile is read when it is searched again. */
  #read(snapshot: Snapshot): void {
    // What was kept is of an older version.
    this.#kept = null;
    this.#reading ??= readIntoMemory(snapshot, this.#embeddingDim)
      .then((search) => {
        this.#kept = { snapshot, search };
      })
      // Searches go on without, and tell what is the matter with the table; it is not read for each of them again.
      .catch(() => {
        this.#unreadable.add(snapshot);
      })
      .finally(() => {
        this.#reading = null;
      });
  }
}
