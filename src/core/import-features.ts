import pMap from "p-map";
import { AppError } from "../errors.js";
import type { EmbeddedDesign, EmbeddedPicture, PerView, View } from "./design.js";
import { viewsOf } from "./design.js";
import { checkDesigns, checkEmbedding, type Embedding, normalizeL2 } from "./embedding.js";
import type { ImportProgress } from "./import.js";
import { createIdCheck, missingViewsError, type RowError, rowError, type SourceRow } from "./import-rows.js";
import type { Catalog, ImageReader, ModelIdentity } from "./ports.js";
import { requireSameModel } from "./same-model.js";

/** A design whose embeddings were made elsewhere. */
export interface FeatureRow extends SourceRow {
  /** As they were stored, `[embeddingDim]`; a view without one is missing, whatever `views` names. */
  readonly embeddings: PerView<Embedding>;
}

export type FeatureItem = { readonly row: FeatureRow } | { readonly error: RowError };

export interface FeatureImportOptions {
  readonly rows: AsyncIterable<FeatureItem>;
  /** Which model made the embeddings. */
  readonly model: ModelIdentity;
  readonly catalog: Catalog;
  /** The bytes of a picture file; AppError NOT_FOUND says that there is none, which is no failure here. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly hash: (bytes: Uint8Array) => string;
  readonly images: Pick<ImageReader, "toThumbnail">;
  /** Told of every bad view or row, in the order of the rows; awaited before the import goes on. */
  readonly onError: (error: RowError) => void | Promise<void>;
  /** Told after every batch. */
  readonly onProgress: (progress: ImportProgress) => void;
  /** Once aborted, no further batch is begun. */
  readonly signal?: AbortSignal | undefined;
}

export interface FeatureImportSummary extends ImportProgress {
  /** Whether the signal stopped the import before its last row. */
  readonly aborted: boolean;
}

/** Designs to a catalog write. The tutorial's embeddings are 100 kB a view, so that a batch is 13 MB of them. */
const BATCH_SIZE = 64;

/** Picture files that are read at once. */
const CONCURRENCY = 4;

/**
 * Brings embeddings that were made elsewhere into the catalog, L2-normalised, in batches of one write each. A picture
 * that is found gives its view hash, path and thumbnail; for one that is not they are null. Designs that the catalog
 * has are replaced, `unchanged` stays 0.
 *
 * @throws AppError MODEL_MISMATCH when the catalog is another model's; whatever the source or the catalog as a whole
 * fails with.
 */
export async function importFeatures(options: FeatureImportOptions): Promise<FeatureImportSummary> {
  const { catalog, signal } = options;
  requireSameModel(catalog.model, options.model);

  const checkId = createIdCheck();
  let progress: ImportProgress = { rows: 0, imported: 0, unchanged: 0, failed: 0 };
  const write = async (items: readonly FeatureItem[]) => {
    const outcomes = await pMap(items, (item) => toDesign(item, options), { concurrency: CONCURRENCY });
    const designs: EmbeddedDesign[] = [];
    for (const outcome of outcomes) {
      if ("design" in outcome) designs.push(outcome.design);
      else for (const error of outcome.errors) await options.onError(error);
    }
    if (designs.length > 0) await catalog.upsert(designs);
    progress = {
      rows: progress.rows + items.length,
      imported: progress.imported + designs.length,
      unchanged: 0,
      failed: progress.failed + items.length - designs.length,
    };
    options.onProgress(progress);
  };

  let batch: FeatureItem[] = [];
  for await (const item of options.rows) {
    if (signal?.aborted) return { ...progress, aborted: true };
    const error = "row" in item ? checkId(item.row) : null;
    batch.push(error ? { error } : item);
    if (batch.length === BATCH_SIZE) {
      await write(batch);
      batch = [];
    }
  }
  if (batch.length > 0) await write(batch);
  return { ...progress, aborted: false };
}

type Outcome = { readonly design: EmbeddedDesign } | { readonly errors: readonly RowError[] };

async function toDesign(item: FeatureItem, options: FeatureImportOptions): Promise<Outcome> {
  if ("error" in item) return { errors: [item.error] };
  const { row } = item;
  const present = viewsOf(row.embeddings);
  if (present.length === 0) return { errors: [missingViewsError(row)] };
  const { embeddingDim } = options.model;
  const views: { [V in View]?: EmbeddedPicture } = {};
  const errors: RowError[] = [];
  for (const view of present) {
    const stored = row.embeddings[view]!;
    try {
      // Before it is scaled: that would turn one number that is not finite into a whole vector of them.
      checkEmbedding(stored, embeddingDim, `stored embedding of the ${view}`);
      const picture = await findPicture(row.views[view], options);
      views[view] = { ...picture, embedding: normalizeL2(stored.slice()) };
    } catch (error) {
      errors.push(rowError(row, view, error));
    }
  }
  const design = { id: row.id, attributes: row.attributes, views };
  try {
    if (errors.length === 0) checkDesigns([design], embeddingDim);
  } catch (error) {
    errors.push(rowError(row, null, error));
  }
  return errors.length > 0 ? { errors } : { design };
}

async function findPicture(
  path: string | undefined,
  { readFile, hash, images }: FeatureImportOptions,
): Promise<Omit<EmbeddedPicture, "embedding">> {
  const none = { sha256: null, path: null, thumbnail: null };
  if (path === undefined) return none;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof AppError && error.code === "NOT_FOUND") return none;
    throw error;
  }
  return { sha256: hash(bytes), path, thumbnail: await images.toThumbnail(bytes) };
}
