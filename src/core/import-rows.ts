import { AppError, type ErrorCode } from "../errors.js";
import type { Attributes, PerView, View } from "./design.js";
import { checkDesignId } from "./design-id.js";
import { shortened } from "./shortened.js";

/** Of what is kept of a bad row: its id and its sentence hold what strangers wrote. */
const MOST_CHARACTERS = { id: 200, reason: 500 };

/** One design as a source of an import tells it. */
export interface SourceRow {
  /** Line in the manifest, 1-based, its header being line 1; in a folder, the design's place in the order of ids. */
  readonly line: number;
  readonly id: string;
  /** The pictures' absolute paths. */
  readonly views: PerView<string>;
  readonly attributes: Attributes;
}

/** Why a row was not imported. */
export interface RowError {
  readonly line: number;
  /** Null when the row could not be read far enough to know it. */
  readonly id: string | null;
  /** The view whose picture is at fault; null when it is the row itself. */
  readonly view: View | null;
  readonly code: ErrorCode;
  /** One sentence: what was expected, what came, what to do. */
  readonly reason: string;
}

/** A row, or why there is none where one should be. */
export type SourceItem = { readonly row: SourceRow } | { readonly error: RowError };

/** The report of a failure that happened while a row was worked on. */
export function rowError(
  row: { readonly line: number; readonly id: string | null },
  view: View | null,
  error: unknown,
): RowError {
  const { code, message } = AppError.from(error);
  const id = row.id === null ? null : shortened(row.id, MOST_CHARACTERS.id);
  return { line: row.line, id, view, code, reason: shortened(message, MOST_CHARACTERS.reason) };
}

/** The report of a row that names no picture. */
export function missingViewsError(row: { readonly line: number; readonly id: string | null }): RowError {
  return rowError(
    row,
    null,
    new AppError(
      "INVALID_REQUEST",
      "A design needs a front picture, a back picture or both; the row has none.",
    ),
  );
}

/**
 * Tells the rows whose id cannot be used: those without one, with an unfit one, or with one that an earlier row of the same import
 * already had. It remembers every id it was shown: a few dozen bytes a design, the only memory of an import that grows with the
 * catalogue.
 */
export function createIdCheck(): (row: Pick<SourceRow, "line" | "id">) => RowError | null {
  const lines = new Map<string, number>();
  return (row) => {
    if (row.id === "") return missingIdError(row);
    try {
      checkDesignId(row.id);
    } catch (error) {
      return rowError(row, null, error);
    }
    const first = lines.get(row.id);
    if (first === undefined) {
      lines.set(row.id, row.line);
      return null;
    }
    return rowError(
      row,
      null,
      new AppError(
        "INVALID_REQUEST",
        `Every design has its own id; "${row.id}" is already the id of line ${first}, so give this row another.`,
      ),
    );
  };
}

/** Its pictures' names give it none either. */
function missingIdError(row: { readonly line: number }): RowError {
  return rowError(
    { line: row.line, id: null },
    null,
    new AppError(
      "INVALID_REQUEST",
      "A design needs an id; the row has none, and its pictures are called after their view alone, so call them x_front and x_back.",
    ),
  );
}
