import { pipeline, Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { type AttributeValue, attributeValue } from "../../core/design.js";
import type { SourceItem } from "../../core/import-rows.js";
import { type ManifestField, manifestField } from "../../core/manifest-field.js";
import { AppError } from "../../errors.js";
import { toSourceItem, unreadableRow } from "./manifest-row.js";
import { MAX_ROW_CHARACTERS, readManifestText } from "./manifest-text.js";

const NEWLINE = /\r\n|\n|\r/g;
const BLANK_LINES = /^[\r\n]+/;

/** What a column holds: a field, an attribute by name, or nothing (an unnamed column, as pandas writes its index). */
type Column = { readonly field: ManifestField } | { readonly attribute: string } | null;

/**
 * The rows of a CSV or TSV manifest. Its first row names the columns; fields may be quoted, lines end in any way, blank
 * lines and rows of empty cells are passed over. A quote in the midst of a field is a character like any other.
 *
 * @throws AppError INVALID_REQUEST when the columns do not make a manifest.
 */
export async function* readDelimitedManifest(
  path: string,
  delimiter: "," | "\t",
  baseDirectory: string,
): AsyncGenerator<SourceItem> {
  let columns: Column[] | undefined;
  const used = delimiter === "," && (await isSeparatedBySemicolons(path)) ? ";" : delimiter;
  for await (const { line, cells, problem } of readRecords(path, used)) {
    if (problem !== null) {
      if (!columns)
        throw new AppError("INVALID_REQUEST", `The first line of ${path} names its columns. ${problem}`);
      yield unreadableRow(line, problem);
    } else if (!columns) {
      columns = toColumns(cells, path);
    } else if (cells.every((cell) => cell.trim() === "")) {
      // Spreadsheets leave rows of empty cells behind.
    } else if (cells.length !== columns.length) {
      yield unreadableRow(
        line,
        `A row has ${columns.length} fields, as the header has; received ${cells.length}, so quote the fields that hold the delimiter.`,
      );
    } else {
      yield toSourceItem(toEntry(line, cells, columns), baseDirectory);
    }
  }
  if (!columns) throw noPictureColumns(path, []);
}

/** Excel writes semicolons between the fields of a CSV file where a comma is the decimal sign. */
async function isSeparatedBySemicolons(path: string): Promise<boolean> {
  let header = "";
  for await (const chunk of readManifestText(path)) {
    header += chunk;
    if (/[\r\n]/.test(header.trimStart()) || header.length > MAX_ROW_CHARACTERS) break;
  }
  const [firstLine = ""] = header.trimStart().split(/[\r\n]/, 1);
  return firstLine.includes(";") && !firstLine.includes(",");
}

function toEntry(line: number, cells: readonly string[], columns: readonly Column[]) {
  const entry = { line, id: "", front: "", back: "", attributes: [] as [string, AttributeValue][] };
  columns.forEach((column, i) => {
    // Filters ask for values without what is around them.
    const text = cells[i]!.trim();
    if (column === null || text === "") return;
    if ("field" in column) entry[column.field] = text;
    else entry.attributes.push([column.attribute, attributeValue(text)]);
  });
  return entry;
}

function toColumns(header: readonly string[], path: string): Column[] {
  const seen = new Set<string>();
  const columns = header.map((cell): Column => {
    const name = cell.trim();
    if (name === "") return null;
    const field = manifestField(name);
    const key = field ?? name;
    if (seen.has(key)) {
      throw new AppError(
        "INVALID_REQUEST",
        `Every column of a manifest has its own name; ${path} has two called "${key.slice(0, 60)}", so rename one.`,
      );
    }
    seen.add(key);
    return field ? { field } : { attribute: name };
  });
  if (!seen.has("front") && !seen.has("back")) throw noPictureColumns(path, header);
  return columns;
}

function noPictureColumns(path: string, header: readonly string[]): AppError {
  const received = header.length > 0 ? `the columns ${header.join(", ").slice(0, 200)}` : "an empty file";
  return new AppError(
    "INVALID_REQUEST",
    `A manifest names pictures in a column called front, back or both; received ${received} in ${path}.`,
  );
}

/** One record with the line it begins on, or the problem after which nothing can be read. */
type DelimitedRecord =
  | { readonly line: number; readonly cells: readonly string[]; readonly problem: null }
  | { readonly line: number; readonly cells: readonly never[]; readonly problem: string };

async function* readRecords(path: string, delimiter: string): AsyncGenerator<DelimitedRecord> {
  const parser = parse({
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_CHARACTERS,
    raw: true,
  });
  // The callback keeps a failure from being thrown as unhandled; it reaches the loop below through the parser.
  pipeline(Readable.from(readManifestText(path)), parser, () => {});
  // The parser counts a CRLF inside quotes as two lines, so lines are counted here, in the text of the records.
  let line = 1;
  try {
    for await (const { record, raw } of parser as AsyncIterable<{ record: string[]; raw: string }>) {
      const blank = BLANK_LINES.exec(raw)?.[0] ?? "";
      yield { line: line + countNewlines(blank), cells: record, problem: null };
      line += countNewlines(raw);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const problem = `Nothing from line ${line} on could be read, as a quote is never closed or a row has more than ${MAX_ROW_CHARACTERS} characters; correct it.`;
    yield { line, cells: [], problem };
  }
}

function countNewlines(text: string): number {
  return text.match(NEWLINE)?.length ?? 0;
}
