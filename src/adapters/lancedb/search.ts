import { compareMatches, type Query, type ScoredDesign } from "../../core/query.js";
import { mostlyBestOfGroup } from "./approximate-search.js";
import {
  CANDIDATE_COLUMNS,
  type Candidate,
  candidateOf,
  type Group,
  groupsOf,
  MARGIN,
} from "./candidates.js";
import { allOf, filterSql } from "./filter-sql.js";
import { rowsOf } from "./rows.js";
import { isStoredAsFloat16 } from "./schema.js";
import type { Snapshot } from "./snapshot.js";

/** How much further to look when designs that were not looked at could still belong to the answer. */
const WIDENING = 4;

/**
 * How far LanceDB's inner product may lie from the exact score of what is stored. In float32 measured: 2e-7 at 1,024
 * dimensions, 1.1e-6 at 4,096. In float16 it rounds the query too, each number by at most 2^-11 of itself, and so the product of
 * unit vectors by at most that.
 */
function roundingOf(embeddingDim: number): number {
  return isStoredAsFloat16(embeddingDim) ? 2 ** -11 + 1e-5 : 1e-5;
}

/** How a search may look, beside the query. */
export interface SearchOptions {
  /** From so many designs on the index is used, if there is one; Infinity: never. */
  readonly indexThreshold: number;
  /** What share of the exact answer is to be found through the index at least, 0.9 to 0.999. */
  readonly targetRecall: number;
}

/** Below 20,000 designs comparing with all of them takes no longer than the index (docs/decisions/0013). */
export const DEFAULT_SEARCH_OPTIONS: SearchOptions = { indexThreshold: 20_000, targetRecall: 0.99 };

export function usesIndex({ index, rows }: Snapshot, { indexThreshold }: SearchOptions): boolean {
  return index !== null && rows >= indexThreshold;
}

/** The matches of a query whose embeddings are `[embeddingDim]`, best first; exact where no index is used. */
export async function searchSnapshot(
  snapshot: Snapshot,
  query: Query,
  embeddingDim: number,
  options: SearchOptions,
): Promise<ScoredDesign[]> {
  const throughIndex = usesIndex(snapshot, options);
  const best: Candidate[] = [];
  for (const group of groupsOf(snapshot, query, embeddingDim)) {
    best.push(
      ...(throughIndex
        ? await mostlyBestOfGroup(snapshot, group, query, options.targetRecall)
        : await bestOfGroup(snapshot, group, query, roundingOf(embeddingDim))),
    );
  }
  return best
    .sort(compareMatches)
    .slice(0, query.topK)
    .map(({ id, score, views, hashes, embeddings, attributesText }, index) => ({
      rank: index + 1,
      id,
      score,
      views,
      attributes: JSON.parse(attributesText),
      hashes,
      embeddings,
    }));
}

/** At least the topK best of a group, all ties included that the order by id may have to decide. */
async function bestOfGroup(
  { table }: Snapshot,
  group: Group,
  query: Query,
  rounding: number,
): Promise<Candidate[]> {
  const where = allOf([group.where, filterSql(query.filter)]);
  for (let limit = query.topK + MARGIN; ; limit *= WIDENING) {
    const nearest = table.query().nearestTo(group.vector).distanceType("dot").bypassVectorIndex();
    if (where) nearest.where(where);
    nearest.select([...CANDIDATE_COLUMNS, "_distance"]).limit(Math.min(limit, group.rows));

    const candidates: Candidate[] = [];
    let lowestInnerProduct = 1;
    for await (const batch of nearest) {
      for (const row of rowsOf(batch)) {
        candidates.push(candidateOf(row, query));
        lowestInnerProduct = Math.min(lowestInnerProduct, 1 - row.get<number>("_distance"));
      }
    }
    const sawAll = candidates.length < limit;
    const cut = candidates.sort(compareMatches)[query.topK - 1];
    if (sawAll || (cut && cut.score > lowestInnerProduct + rounding)) return candidates;
  }
}
