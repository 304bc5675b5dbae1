/** What is done to the index of a catalog: composed of the adapters, as compose.ts is; no model is needed. */
import type { LanceCatalog } from "./adapters/lancedb/catalog.js";
import { openCatalog, readCatalogModel } from "./adapters/lancedb/open-catalog.js";
import { noCatalog } from "./adapters/lancedb/table.js";
import type { IndexStatus } from "./adapters/lancedb/vector-index.js";
import type { Config } from "./config.js";
import { type IndexRecall, measureIndexRecall, VERIFIED_WEIGHTS } from "./core/index-recall.js";

export type { IndexStatus };

/** Designs that an index is verified with: each takes six searches, three of them exact. */
const VERIFIED_DESIGNS = 25;

/** @throws AppError CATALOG_UNAVAILABLE when there is no catalog, or it cannot be opened. */
export function indexStatus(config: Config): Promise<IndexStatus> {
  return withCatalog(config, (catalog) => catalog.indexStatus());
}

/**
 * Builds the index anew, beside the one there is.
 *
 * @returns whether it was built: a catalog of few designs has none.
 * @throws AppError as {@link indexStatus}.
 */
export function rebuildIndex(config: Config): Promise<{ built: boolean; status: IndexStatus }> {
  return withCatalog(config, async (catalog) => {
    const built = await catalog.rebuildIndex();
    return { built, status: await catalog.indexStatus() };
  });
}

/**
 * Searches by some of the catalog's own designs, through the index and exactly.
 *
 * @param onSearched told how many of all are done.
 * @throws AppError as {@link indexStatus}.
 */
export function verifyIndex(
  config: Config,
  onSearched: (done: number, total: number) => void = () => {},
): Promise<IndexRecall[]> {
  return withCatalog(config, async (catalog) => {
    const { embeddings } = await catalog.sample();
    const step = Math.max(1, embeddings.length / VERIFIED_DESIGNS);
    const pairs = Array.from(
      { length: Math.min(VERIFIED_DESIGNS, embeddings.length) },
      (_, i) => embeddings[Math.floor(i * step)]!,
    );
    const total = pairs.length * VERIFIED_WEIGHTS.length;
    return measureIndexRecall(catalog, pairs, (done) => onSearched(done, total));
  });
}

async function withCatalog<T>(
  { catalog: directory, targetRecall }: Config,
  use: (catalog: LanceCatalog) => Promise<T>,
): Promise<T> {
  const model = await readCatalogModel(directory);
  if (!model) throw noCatalog(directory);
  const catalog = await openCatalog({ directory, model, create: false, targetRecall });
  try {
    return await use(catalog);
  } finally {
    await catalog.close();
  }
}
