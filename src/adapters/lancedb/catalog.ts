import type { Connection, Table } from "@lancedb/lancedb";
import type { AttributeSummary } from "../../core/attribute-summary.js";
import { type Design, type EmbeddedDesign, type PerView, viewsOf } from "../../core/design.js";
import { checkDesigns, checkEmbedding } from "../../core/embedding.js";
import type { Filter } from "../../core/filter.js";
import { createInTurn } from "../../core/in-turn.js";
import type {
  Catalog,
  CatalogSample,
  CatalogStats,
  DesignPage,
  ModelIdentity,
  ShownDesign,
} from "../../core/ports.js";
import type { Query, ScoredDesign } from "../../core/query.js";
import { createTurns } from "../../core/turns.js";
import { AppError } from "../../errors.js";
import { BackgroundCompaction } from "./background-compaction.js";
import { checksumOf } from "./checksum.js";
import { directoryBytes } from "./directory-bytes.js";
import { idIn } from "./filter-sql.js";
import { SnapshotMemory } from "./in-memory.js";
import { listDesigns, lookUp } from "./look-up.js";
import type { ManifestWatch } from "./manifest-watch.js";
import { removableBefore } from "./retention.js";
import {
  designColumns,
  designOf,
  embeddedDesignColumns,
  embeddedDesignOf,
  shownDesignColumns,
  shownDesignOf,
  thumbnailColumns,
  thumbnailsOf,
} from "./rows.js";
import { CHECKSUM, designTable, hasColumn } from "./schema.js";
import { DEFAULT_SEARCH_OPTIONS, type SearchOptions, searchSnapshot, usesIndex } from "./search.js";
import { attributesOf, perSnapshot, type Snapshot, sampleOf, statsOf, takeSnapshot } from "./snapshot.js";
import { buildVectorIndex, type IndexStatus, isIndexable } from "./vector-index.js";

/** What a catalog is made of. */
export interface LanceCatalogParts {
  readonly directory: string;
  readonly model: ModelIdentity;
  readonly connection: Connection;
  /** Always at its latest version. */
  readonly table: Table;
  /** Tells which table the catalog's is now; null for a table that is not the catalog's yet, or not any more. */
  readonly watch?: ManifestWatch | null;
  /** Where it differs from {@link DEFAULT_SEARCH_OPTIONS}. */
  readonly searching?: Partial<SearchOptions>;
}

/** A catalog in a directory; open it with `openCatalog`. */
export class LanceCatalog implements Catalog {
  readonly model: ModelIdentity;
  readonly #directory: string;
  readonly #connection: Connection;
  readonly #watch: ManifestWatch | null;
  #table: Table;
  /** Of the version that was read last; shared by all that read it, also while it is being taken. */
  #latest: { readonly name: string; readonly version: number; readonly snapshot: Promise<Snapshot> } | null =
    null;
  readonly #sample = perSnapshot(sampleOf);
  readonly #memory: SnapshotMemory;
  readonly #attributes = perSnapshot(attributesOf);
  /** LanceDB lets two merges at once add the same new id twice. */
  readonly #writes = createInTurn();
  readonly #compaction = new BackgroundCompaction(
    () => this.compact(),
    async () => (await this.#table.stats()).fragmentStats.numFragments,
  );
  /** For what runs in this thread: LanceDB tells several searches of their snapshot at the same moment. */
  readonly #ownTurn = createTurns();
  readonly #options: SearchOptions;
  /** An index that is built while files are merged would name rows that are elsewhere afterwards. */
  readonly #maintain = createInTurn();

  constructor({ directory, model, connection, table, watch = null, searching = {} }: LanceCatalogParts) {
    this.model = model;
    this.#memory = new SnapshotMemory(model.embeddingDim);
    this.#directory = directory;
    this.#connection = connection;
    this.#table = table;
    this.#watch = watch;
    this.#options = { ...DEFAULT_SEARCH_OPTIONS, ...searching };
  }

