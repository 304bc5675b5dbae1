import { AppError } from "../errors.js";
import { type AspectWeights, defaultAspects, normalizeAspects, weighViews } from "./aspects.js";
import type { Crop } from "./crop.js";
import { type PerView, type View, viewsOf } from "./design.js";
import type { Embedding } from "./embedding.js";
import type { Filter } from "./filter.js";
import type { Catalog, Embedder, EmbedOptions, ImageReader, PixelTensor } from "./ports.js";
import {
  DEFAULT_TOP_K,
  DEFAULT_WEIGHTS,
  normalizeWeights,
  type ScoredDesign,
  type Weights,
} from "./query.js";
import { type Judge, type Judgement, UNKNOWN } from "./verdict.js";
import { aboutView } from "./view-failure.js";

/** What counts in a search, and what its answer may contain. */
export interface RankingRequest {
  /** From 0 up, any scale. Default: both views alike. */
  readonly weights?: Weights;
  /** What of the designs counts, such as `{ detail: 0.8, shape: 0.2 }`. Default: the model's first aspect alone. */
  readonly aspects?: AspectWeights;
  /** Whether colours count nothing: looks at the aspect of the model that does not see them. Default false. */
  readonly ignoreColour?: boolean;
  /** Default: every design. */
  readonly filter?: Filter;
  /** How many matches at most, a whole number from 1 up. Default 20. */
  readonly topK?: number;
}

/** The pictures that a person brings, one or two. */
export interface QueryPictures {
  /** The bytes of the picture files. */
  readonly pictures: PerView<Uint8Array>;
  /** What of the pictures is searched by. Default: all of them. */
  readonly crops?: PerView<Crop>;
}

/** What a person brings, and what the answer may contain. */
export interface SearchRequest extends RankingRequest, QueryPictures {}

/** One design of a result. */
export interface Match extends Omit<ScoredDesign, "embeddings">, Judgement {}

/** Where the time of a search went. */
export interface SearchTimings {
  readonly decodeMs: number;
  readonly embedMs: number;
  readonly searchMs: number;
  readonly totalMs: number;
}

export interface Ranking {
  /** As they were used: with the sum 1. */
  readonly weights: Weights;
  /** As they were used: every aspect of the model, with the sum 1. */
  readonly aspects: AspectWeights;
  readonly matches: readonly Match[];
}

export interface SearchResult extends Ranking {
  readonly timings: SearchTimings;
}

export interface SearchPorts {
  readonly images: Pick<ImageReader, "toTensor">;
  readonly embedder: Embedder;
  readonly catalog: Catalog;
  /** Of the embedder's model; null when it has no fitted verdicts. */
  readonly judge: Judge | null;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
}

/**
 * Finds the designs most similar to the pictures.
 *
 * @throws AppError INVALID_REQUEST for weights, aspects or a topK that cannot be used or no picture; what the picture reader and the
 * catalog throw.
 */
export async function search(request: SearchRequest, ports: SearchPorts): Promise<SearchResult> {
  const { now } = ports;
  // What cannot be used is told before any picture is read.
  checkRanking(viewsOf(request.pictures), request, ports.embedder);
  const { embeddings, decodeMs, embedMs } = await embedQuery(request, ports);
  const embedded = now();
  const ranking = await rankDesigns(embeddings, request, ports);
  const searchMs = now() - embedded;
  return { ...ranking, timings: { decodeMs, embedMs, searchMs, totalMs: decodeMs + embedMs + searchMs } };
}

/** A query's embeddings, with which it can be ranked again and again, and where the time went. */
export interface EmbeddedQuery extends Pick<SearchTimings, "decodeMs" | "embedMs"> {
  readonly embeddings: PerView<Embedding>;
}

