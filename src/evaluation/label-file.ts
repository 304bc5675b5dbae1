import { readFile } from "node:fs/promises";
import { TextDecoder } from "node:util";
import { CsvError, parse } from "csv-parse/sync";
import { AppError } from "../errors.js";

/** A CSV file of labels: its columns' names, in lower case, and the records that hold anything. */
export interface LabelFile {
  readonly names: readonly string[];
  readonly records: readonly { readonly line: number; readonly cells: readonly string[] }[];
}

/**
 * Reads a CSV file in UTF-8 whose first line names the columns.
 *
 * @param columns those that may be there once at most.
 * @param what names in a failure what the file holds, such as `Queries`.
 * @throws AppError NOT_FOUND when there is no such file; INVALID_REQUEST when it is no such table.
 */
export async function readLabelFile(
  file: string,
  columns: readonly string[],
  what: string,
): Promise<LabelFile> {
  const bytes = await readFile(file).catch((cause) => {
    throw new AppError("NOT_FOUND", `${what} are read from a CSV file; ${file} cannot be read.`, { cause });
  });
  const [header, ...records] = readRecords(decode(bytes, file, what), file);
  const names = header?.cells.map((cell) => cell.trim().toLowerCase()) ?? [];
  const twice = columns.find((column) => names.indexOf(column) !== names.lastIndexOf(column));
  if (twice !== undefined) {
    throw invalid(`Every column has its own name; ${file} has two called "${twice}", so rename one.`);
  }
  return { names, records };
}

function decode(bytes: Uint8Array, file: string, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError(
      "INVALID_REQUEST",
      `${what} are text in UTF-8; ${file} holds bytes that are not, so save it again as UTF-8 (in a spreadsheet: "CSV UTF-8").`,
      { cause },
    );
  }
}

/** The records that hold anything, each with the line it begins on. */
function readRecords(text: string, file: string): { line: number; cells: string[] }[] {
  try {
    // The parser counts a CRLF inside quotes as two lines.
    const parsed = parse(text.replaceAll(/\r\n?/g, "\n"), {
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      info: true,
      raw: true,
    }) as unknown as { record: string[]; raw: string; info: { lines: number } }[];
    return parsed
      .map(({ record, raw, info }) => ({
        line: info.lines - (raw.trim().split("\n").length - 1),
        cells: record,
      }))
      .filter(({ cells }) => cells.some((cell) => cell.trim() !== ""));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw invalid(
      `${file} cannot be read from line ${error.lines} on, as a quote is never closed; close it.`,
    );
  }
}

function invalid(message: string): AppError {
  return new AppError("INVALID_REQUEST", message);
}
