import { viewsOf } from "../../core/design.js";
import { fuseQuery, normalizeWeights, type Query, type ScoredDesign, scoreDesign } from "../../core/query.js";
import type { Row } from "./rows.js";
import { pictureColumns, VIEW_MASKS, viewMask, viewsOfMask } from "./schema.js";
import type { Snapshot } from "./snapshot.js";

/** Candidates beyond topK: enough that rounding alone seldom makes a second look necessary. */
export const MARGIN = 16;

/** The columns that {@link candidateOf} reads. */
export const CANDIDATE_COLUMNS = ["id", "views", "attributes", ...pictureColumns("sha256"), "vector"];

/** Designs that share the same weighing views with the query, and so are ranked by the same vector. */
export interface Group {
  readonly vector: Float32Array;
  /** Selects the group's designs; null when no others exist. */
  readonly where: string | null;
  readonly rows: number;
}

export type Candidate = Pick<ScoredDesign, "id" | "score" | "views" | "hashes" | "embeddings"> & {
  readonly attributesText: string;
};

/**
 * The weights of a group are those of the query for the views it shares, scaled to the sum 1. Then the inner product
 * with the stored vectors is the score itself, in every group.
 */
export function groupsOf({ rowsByMask }: Snapshot, query: Query, embeddingDim: number): Group[] {
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

/** What a row of a group is worth to the query, in float32. A group's designs share a weighing view with it. */
export function candidateOf(row: Row, query: Query): Candidate {
  const embeddings = row.embeddings();
  return {
    id: row.id,
    ...scoreDesign(query, embeddings)!,
    hashes: row.perView((view) => row.get<string | null>(`${view}_sha256`)),
    embeddings,
    attributesText: row.get("attributes"),
  };
}
