import { viewsOf } from "../../core/design.js";
import {
  compareMatches,
  fuseQuery,
  normalizeWeights,
  type Query,
  type ScoredDesign,
  scoreDesign,
} from "../../core/query.js";
import { allOf, filterSql } from "./filter-sql.js";
import { rowsOf } from "./rows.js";
import { isStoredAsFloat16, pictureColumns, VIEW_MASKS, viewMask, viewsOfMask } from "./schema.js";
import type { Snapshot } from "./snapshot.js";

/** Candidates beyond topK: enough that rounding alone seldom makes a second look necessary. */
const MARGIN = 16;

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

const CANDIDATE_COLUMNS = ["id", "views", "attributes", ...pictureColumns("sha256"), "vector", "_distance"];

/** Designs that share the same weighing views with the query, and so are ranked by the same vector. */
interface Group {
  readonly vector: Float32Array;
  /** Selects the group's designs; null when no others exist. */
  readonly where: string | null;
  readonly rows: number;
}

type Candidate = Pick<ScoredDesign, "id" | "score" | "views" | "hashes" | "embeddings"> & {
  readonly attributesText: string;
};

/** The exact matches of a query whose embeddings are `[embeddingDim]`, best first. */
export async function searchSnapshot(
  snapshot: Snapshot,
  query: Query,
  embeddingDim: number,
): Promise<ScoredDesign[]> {
  const best: Candidate[] = [];
  for (const group of groupsOf(snapshot, query, embeddingDim)) {
    best.push(...(await bestOfGroup(snapshot, group, query, roundingOf(embeddingDim))));
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

/**
 * The weights of a group are those of the query for the views it shares, scaled to the sum 1. Then the inner product
 * with the stored vectors is the score itself, in every group.
 */
function groupsOf({ rowsByMask }: Snapshot, query: Query, embeddingDim: number): Group[] {
  const weighing = viewMask(viewsOf(query.embeddings).filter((view) => query.weights[view] > 0));
  return VIEW_MASKS.flatMap((shared) => {
    const masks = [...rowsByMask.keys()].filter((mask) => (mask & weighing) === shared);
    if (masks.length === 0) return [];
    const weights = normalizeWeights(query.weights, viewsOfMask(shared));
    return {
      vector: fuseQuery(query.embeddings, weights, embeddingDim),
      where: masks.length < rowsByMask.size ? `views IN (${masks.join(", ")})` : null,
      rows: masks.reduce((sum, mask) => sum + rowsByMask.get(mask)!, 0),
    };
  });
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
    nearest.select(CANDIDATE_COLUMNS).limit(Math.min(limit, group.rows));

    const candidates: Candidate[] = [];
    let lowestInnerProduct = 1;
    for await (const batch of nearest) {
      for (const row of rowsOf(batch)) {
        // A group's designs share a weighing view with the query, so there is a score.
        const embeddings = row.embeddings();
        const scored = scoreDesign(query, embeddings)!;
        candidates.push({
          id: row.id,
          ...scored,
          hashes: row.perView((view) => row.get<string | null>(`${view}_sha256`)),
          embeddings,
          attributesText: row.get("attributes"),
        });
        lowestInnerProduct = Math.min(lowestInnerProduct, 1 - row.get<number>("_distance"));
      }
    }
    const sawAll = candidates.length < limit;
    const cut = candidates.sort(compareMatches)[query.topK - 1];
    if (sawAll || (cut && cut.score > lowestInnerProduct + rounding)) return candidates;
  }
}
