/**
 * What is relevant to a query: design ids, each with its grade, above 0; at least one. A design that is not named is
 * not relevant.
 */
export type Grades = ReadonlyMap<string, number>;

type Measure = (ranking: readonly string[], grades: Grades) => number;

/**
 * The metrics, each from 0 (worst) to 1 (best) for one query; that of a set of queries is their mean. docs/evaluation.md
 * defines each and names its source.
 */
export const metricTable = {
  recallAt1: {
    label: "recall@1",
    meaning: "a relevant design comes first",
    measure: (ranking, grades) => recallAt(1, ranking, grades),
  },
  recallAt5: {
    label: "recall@5",
    meaning: "a relevant design is among the first 5",
    measure: (ranking, grades) => recallAt(5, ranking, grades),
  },
  recallAt20: {
    label: "recall@20",
    meaning: "a relevant design is among the first 20",
    measure: (ranking, grades) => recallAt(20, ranking, grades),
  },
  mrr: {
    label: "MRR",
    meaning: "1 / rank of the first relevant design",
    measure: reciprocalRank,
  },
  map: {
    label: "mAP",
    meaning: "precision at the rank of each relevant design",
    measure: averagePrecision,
  },
  ndcgAt20: {
    label: "nDCG@20",
    meaning: "gain of the first 20 by grade, against the best order",
    measure: (ranking, grades) => ndcgAt(20, ranking, grades),
  },
} as const satisfies Record<string, { label: string; meaning: string; measure: Measure }>;

export type MetricName = keyof typeof metricTable;
export const METRIC_NAMES = Object.keys(metricTable) as MetricName[];
export type Metrics = Readonly<Record<MetricName, number>>;

/**
 * All metrics of one query.
 *
 * @param ranking design ids, each once, best first, ties decided; those that the query excludes left out.
 */
export function measureRanking(ranking: readonly string[], grades: Grades): Metrics {
  if (grades.size === 0)
    throw new RangeError("A ranking is measured by one relevant design or more; received none.");
  const measured = METRIC_NAMES.map((name) => [name, metricTable[name].measure(ranking, grades)]);
  return Object.fromEntries(measured);
}

/** 1 when one relevant design or more is among the first `k`, else 0: the share of such queries is recall@k. */
export function recallAt(k: number, ranking: readonly string[], grades: Grades): number {
  return ranking.slice(0, k).some((id) => grades.has(id)) ? 1 : 0;
}

/** 1 / rank of the first relevant design; 0 when none was found. */
export function reciprocalRank(ranking: readonly string[], grades: Grades): number {
  const index = ranking.findIndex((id) => grades.has(id));
  return index === -1 ? 0 : 1 / (index + 1);
}

/**
 * The mean, over all relevant designs, of the precision at each one's rank. One that was not found has the precision 0,
 * be it that the catalog lacks it.
 */
export function averagePrecision(ranking: readonly string[], grades: Grades): number {
  let found = 0;
  let sum = 0;
  ranking.forEach((id, index) => {
    if (!grades.has(id)) return;
    found += 1;
    sum += found / (index + 1);
  });
  return sum / grades.size;
}

/**
 * The discounted cumulative gain of the first `k`, divided by that of the best ranking there could be: all relevant
 * designs, also those that the catalog lacks, by falling grade. The gain of a grade g is 2^g - 1, the discount of a rank
 * r log2(r + 1).
 */
export function ndcgAt(k: number, ranking: readonly string[], grades: Grades): number {
  const ideal = [...grades.values()].sort((a, b) => b - a);
  return gainOf(ranking.slice(0, k).map((id) => grades.get(id) ?? 0)) / gainOf(ideal.slice(0, k));
}

function gainOf(grades: readonly number[]): number {
  return grades.reduce((sum, grade, index) => sum + (2 ** grade - 1) / Math.log2(index + 2), 0);
}
