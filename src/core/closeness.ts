import { type Aspect, type AspectRange, aspectRanges } from "./aspects.js";
import { type PerView, VIEWS, type View } from "./design.js";
import { type Embedding, innerProduct } from "./embedding.js";
import type { Weights } from "./query.js";

/** A weighted sum of {@link evidenceOf}. */
export interface Discriminant {
  readonly bias: number;
  /** One for each number of the evidence. */
  readonly weights: readonly number[];
}

/** Where in an embedding the aspects lie that are looked at. */
export interface AspectLayout {
  readonly ranges: readonly AspectRange[];
  /** How many aspects the embedding has in all: each has the length 1 / sqrt(count). */
  readonly count: number;
}

/** @throws RangeError for a name that no aspect has. */
export function locateAspects(aspects: readonly Aspect[], names: readonly string[]): AspectLayout {
  const all = aspectRanges(aspects);
  const ranges = names.map((name) => {
    const range = all.find((aspect) => aspect.name === name);
    if (!range) throw new RangeError(`There is no aspect "${name}".`);
    return range;
  });
  return { ranges, count: aspects.length };
}

/** Keeps the evidence finite: two pictures of one design never come closer than this, in cosine. */
const NEAREST = 0.02;

/** The views that both designs have and that weigh anything: those by which they are compared. */
export function comparedViews(a: PerView<unknown>, b: PerView<unknown>, weights: Weights): View[] {
  return VIEWS.filter((view) => a[view] !== undefined && b[view] !== undefined && weights[view] > 0);
}

/**
 * How near two designs come, in some aspects: for each aspect the weighted mean of the compared views' cosines, then for each
 * aspect the least of them, every cosine c as -ln(1.02 - c). So a design counts as near only if both sides are, and near 1,
 * where a cosine hardly moves, differences still count.
 *
 * @returns two numbers for each aspect of the layout; null when there is no view to compare them by.
 */
export function evidenceOf(
  a: PerView<Embedding>,
  b: PerView<Embedding>,
  weights: Weights,
  { ranges, count }: AspectLayout,
): number[] | null {
  const compared = comparedViews(a, b, weights);
  if (compared.length === 0) return null;
  const evidence = new Array<number>(2 * ranges.length);
  for (let i = 0; i < ranges.length; i++) {
    const { start, end } = ranges[i]!;
    let sum = 0;
    let weight = 0;
    let least = 1;
    for (const view of compared) {
      const cosine = count * innerProduct(a[view]!, b[view]!, start, end);
      sum += weights[view] * cosine;
      weight += weights[view];
      if (cosine < least) least = cosine;
    }
    evidence[i] = nearness(sum / weight);
    evidence[ranges.length + i] = nearness(least);
  }
  return evidence;
}

export function discriminate({ bias, weights }: Discriminant, evidence: readonly number[]): number {
  return evidence.reduce((sum, value, i) => sum + weights[i]! * value, bias);
}

function nearness(cosine: number): number {
  return -Math.log(1 + NEAREST - Math.min(1, Math.max(-1, cosine)));
}
