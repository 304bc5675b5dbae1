import { createRandom } from "../core/random.js";

export type Interval = readonly [low: number, high: number];

const RESAMPLES = 1000;
const SEED = 1;
/** Of the sorted means, 95 % lie from the 25th to the 975th. */
const LOW_INDEX = 0.025 * RESAMPLES - 1;
const HIGH_INDEX = 0.975 * RESAMPLES - 1;

/**
 * 95 % intervals of the means of several metrics over the same queries, by the percentile bootstrap (Efron and Tibshirani,
 * An Introduction to the Bootstrap, 1993, chapter 13): as many queries as there are, drawn again with repetition, 1,000
 * times. Every metric is resampled alike, and every run gives the same intervals.
 *
 * @param samples one for each query; at least one.
 */
export function bootstrapIntervals<Name extends string>(
  names: readonly Name[],
  samples: readonly Readonly<Record<Name, number>>[],
): Record<Name, Interval> {
  const means = names.map(() => new Float64Array(RESAMPLES));
  const columns = names.map((name) => Float64Array.from(samples, (sample) => sample[name]));
  const drawn = new Uint32Array(samples.length);
  const next = createRandom(SEED);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    for (let i = 0; i < drawn.length; i++) drawn[i] = Math.floor(next() * samples.length);
    columns.forEach((column, metric) => {
      means[metric]![resample] = drawn.reduce((sum, query) => sum + column[query]!, 0) / drawn.length;
    });
  }
  const intervals = names.map((name, metric) => {
    const sorted = means[metric]!.sort();
    return [name, [sorted[LOW_INDEX]!, sorted[HIGH_INDEX]!]];
  });
  return Object.fromEntries(intervals);
}