/** @throws AppError what the picture reader and the embedder throw. */
export async function embedQuery(
  { pictures, crops = {} }: QueryPictures,
  { images, embedder, now }: Pick<SearchPorts, "images" | "embedder" | "now">,
  options: EmbedOptions = {},
): Promise<EmbeddedQuery> {
  const views = viewsOf(pictures);
  const started = now();
  const tensors = await Promise.all(
    views.map((view) => aboutView(view, images.toTensor(pictures[view]!, crops[view]))),
  );
  const decoded = now();
  const { timeoutMs } = options;
  const embeddings = await embedViews(views, tensors, embedder, {
    ...options,
    ...(timeoutMs !== undefined && { timeoutMs: Math.max(0, timeoutMs - (decoded - started)) }),
  });
  return { embeddings, decodeMs: decoded - started, embedMs: now() - decoded };
}

/**
 * Ranks the catalog's designs by a query's embeddings.
 *
 * @throws AppError INVALID_REQUEST for weights, aspects or a topK that cannot be used; what the catalog throws.
 */
export async function rankDesigns(
  embeddings: PerView<Embedding>,
  request: RankingRequest,
  { embedder, catalog, judge }: Pick<SearchPorts, "embedder" | "catalog" | "judge">,
): Promise<Ranking> {
  const views = viewsOf(embeddings);
  const { weights, aspects, topK } = resolveRanking(request, views, embedder);
  const [found, sample] = await Promise.all([
    catalog.search({
      embeddings: weighViews(embeddings, aspects, embedder.aspects),
      weights,
      filter: request.filter ?? [],
      topK,
    }),
    judge && catalog.sample(),
  ]);
  const stored = found.map((design) => design.embeddings);
  const judgements = judge && sample && (await judge(embeddings, stored, weights, sample));
  const matches = found.map(({ embeddings: _, ...design }, i) => ({
    ...design,
    ...(judgements?.[i] ?? UNKNOWN),
  }));
  return { weights, aspects, matches };
}

/**
 * Looks whether a query of these views could be ranked so, before any picture is read.
 *
 * @throws AppError INVALID_REQUEST for weights, aspects or a topK that cannot be used.
 */
export function checkRanking(views: readonly View[], request: RankingRequest, model: RankingModel): void {
  resolveRanking(request, views, model);
}

/** What of a model decides how can be ranked by it. */
type RankingModel = Pick<Embedder, "aspects" | "colourBlindAspect">;

function resolveRanking(
  request: RankingRequest,
  views: readonly View[],
  embedder: RankingModel,
): Pick<Ranking, "weights" | "aspects"> & { readonly topK: number } {
  const { topK = DEFAULT_TOP_K } = request;
  if (!(Number.isSafeInteger(topK) && topK >= 1)) {
    throw new AppError("INVALID_REQUEST", `topK is a whole number from 1 up; received ${topK}.`);
  }
  return {
    topK,
    weights: normalizeWeights(request.weights ?? DEFAULT_WEIGHTS, views),
    aspects: normalizeAspects(requestedAspects(request, embedder), embedder.aspects),
  };
}

/** @throws AppError INVALID_REQUEST when colours are to be ignored and cannot be. */
function requestedAspects({ aspects, ignoreColour }: RankingRequest, embedder: RankingModel): AspectWeights {
  if (!ignoreColour) return aspects ?? defaultAspects(embedder.aspects);
  const { colourBlindAspect } = embedder;
  if (aspects !== undefined) {
    throw new AppError(
      "INVALID_REQUEST",
      "A search either weighs aspects or ignores colours, which is an aspect of its own; received both.",
    );
  }
  if (colourBlindAspect === null) {
    throw new AppError("INVALID_REQUEST", "The model has no aspect that ignores colours; leave that out.");
  }
  return { [colourBlindAspect]: 1 };
}

async function embedViews(
  views: readonly View[],
  tensors: readonly PixelTensor[],
  embedder: Embedder,
  options: EmbedOptions,
): Promise<PerView<Embedding>> {
  const results = await embedder.embed(tensors, options);
  const embeddings: { front?: Embedding; back?: Embedding } = {};
  views.forEach((view, i) => {
    const result = results[i]!;
    if ("error" in result) throw result.error;
    embeddings[view] = result.value;
  });
  return embeddings;
}