  async upsert(designs: readonly EmbeddedDesign[]): Promise<void> {
    checkDesigns(designs, this.model.embeddingDim);
    if (designs.length === 0) return;
    await this.#write(async () => {
      const hasChecksums = hasColumn(await this.#table.schema(), CHECKSUM);
      const rows = designTable(
        designs,
        this.model.embeddingDim,
        hasChecksums ? designs.map(checksumOf) : null,
      );
      await this.#table.mergeInsert("id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows);
    });
  }

  async delete(ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    return this.#write(async () => (await this.#table.delete(idIn(ids))).numDeletedRows);
  }

  get(ids: readonly string[]): Promise<Map<string, Design>> {
    return this.#read((snapshot) => lookUp(snapshot, ids, designColumns, designOf));
  }

  getShown(ids: readonly string[]): Promise<Map<string, ShownDesign>> {
    return this.#read((snapshot) => lookUp(snapshot, ids, shownDesignColumns, shownDesignOf));
  }

  getEmbedded(ids: readonly string[]): Promise<Map<string, EmbeddedDesign>> {
    return this.#read((snapshot) => lookUp(snapshot, ids, embeddedDesignColumns, embeddedDesignOf));
  }

  thumbnails(ids: readonly string[]): Promise<Map<string, PerView<Uint8Array>>> {
    return this.#read((snapshot) => lookUp(snapshot, ids, thumbnailColumns, thumbnailsOf));
  }

  list(options: { limit: number; after?: string | null; filter?: Filter }): Promise<DesignPage> {
    return this.#read((snapshot) => listDesigns(snapshot, options));
  }

  search(query: Query): Promise<ScoredDesign[]> {
    return this.#search(query, this.#options);
  }

  /** The same without the index: compares with every design. */
  searchExactly(query: Query): Promise<ScoredDesign[]> {
    return this.#search(query, { ...this.#options, indexThreshold: Number.POSITIVE_INFINITY });
  }

  async #search(query: Query, options: SearchOptions): Promise<ScoredDesign[]> {
    for (const view of viewsOf(query.embeddings)) {
      checkEmbedding(query.embeddings[view]!, this.model.embeddingDim, `${view} embedding of the query`);
    }
    return this.#read(async (snapshot) => {
      const searchInMemory = usesIndex(snapshot, options) ? null : this.#memory.searchOf(snapshot);
      if (!searchInMemory) return searchSnapshot(snapshot, query, this.model.embeddingDim, options);
      await this.#ownTurn();
      return searchInMemory(query);
    });
  }

  isExact(): Promise<boolean> {
    return this.#read(async (snapshot) => !usesIndex(snapshot, this.#options));
  }

  sample(): Promise<CatalogSample> {
    return this.#read(this.#sample);
  }

  attributes(): Promise<readonly AttributeSummary[]> {
    return this.#read(this.#attributes);
  }

  /** What was written since the index was built is taken into it; the first index is built when there are enough designs. */
  async compact(): Promise<void> {
    await this.#maintain(async () => {
      // It changes nothing that anybody reads, so that it needs no acknowledgement.
      await this.#inTurn(async () => {
        const written = (await this.#table.listVersions()).map(({ timestamp }) => timestamp);
        return this.#table.optimize({ cleanupOlderThan: removableBefore(written, Date.now()) });
      });
      if ((await this.indexStatus()).index === null) await this.#buildIndex();
    });
  }

  async isCompactionDue(): Promise<boolean> {
    const { designs, threshold, index } = await this.indexStatus();
    const lacksIndex = index === null && threshold !== null && designs >= threshold;
    return lacksIndex || this.#native("read", () => this.#compaction.isDue());
  }

  indexStatus(): Promise<IndexStatus> {
    const threshold = isIndexable(this.model.embeddingDim) ? this.#options.indexThreshold : null;
    return this.#read(async ({ rows, index }) => ({ designs: rows, threshold, index }));
  }

  /**
   * Builds the index anew. Searches use the one there was until it is done; writes go on meanwhile.
   *
   * @returns false when the catalog needs none: it has too few designs, or embeddings that cannot be indexed.
   */
  rebuildIndex(): Promise<boolean> {
    return this.#maintain(() => this.#buildIndex());
  }

  async #buildIndex(): Promise<boolean> {
    const { designs, threshold } = await this.indexStatus();
    if (threshold === null || designs < threshold) return false;
    await this.#native("written to", () => buildVectorIndex(this.#table, designs));
    return true;
  }

  stats(): Promise<CatalogStats> {
    return this.#read(async (snapshot) => statsOf(snapshot));
  }

  bytesOnDisk(): Promise<number> {
    return this.#native("read", () => directoryBytes(this.#directory));
  }

  async close(): Promise<void> {
    await this.#compaction.close();
    await this.#maintain(async () => {});
    await this.#writes(async () => {});
    await this.#memory.settled();
    (await this.#latest?.snapshot.catch(() => null))?.table.close();
    this.#table.close();
    this.#connection.close();
  }

  /** Runs a read on the version that is the latest as it begins. */
  async #read<T>(operation: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    return this.#native("read", async () => {
      if (this.#watch) await this.#turnTo(await this.#watch.tableToRead());
      const table = this.#table;
      try {
        return await operation(await this.#snapshotOf(table.name, await table.version()));
      } catch (error) {
        // Of other embeddings than the catalog has, the table may be gone.
        this.#watch?.requireModel();
        throw error;
      }
    });
  }

  #snapshotOf(name: string, version: number): Promise<Snapshot> {
    if (this.#latest?.name === name && this.#latest.version === version) return this.#latest.snapshot;
    const latest = { name, version, snapshot: takeSnapshot(this.#connection, name, version) };
    this.#latest = latest;
    latest.snapshot.catch(() => {
      // What could not be read once may be read the next time.
      if (this.#latest === latest) this.#latest = null;
    });
    return latest.snapshot;
  }

  /** A write that is acknowledged only if it went where everybody reads from now on. */
  #write<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#inTurn(async () => {
      if (!this.#watch) return operation();
      await this.#turnTo(await this.#watch.tableToWrite());
      const result = await operation();
      if ((await this.#watch.tableToWrite()) !== this.#table.name) {
        throw new AppError(
          "CATALOG_UNAVAILABLE",
          `The catalog in ${this.#directory} changed over to other embeddings meanwhile; try again.`,
        );
      }
      return result;
    });
    result.then(
      () => this.#compaction.wrote(),
      () => {},
    );
    return result;
  }

  #inTurn<T>(operation: () => Promise<T>): Promise<T> {
    return this.#writes(() => this.#native("written to", operation));
  }

  /** Goes over to another table of the same model; reads that are under way end on the one they began with. */
  async #turnTo(name: string): Promise<void> {
    if (name !== this.#table.name) this.#table = await this.#connection.openTable(name);
  }

  async #native<T>(verb: "read" | "written to", operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw new AppError(
        "CATALOG_UNAVAILABLE",
        `The catalog in ${this.#directory} cannot be ${verb}; check that its files are complete and accessible and that the disk has room.`,
        { cause },
      );
    }
  }
}
