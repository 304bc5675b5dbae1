import { bootstrapIntervals, type Interval } from "./bootstrap.js";
import type { QueryOutcome } from "./evaluate.js";
import { METRIC_NAMES, type MetricName, type Metrics } from "./metrics.js";

/** How well a set of queries was answered: the mean of each metric, with its 95 % interval. */
export interface Quality extends Metrics {
  /** How many were measured. */
  readonly queries: number;
  readonly intervals: Readonly<Record<MetricName, Interval>>;
}

/** @param outcomes at least one. */
export function summarize(outcomes: readonly QueryOutcome[]): Quality {
  const samples = outcomes.map(({ metrics }) => metrics);
  const mean = (name: MetricName) => samples.reduce((sum, sample) => sum + sample[name], 0) / samples.length;
  const means = Object.fromEntries(METRIC_NAMES.map((name) => [name, mean(name)])) as Record<
    MetricName,
    number
  >;
  return { queries: samples.length, ...means, intervals: bootstrapIntervals(METRIC_NAMES, samples) };
}

/**
 * The queries that were answered worst, `limit` at most: those that found nothing relevant, then by the rank of the
 * first relevant design, the last first, then by average precision and nDCG. Queries without a fault are left out.
 */
export function worstOutcomes(outcomes: readonly QueryOutcome[], limit: number): QueryOutcome[] {
  return outcomes
    .filter(({ metrics }) => metrics.map < 1 || metrics.ndcgAt20 < 1)
    .sort(
      (a, b) =>
        placeOfFirst(b) - placeOfFirst(a) ||
        a.metrics.map - b.metrics.map ||
        a.metrics.ndcgAt20 - b.metrics.ndcgAt20 ||
        a.query.line - b.query.line,
    )
    .slice(0, limit);
}

function placeOfFirst({ firstRelevantRank }: QueryOutcome): number {
  return firstRelevantRank ?? Number.MAX_SAFE_INTEGER;
}

/** The relevant designs that the catalog lacks: they count as not found, and are most likely a mistake in the labels. */
export function missingDesigns(outcomes: readonly QueryOutcome[]): string[] {
  const missing = outcomes.flatMap(({ expected }) => expected.filter(({ inCatalog }) => !inCatalog));
  return [...new Set(missing.map(({ id }) => id))];
}
