import stringWidth from "string-width";
import type { Match } from "../core/query.js";

/** Columns between two cells. */
const GAP = "  ";

/** Matches as a table for a terminal: rank, id, score, each view's cosine and the attributes. */
export function formatMatches(matches: readonly Match[]): string {
  if (matches.length === 0) return "No design matches.\n";
  const header = ["rank", "id", "score", "front", "back", "attributes"];
  const rows = matches.map(({ rank, id, score, views, attributes }) => [
    String(rank),
    printable(id),
    score.toFixed(3),
    views.front?.toFixed(3) ?? "-",
    views.back?.toFixed(3) ?? "-",
    printable(Object.values(attributes).join(", ")),
  ]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => stringWidth(row[column]!))),
  );
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column]!))
      .join(GAP)
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

/** By columns, not characters: a Chinese character takes two. */
function pad(cell: string, width: number): string {
  return cell + " ".repeat(width - stringWidth(cell));
}

/** Without the control characters that would move the cursor or end the line. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, " ");
}
