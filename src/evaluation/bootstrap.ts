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
 * @param groupOf what queries that hang together have in common: they are drawn together, as many groups as there are. Default:
 * each query is one by itself.
 */
export function bootstrapIntervals<Name extends string, Sample extends Readonly<Record<Name, number>>>(
  names: readonly Name[],
  samples: readonly Sample[],
  groupOf: (sample: Sample, index: number) => unknown = (_, index) => index,
): Record<Name, Interval> {
  const groups = gather(samples, groupOf);
  const means = names.map(() => new Float64Array(RESAMPLES));
  const sizes = Uint32Array.from(groups, (group) => group.length);
  const sums = names.map((name) =>
    Float64Array.from(groups, (group) => group.reduce((sum, sample) => sum + sample[name], 0)),
  );
  const drawn = new Uint32Array(groups.length);
  const next = createRandom(SEED);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    for (let i = 0; i < drawn.length; i++) drawn[i] = Math.floor(next() * groups.length);
    const count = drawn.reduce((sum, group) => sum + sizes[group]!, 0);
    sums.forEach((own, metric) => {
      means[metric]![resample] = drawn.reduce((sum, group) => sum + own[group]!, 0) / count;
    });
  }
  const intervals = names.map((name, metric) => {
    const sorted = means[metric]!.sort();
    return [name, [sorted[LOW_INDEX]!, sorted[HIGH_INDEX]!]];
  });
  return Object.fromEntries(intervals);
}

function gather<Sample>(
  samples: readonly Sample[],
  groupOf: (sample: Sample, index: number) => unknown,
): Sample[][] {
  const groups = new Map<unknown, Sample[]>();
  for (const [index, sample] of samples.entries()) {
    const key = groupOf(sample, index);
    const own = groups.get(key);
    if (own) own.push(sample);
    else groups.set(key, [sample]);
  }
  return [...groups.values()];
}
