import type { Match } from "../core/search.js";
import { formatTable } from "../text-table.js";

/** Attributes that get a column of their own; those of further names are left to `--json`. */
const MAX_ATTRIBUTE_COLUMNS = 8;

/** Matches as a table for a terminal: rank, id, score, verdict, each view's cosine and the attributes by name. */
export function formatMatches(matches: readonly Match[]): string {
  if (matches.length === 0) return "No design matches.\n";
  const keys = [...new Set(matches.flatMap((match) => Object.keys(match.attributes)))];
  const shown = keys.slice(0, MAX_ATTRIBUTE_COLUMNS);
  const rows = matches.map(({ rank, id, score, verdict, views, attributes }) => [
    String(rank),
    id,
    score.toFixed(3),
    verdict ?? "-",
    views.front?.toFixed(3) ?? "-",
    views.back?.toFixed(3) ?? "-",
    ...shown.map((key) => (Object.hasOwn(attributes, key) ? String(attributes[key]) : "")),
  ]);
  return formatTable([["rank", "id", "score", "verdict", "front", "back", ...shown], ...rows]);
}
