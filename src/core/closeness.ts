import type { Aspect } from "./aspects.js";
import { type PerView, type View, viewsOf } from "./design.js";
import { type Embedding, innerProduct } from "./embedding.js";
import type { Weights } from "./query.js";

/** A weighted sum of {@link evidenceOf}. */
export interface Discriminant {
  readonly bias: number;
  /** One for each number of the evidence. */
  readonly weights: readonly number[];
}

/** Keeps the evidence finite: two pictures of one design never come closer than this, in cosine. */
const NEAREST = 0.02;

/**
 * How near two designs come, in the aspects named: for each aspect the weighted mean of the shared views' cosines, then for each
 * aspect the least of them, every cosine c as -ln(1.02 - c). So a design counts as near only if both sides are, and near 1,
 * where a cosine hardly moves, differences still count.
 *
 * @param aspects of the embeddings, each of length 1 / sqrt(number of aspects).
 * @param names of the aspects looked at.
 * @returns `[2 * names]`; null when the designs share no view that weighs anything.
 */
export function evidenceOf(
  a: PerView<Embedding>,
  b: PerView<Embedding>,
  weights: Weights,
  aspects: readonly Aspect[],
  names: readonly string[],
): number[] | null {
  const shared = viewsOf(a).filter((view) => b[view] !== undefined && weights[view] > 0);
  if (shared.length === 0) return null;
  const weight = shared.reduce((sum, view) => sum + weights[view], 0);
  const means: number[] = [];
  const leasts: number[] = [];
  for (const name of names) {
    const { start, dim } = locate(aspects, name);
    const cosine = (view: View) =>
      aspects.length * innerProduct(part(a[view]!, start, dim), part(b[view]!, start, dim));
    const cosines = shared.map(cosine);
    const sum = cosines.reduce((total, value, i) => total + weights[shared[i]!] * value, 0);
    means.push(nearness(sum / weight));
    leasts.push(nearness(Math.min(...cosines)));
  }
  return [...means, ...leasts];
}

export function discriminate({ bias, weights }: Discriminant, evidence: readonly number[]): number {
  return evidence.reduce((sum, value, i) => sum + weights[i]! * value, bias);
}

function nearness(cosine: number): number {
  return -Math.log(1 + NEAREST - Math.min(1, Math.max(-1, cosine)));
}

function part(embedding: Embedding, start: number, dim: number): Float32Array {
  return embedding.subarray(start, start + dim);
}

function locate(aspects: readonly Aspect[], name: string): { start: number; dim: number } {
  let start = 0;
  for (const aspect of aspects) {
    if (aspect.name === name) return { start, dim: aspect.dim };
    start += aspect.dim;
  }
  throw new RangeError(`There is no aspect "${name}".`);
}
