import { stringify } from "csv-stringify/sync";

/** The type of an answer that is a CSV file called so. */
export const csvHeaders = (fileName: string) => ({
  "Content-Type": "text/csv; charset=utf-8",
  "Content-Disposition": `attachment; filename="${fileName}"`,
});

/**
 * A CSV file that a spreadsheet opens as what it is: with a mark that it is UTF-8, and no text that would be taken for a
 * formula (OWASP, "CSV Injection").
 */
export function csvText(rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "string" ? asText(cell) : cell)));
  return stringify(cells, { bom: true, record_delimiter: "windows" });
}

function asText(cell: string): string {
  return /^[=+\-@\t\r\n]/u.test(cell) ? `'${cell}` : cell;
}
