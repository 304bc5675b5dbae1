/**
 * A text as a cell of a CSV file that no spreadsheet takes for a formula: one that would begin it gets an apostrophe in front
 * (OWASP, "CSV Injection").
 */
export function spreadsheetCell(text: string): string {
  return /^[=+\-@\t\r\n]/u.test(text) ? `'${text}` : text;
}
