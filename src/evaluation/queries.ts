import path from "node:path";
import { type PerView, VIEWS, type View, viewsOf } from "../core/design.js";
import { AppError, type ErrorCode } from "../errors.js";
import { type LabelFile, readLabelFile } from "./label-file.js";
import type { Grades } from "./metrics.js";

/** A query with what it should find. */
export interface LabelledQuery {
  /** In the file, 1-based, its header being line 1. */
  readonly line: number;
  /** What a report calls it; need not be a design's id, nor be the only one of its name. */
  readonly id: string;
  /** The pictures' absolute paths, at least one. */
  readonly pictures: PerView<string>;
  readonly relevant: Grades;
  /** Ids that are left out of the ranking; none of them is relevant. */
  readonly excluded: ReadonlySet<string>;
}

/** Why a line of the file was not measured. */
export interface QueryFailure {
  readonly line: number;
  readonly id: string;
  readonly code: ErrorCode;
  /** One sentence: what was expected, what came, what to do. */
  readonly reason: string;
}

/** Everything that a file of labelled queries says, in the order of its lines. */
export interface QueryFile {
  readonly queries: readonly LabelledQuery[];
  readonly failures: readonly QueryFailure[];
}

const COLUMNS = ["id", "front", "back", "relevant", "exclude"] as const;
type Column = (typeof COLUMNS)[number];
type Row = Readonly<Record<Column, string>> & { readonly line: number };

/** Above it, a number behind a colon is more likely the end of an id than a grade. */
const MAX_GRADE = 100;

/**
 * Reads a CSV file of labelled queries: the columns `id`, `front`, `back`, `relevant`, `exclude`; others are passed over.
 * Relative paths are below the file's own folder.
 *
 * @throws AppError NOT_FOUND when there is no such file; INVALID_REQUEST when it is no such table.
 */
export async function readQueries(file: string): Promise<QueryFile> {
  const queries: LabelledQuery[] = [];
  const failures: QueryFailure[] = [];
  for (const row of toRows(await readLabelFile(file, COLUMNS, "Queries"), file)) {
    const id = row.id || `line ${row.line}`;
    try {
      queries.push({ line: row.line, id, ...toQuery(row, path.dirname(path.resolve(file))) });
    } catch (error) {
      failures.push(queryFailure({ line: row.line, id }, error));
    }
  }
  return { queries, failures };
}

/** The report of a failure that happened while a query was worked on. */
export function queryFailure({ line, id }: Pick<LabelledQuery, "line" | "id">, error: unknown): QueryFailure {
  const { code, message } = AppError.from(error);
  return { line, id, code, reason: message };
}

function toRows({ names, records }: LabelFile, file: string): Row[] {
  const index = (column: Column) => names.indexOf(column);
  if (index("relevant") === -1 || (index("front") === -1 && index("back") === -1)) {
    const received = names.length > 0 ? `the columns ${names.join(", ").slice(0, 200)}` : "an empty file";
    throw invalid(
      `Queries have the column relevant, and front, back or both; received ${received} in ${file}.`,
    );
  }
  return records.map(({ line, cells }) => {
    const cell = (column: Column) => cells[index(column)]?.trim() ?? "";
    const fields = COLUMNS.map((column) => [column, cell(column)]);
    return { ...(Object.fromEntries(fields) as Record<Column, string>), line };
  });
}

function toQuery(row: Row, baseDirectory: string): Pick<LabelledQuery, "pictures" | "relevant" | "excluded"> {
  const pictures: { [V in View]?: string } = {};
  for (const view of VIEWS) if (row[view] !== "") pictures[view] = path.resolve(baseDirectory, row[view]);
  if (viewsOf(pictures).length === 0) {
    throw invalid("A query has a front picture, a back picture or both; the line has none.");
  }
  const excluded = new Set(splitList(row.exclude));
  const relevant = new Map<string, number>();
  for (const entry of splitList(row.relevant)) {
    const { id, grade } = parseRelevant(entry);
    if (relevant.has(id)) {
      throw invalid(`A design is relevant once, with one grade; "${id}" is named twice, so remove one.`);
    }
    relevant.set(id, grade);
  }
  for (const id of excluded) relevant.delete(id);
  if (relevant.size === 0) {
    throw invalid("A query has a relevant design that it does not exclude; the line has none.");
  }
  return { pictures, relevant, excluded };
}

function splitList(text: string): string[] {
  return text
    .split("|")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** `id`, or `id:grade` when what follows the last colon is a number. */
function parseRelevant(entry: string): { id: string; grade: number } {
  const groups = /^(?<id>.+):(?<grade>[^:]+)$/su.exec(entry)?.groups;
  const grade = Number(groups?.grade?.trim() || Number.NaN);
  if (!groups || Number.isNaN(grade)) return { id: entry, grade: 1 };
  if (!(grade > 0 && grade <= MAX_GRADE)) {
    throw invalid(
      `A grade is a number above 0, at most ${MAX_GRADE}; received "${entry}". For the id "${entry}" itself write "${entry}:1".`,
    );
  }
  return { id: groups.id!.trim(), grade };
}

function invalid(message: string): AppError {
  return new AppError("INVALID_REQUEST", message);
}
