/** What is done to the index of a catalog: composed of the adapters, as compose.ts is; of the model only its manifest is needed. */
import type { LanceCatalog } from "./adapters/lancedb/catalog.js";
import { openCatalog, readCatalogModel } from "./adapters/lancedb/open-catalog.js";
import { noCatalog } from "./adapters/lancedb/table.js";
import type { IndexStatus } from "./adapters/lancedb/vector-index.js";
import { findPack } from "./adapters/models/find-pack.js";
import type { Config } from "./config.js";
import { defaultAspects, normalizeAspects, weighViews } from "./core/aspects.js";
import type { PerView } from "./core/design.js";
import type { Embedding } from "./core/embedding.js";
import { type IndexRecall, measureIndexRecall, VERIFIED_WEIGHTS } from "./core/index-recall.js";
import type { ModelIdentity } from "./core/ports.js";
import { isSameModel } from "./core/same-model.js";

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
 * Searches by some of the catalog's own designs, as a search is made unless told otherwise, through the index and exactly.
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
    const weigh = await defaultWeighing(catalog.model, config.models);
    const step = Math.max(1, embeddings.length / VERIFIED_DESIGNS);
    const pairs = Array.from({ length: Math.min(VERIFIED_DESIGNS, embeddings.length) }, (_, i) =>
      weigh(embeddings[Math.floor(i * step)]!),
    );
    const total = pairs.length * VERIFIED_WEIGHTS.length;
    return measureIndexRecall(catalog, pairs, (done) => onSearched(done, total));
  });
}

/** What a search makes of embeddings unless told otherwise; it leaves those as they are whose pack is not there to tell of its aspects. */
async function defaultWeighing(model: ModelIdentity, models: string) {
  const pack = await findPack(model.id, models).catch(() => null);
  if (!pack || !isSameModel(pack.identity, model)) return (embeddings: PerView<Embedding>) => embeddings;
  const { aspects } = pack.manifest;
  const weights = normalizeAspects(defaultAspects(aspects), aspects);
  return (embeddings: PerView<Embedding>) => weighViews(embeddings, weights, aspects);
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
