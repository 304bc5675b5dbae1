import { stringify } from "csv-stringify/sync";
import { spreadsheetCell } from "../spreadsheet-cell.js";

/** The type of an answer that is a CSV file called so. */
export const csvHeaders = (fileName: string) => ({
  "Content-Type": "text/csv; charset=utf-8",
  "Content-Disposition": `attachment; filename="${fileName}"`,
});

/** A CSV file that a spreadsheet opens as what it is: with a mark that it is UTF-8, and no text that would be taken for a formula. */
export function csvText(rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === "string" ? spreadsheetCell(cell) : cell)),
  );
  // Either alone ends a row, too, for whoever reads it.
  return stringify(cells, { bom: true, record_delimiter: "windows", quoted_match: /[\r\n]/u });
}
