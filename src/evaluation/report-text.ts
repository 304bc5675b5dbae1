import { formatTable } from "../text-table.js";
import type { QueryOutcome } from "./evaluate.js";
import { METRIC_NAMES, metricTable } from "./metrics.js";
import type { Quality } from "./summary.js";

/** The metrics as a table for a terminal, and below it the worst queries. */
export function formatReport(quality: Quality, worst: readonly QueryOutcome[]): string {
  const metrics = METRIC_NAMES.map((name) => {
    const [low, high] = quality.intervals[name];
    return [
      metricTable[name].label,
      quality[name].toFixed(3),
      `${low.toFixed(3)} to ${high.toFixed(3)}`,
      metricTable[name].meaning,
    ];
  });
  const table = formatTable([["metric", "mean", "95 % interval", "meaning"], ...metrics]);
  const queries = quality.queries === 1 ? "1 query" : `${quality.queries} queries`;
  return `${queries}\n\n${table}\n${formatWorst(worst)}`;
}

function formatWorst(worst: readonly QueryOutcome[]): string {
  if (worst.length === 0) return "Every query has all its relevant designs first, by falling grade.\n";
  const rows = worst.map((outcome) => {
    const { query, expected, first } = outcome;
    const more = expected.length > 1 ? ` and ${expected.length - 1} more` : "";
    const [came] = first;
    return [
      query.id,
      describeFirstRelevant(outcome),
      `${expected[0]!.id}${more}`,
      came ? `${came.id} (${came.score.toFixed(3)})` : "nothing",
    ];
  });
  const header = ["query", "first relevant", "expected", "came first (score)"];
  return `The worst queries\n\n${formatTable([header, ...rows])}`;
}

/** Where the first relevant design of a query came. */
export function describeFirstRelevant({
  firstRelevantRank,
}: Pick<QueryOutcome, "firstRelevantRank">): string {
  return firstRelevantRank === null ? "not found" : `rank ${firstRelevantRank}`;
}
