import stringWidth from "string-width";
import { printable } from "./printable.js";

/** Terminal columns between two cells. */
const GAP = "  ";

/**
 * Rows of cells as lined-up text, a line each; long cells are cut. Widths are counted as a terminal shows them.
 *
 * @param maxCellWidth the most terminal columns that one cell takes.
 */
export function formatTable(rows: readonly (readonly string[])[], maxCellWidth = 60): string {
  const cells = rows.map((row) => row.map((cell) => cut(printable(cell), maxCellWidth)));
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...cells.map((row) => stringWidth(row[column] ?? ""))),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat(widths[column]! - stringWidth(cell)))
      .join(GAP)
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

function cut(text: string, maxWidth: number): string {
  // A cell that is far too long is not measured whole.
  const start = text.slice(0, 4 * maxWidth);
  if (start === text && stringWidth(text) <= maxWidth) return text;
  let kept = "";
  let width = 0;
  for (const character of start) {
    width += stringWidth(character);
    if (width >= maxWidth) break;
    kept += character;
  }
  return `${kept}…`;
}
