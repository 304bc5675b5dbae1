import { AppError } from "../errors.js";
import { readLabelFile } from "../evaluation/label-file.js";

/** Two designs and how similar somebody finds them. */
export interface LabelledPair {
  /** In the file, 1-based, its header being line 1. */
  readonly line: number;
  /** Ids of designs, different ones. */
  readonly a: string;
  readonly b: string;
  /** 0 for not similar at all, up to {@link MAX_SIMILARITY}. */
  readonly similar: number;
}

export const MAX_SIMILARITY = 100;

const COLUMNS = ["a", "b", "similar"] as const;

/**
 * Reads a CSV file of labelled pairs: the columns `a`, `b`, `similar`; others are passed over.
 *
 * @throws AppError NOT_FOUND when there is no such file; INVALID_REQUEST when it is no such table, or a line cannot be used:
 * a head learnt from half of the labels would be another head.
 */
export async function readPairs(file: string): Promise<LabelledPair[]> {
  const { names, records } = await readLabelFile(file, COLUMNS, "Pairs");
  const missing = COLUMNS.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw invalid(`Pairs have the columns a, b and similar; ${file} lacks ${missing.join(" and ")}.`);
  }
  const pairs = records.map(({ line, cells }): LabelledPair => {
    const [a, b, similar] = COLUMNS.map((column) => cells[names.indexOf(column)]?.trim() ?? "") as [
      string,
      string,
      string,
    ];
    if (a === "" || b === "" || a === b) {
      throw invalid(`A pair names two designs; line ${line} of ${file} has "${a}" and "${b}".`);
    }
    const value = similar === "" ? Number.NaN : Number(similar);
    if (!(value >= 0 && value <= MAX_SIMILARITY)) {
      throw invalid(
        `A pair's similarity is a number from 0 to ${MAX_SIMILARITY}; line ${line} of ${file} has "${similar}".`,
      );
    }
    return { line, a, b, similar: value };
  });
  if (pairs.length === 0) throw invalid(`${file} holds no pairs below its header.`);
  return pairs;
}

function invalid(message: string): AppError {
  return new AppError("INVALID_REQUEST", message);
}
