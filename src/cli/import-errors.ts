import { type FileHandle, open, rm } from "node:fs/promises";
import { stringify } from "csv-stringify/sync";
import type { RowError } from "../core/import-rows.js";
import { spreadsheetCell } from "../spreadsheet-cell.js";

/** The report of the rows that an import rejected. */
export interface ImportErrorReport {
  /** How many errors it has. */
  readonly count: number;
  /** Appends one; the file appears with the first. One call at a time. */
  add(error: RowError): Promise<void>;
  close(): Promise<void>;
}

const COLUMNS = ["line", "id", "view", "code", "reason"] as const;

function cellOf(value: string | number | null): string | number {
  return typeof value === "string" ? spreadsheetCell(value) : (value ?? "");
}

/** Begins a CSV report at `path` (line, id, view, code, reason); one that an earlier run left there is removed. */
export async function createImportErrorReport(path: string): Promise<ImportErrorReport> {
  await rm(path, { force: true });
  let file: FileHandle | undefined;
  let count = 0;
  return {
    get count() {
      return count;
    },
    async add(error) {
      if (!file) {
        file = await open(path, "w");
        await file.appendFile(stringify([COLUMNS]));
      }
      await file.appendFile(stringify([COLUMNS.map((column) => cellOf(error[column]))]));
      count += 1;
    },
    async close() {
      await file?.close();
    },
  };
}
