import type { Table } from "@lancedb/lancedb";
import type { Query } from "../../core/query.js";
import { CANDIDATE_COLUMNS, type Candidate, candidateOf, type Group, MARGIN } from "./candidates.js";
import { allOf, filterSql } from "./filter-sql.js";
import { rowsOf } from "./rows.js";
import type { Snapshot } from "./snapshot.js";

/**
 * How many candidates of 100,000 designs are compared in full precision, by the recall that this reaches; measured
 * (docs/decisions/0013).
 */
const CANDIDATES = [
  { recall: 0.9, count: 100 },
  { recall: 0.99, count: 250 },
  { recall: 0.999, count: 400 },
] as const;

/** For every tenfold of that this share more. */
const GROWTH = 0.6;

/** With a filter so many times as many: what passes it lies farther from the query, where one design is much like the next. */
const FILTERED = 2.5;

/** Candidates at least to each of the designs that are asked for, where these are many. */
const CANDIDATES_PER_MATCH = 3;

/**
 * Partitions that are looked at: more than any index has. Leaving some out saves little and finds less
 * (docs/decisions/0013).
 */
const ALL_PARTITIONS = 65_536;

/** Most of the topK best of a group, by the table's index: the share `targetRecall` of them on average. */
export async function mostlyBestOfGroup(
  { table, rows }: Snapshot,
  group: Group,
  query: Query,
  targetRecall: number,
): Promise<Candidate[]> {
  const filter = filterSql(query.filter);
  const where = allOf([group.where, filter]);
  const matching = filter === null ? group.rows : await table.countRows(where!);
  if (matching === 0) return [];
  const limit = query.topK + MARGIN;
  const candidates = Math.max(
    CANDIDATES_PER_MATCH * limit,
    candidatesFor(targetRecall, rows) * (filter === null ? 1 : FILTERED),
  );
  // No more than would be compared in full precision anyway.
  if (matching <= candidates) return allWhere(table, where, query);

  const nearest = table
    .query()
    .nearestTo(group.vector)
    .distanceType("dot")
    .nprobes(ALL_PARTITIONS)
    // So many times the limit are compared in full precision, before the best of them are given.
    .refineFactor(Math.ceil(candidates / limit));
  if (where) nearest.where(where);
  return candidatesOf(nearest.select([...CANDIDATE_COLUMNS, "_distance"]).limit(limit), query);
}

/** Every row that a predicate selects, or all. A flat search of LanceDB's would read the vectors of the others, too. */
async function allWhere(table: Table, where: string | null, query: Query): Promise<Candidate[]> {
  const selected = table.query().withRowId().select(["_rowid"]);
  if (where) selected.where(where);
  const rowIds: bigint[] = [];
  for await (const batch of selected) {
    rowIds.push(...(batch.getChild("_rowid")!.toArray() as BigUint64Array));
  }
  return candidatesOf(table.takeRowIds(rowIds).select(CANDIDATE_COLUMNS), query);
}

async function candidatesOf(
  answer: AsyncIterable<Parameters<typeof rowsOf>[0]>,
  query: Query,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for await (const batch of answer) {
    for (const row of rowsOf(batch)) candidates.push(candidateOf(row, query));
  }
  return candidates;
}

/** How many candidates reach the recall, between the measured ones by interpolation. */
function candidatesFor(recall: number, rows: number): number {
  const upper = CANDIDATES.findIndex((measured) => recall <= measured.recall);
  const [from, to] = [CANDIDATES[Math.max(1, upper) - 1]!, CANDIDATES[Math.max(1, upper)]!];
  const share = (recall - from.recall) / (to.recall - from.recall);
  const count = from.count + share * (to.count - from.count);
  return count * (1 + GROWTH * Math.max(0, Math.log10(rows / 100_000)));
}
