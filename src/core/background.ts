/** How a number is distributed among pairs of unrelated designs. */
export interface Background {
  /** Evenly spaced quantiles: the first is the least value, the last the one that {@link TAIL} of the pairs exceed. */
  readonly quantiles: readonly number[];
  /** Beyond the last quantile the share falls to 1/e over this much. */
  readonly scale: number;
}

/** Share of the pairs beyond the last quantile. */
const TAIL = 0.02;

const QUANTILES = 50;

/**
 * The background of measured values. Beyond the last quantile it is an exponential, by the median excess: values that far
 * out are few, and some of them may be of designs that are related after all, which a mean would follow. An exponential tail
 * for the peaks over a threshold: J. Pickands, "Statistical Inference Using Extreme Order Statistics", 1975, with shape 0.
 *
 * @param values one or more.
 */
export function createBackground(values: readonly number[]): Background {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  const quantiles = Array.from({ length: QUANTILES }, (_, i) => at((i / (QUANTILES - 1)) * (1 - TAIL)));
  const medianExcess = at(1 - TAIL / 2) - quantiles.at(-1)!;
  // Where all pairs are alike, any value beyond theirs is rare.
  return { quantiles, scale: Math.max(medianExcess / Math.LN2, 1e-6) };
}

/** The share of unrelated pairs that reach the value, above 0 to 1. */
export function tailOf({ quantiles, scale }: Background, value: number): number {
  const last = quantiles.at(-1)!;
  if (value >= last) return TAIL * Math.exp(-(value - last) / scale);
  if (value <= quantiles[0]!) return 1;
  const above = quantiles.findIndex((quantile) => quantile > value);
  const [low, high] = [quantiles[above - 1]!, quantiles[above]!];
  const place = above - 1 + (value - low) / (high - low);
  return 1 - (place / (quantiles.length - 1)) * (1 - TAIL);
}
