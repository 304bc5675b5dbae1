import { AppError } from "../errors.js";
import { type AspectWeights, defaultAspects, normalizeAspects, weighAspects } from "./aspects.js";
import { type PerView, type View, viewsOf } from "./design.js";
import type { Embedding } from "./embedding.js";
import type { Filter } from "./filter.js";
import type { Catalog, Embedder, ImageReader, PixelTensor } from "./ports.js";
import { DEFAULT_TOP_K, DEFAULT_WEIGHTS, type Match, normalizeWeights, type Weights } from "./query.js";

/** What a person brings: one or two pictures and what the answer may contain. */
export interface SearchRequest {
  /** The bytes of the picture files. */
  readonly pictures: PerView<Uint8Array>;
  /** From 0 up, any scale. Default: both views alike. */
  readonly weights?: Weights;
  /** What of the designs counts, such as `{ detail: 0.8, shape: 0.2 }`. Default: the model's first aspect alone. */
  readonly aspects?: AspectWeights;
  /** Default: every design. */
  readonly filter?: Filter;
  /** Default 20. */
  readonly topK?: number;
}

/** Where the time of a search went. */
export interface SearchTimings {
  readonly decodeMs: number;
  readonly embedMs: number;
  readonly searchMs: number;
  readonly totalMs: number;
}

export interface SearchResult {
  /** As they were used: with the sum 1. */
  readonly weights: Weights;
  /** As they were used: every aspect of the model, with the sum 1. */
  readonly aspects: AspectWeights;
  readonly timings: SearchTimings;
  readonly matches: readonly Match[];
}

export interface SearchPorts {
  readonly images: Pick<ImageReader, "toTensor">;
  readonly embedder: Embedder;
  readonly catalog: Catalog;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
}

/**
 * Finds the designs most similar to the pictures.
 *
 * @throws AppError INVALID_REQUEST for weights or aspects that cannot be used or no picture; what the picture reader and the catalog
 * throw.
 */
export async function search(request: SearchRequest, ports: SearchPorts): Promise<SearchResult> {
  const { images, embedder, catalog, now } = ports;
  const views = viewsOf(request.pictures);
  const weights = normalizeWeights(request.weights ?? DEFAULT_WEIGHTS, views);
  const aspects = normalizeAspects(request.aspects ?? defaultAspects(embedder.aspects), embedder.aspects);
  const started = now();
  const tensors = await Promise.all(views.map((view) => readView(view, request.pictures[view]!, images)));
  const decoded = now();
  const embeddings = await embedViews(views, tensors, embedder, aspects);
  const embedded = now();
  const matches = await catalog.search({
    embeddings,
    weights,
    filter: request.filter ?? [],
    topK: request.topK ?? DEFAULT_TOP_K,
  });
  const searched = now();
  return {
    weights,
    aspects,
    timings: {
      decodeMs: decoded - started,
      embedMs: embedded - decoded,
      searchMs: searched - embedded,
      totalMs: searched - started,
    },
    matches,
  };
}

/** A failure tells which of the pictures it is about. */
async function readView(view: View, bytes: Uint8Array, images: SearchPorts["images"]): Promise<PixelTensor> {
  try {
    return await images.toTensor(bytes);
  } catch (error) {
    const { code, message } = AppError.from(error);
    throw new AppError(code, `The ${view} picture: ${message}`, { cause: error });
  }
}

async function embedViews(
  views: readonly View[],
  tensors: readonly PixelTensor[],
  embedder: Embedder,
  aspects: AspectWeights,
): Promise<PerView<Embedding>> {
  const results = await embedder.embed(tensors);
  const embeddings: { front?: Embedding; back?: Embedding } = {};
  views.forEach((view, i) => {
    const result = results[i]!;
    if ("error" in result) throw result.error;
    embeddings[view] = weighAspects(result.value, aspects, embedder.aspects);
  });
  return embeddings;
}
