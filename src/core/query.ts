import { AppError } from "../errors.js";
import { type Attributes, type PerView, VIEWS, type View, viewsOf } from "./design.js";
import { type Embedding, innerProduct } from "./embedding.js";
import type { Filter } from "./filter.js";

/** How much each view counts. */
export interface Weights {
  readonly front: number;
  readonly back: number;
}

/** A search: one or two embedded views and what the answer may contain. */
export interface Query {
  readonly embeddings: PerView<Embedding>;
  /** As {@link normalizeWeights} returns them. */
  readonly weights: Weights;
  readonly filter: Filter;
  /** How many matches at most, 1 or more. */
  readonly topK: number;
}

/** One design of a catalog's answer. */
export interface ScoredDesign {
  /** 1 for the most similar design. */
  readonly rank: number;
  readonly id: string;
  /** Weighted mean of the shared views' cosines, in [-1, 1]; higher is more similar. */
  readonly score: number;
  /** Each shared view's own cosine, in [-1, 1]; a view that the query or the design lacks is absent. */
  readonly views: PerView<number>;
  readonly attributes: Attributes;
  /** SHA-256 of the original file of each view that the design has; null where only its embedding was imported. */
  readonly hashes: PerView<string | null>;
  /** As they are stored. */
  readonly embeddings: PerView<Embedding>;
}

/** topK when nothing else is asked: the tutorial's top twenty. */
export const DEFAULT_TOP_K = 20;

/** The tutorial's fusion: 0.5 front + 0.5 back. */
export const DEFAULT_WEIGHTS: Weights = { front: 0.5, back: 0.5 };

/**
 * The weights of a query, scaled to the sum 1: a view that the query lacks weighs nothing.
 *
 * @throws AppError INVALID_REQUEST when a weight is negative or not finite, the query has no view, or its views weigh
 * nothing together.
 */
export function normalizeWeights(weights: Weights, queryViews: readonly View[]): Weights {
  if (queryViews.length === 0) {
    throw new AppError(
      "INVALID_REQUEST",
      "A search needs a front picture, a back picture or both; received none.",
    );
  }
  for (const view of VIEWS) {
    if (!(Number.isFinite(weights[view]) && weights[view] >= 0)) {
      throw new AppError(
        "INVALID_REQUEST",
        `The ${view} weight is a number from 0 up; received ${weights[view]}.`,
      );
    }
  }
  const used = { front: 0, back: 0 };
  for (const view of queryViews) used[view] = weights[view];
  const largest = Math.max(used.front, used.back);
  if (largest === 0) {
    throw new AppError(
      "INVALID_REQUEST",
      `The weights of the pictures in a search must not all be 0; received ${queryViews.join(" and ")} with 0.`,
    );
  }
  // Against the largest first: the sum of two huge weights would be infinite.
  const front = used.front / largest;
  const back = used.back / largest;
  return { front: front / (front + back), back: back / (front + back) };
}

/**
 * The fused query vector `[w_f * front ; w_b * back]`, `[2 * embeddingDim]`. Its inner product with a design's stored
 * vector `[front ; back]` (a missing view a zero half) is the weighted sum of the views' cosines, for any weights.
 */
export function fuseQuery(
  embeddings: PerView<Embedding>,
  weights: Weights,
  embeddingDim: number,
): Float32Array {
  const fused = new Float32Array(2 * embeddingDim);
  VIEWS.forEach((view, half) => {
    embeddings[view]?.forEach((value, i) => {
      fused[half * embeddingDim + i] = weights[view] * value;
    });
  });
  return fused;
}

/** The stored vector of a design: `[front ; back]`, `[2 * embeddingDim]`, a missing view a zero half. */
export function fuseDesign(embeddings: PerView<Embedding>, embeddingDim: number): Float32Array {
  return fuseQuery(embeddings, { front: 1, back: 1 }, embeddingDim);
}

/**
 * The weight that the views both sides have weigh together: what the weighted sum of cosines is divided by, so that a
 * design which lacks a view is scored on the other alone. 0 when they share no view that weighs anything.
 */
export function sharedWeight(weights: Weights, designViews: readonly View[]): number {
  return designViews.reduce((sum, view) => sum + weights[view], 0);
}

/**
 * The score of a design against a query, in float32 components and double-precision sums.
 *
 * @returns null when they share no view that weighs anything: the design cannot be ranked.
 */
export function scoreDesign(
  query: Pick<Query, "embeddings" | "weights">,
  design: PerView<Embedding>,
): { score: number; views: PerView<number> } | null {
  const views: { front?: number; back?: number } = {};
  let sum = 0;
  for (const view of viewsOf(design)) {
    const embedding = query.embeddings[view];
    if (!embedding) continue;
    const cosine = clampCosine(innerProduct(embedding, design[view]!));
    views[view] = cosine;
    sum += query.weights[view] * cosine;
  }
  const divisor = sharedWeight(query.weights, viewsOf(views));
  return divisor > 0 ? { score: sum / divisor, views } : null;
}

/** Rounding can carry the inner product of two float32 unit vectors a little past 1. */
function clampCosine(value: number): number {
  return Math.min(1, Math.max(-1, value));
}

/** The order of matches: by score, highest first; equal scores by id, so that every run gives the same list. */
export function compareMatches(
  a: Pick<ScoredDesign, "score" | "id">,
  b: Pick<ScoredDesign, "score" | "id">,
): number {
  return b.score - a.score || compareIds(a.id, b.id);
}

/** The order of ids: that of their UTF-8 bytes, which is the order of their code points. */
export function compareIds(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = utf8Rank(a.charCodeAt(i)) - utf8Rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Surrogates stand for the code points above U+FFFF: in UTF-8 they come after every other UTF-16 unit. */
function utf8Rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
