import type { PerView } from "../core/design.js";
import type { Embedding } from "../core/embedding.js";
import { compareMatches, DEFAULT_WEIGHTS, scoreDesign } from "../core/query.js";
import { ndcgAt, recallAt } from "../evaluation/metrics.js";
import type { Relations } from "./relations.js";

/** How well one design finds those it is similar to. */
export interface Retrieval {
  readonly recallAt1: number;
  readonly ndcgAt20: number;
}

/** The same, and which design searched. */
export interface MeasuredDesign extends Retrieval {
  readonly design: number;
}

export const RETRIEVAL_METRICS = ["recallAt1", "ndcgAt20"] as const satisfies (keyof Retrieval)[];

/**
 * Searches with designs for one another, both views alike, as `diptych eval` would measure it.
 *
 * @param embeddings by design.
 * @param queries of which those that are similar to none of the gallery are left out.
 * @param gallery each query's own entry, and designs of which its labels say nothing, are left out.
 */
export function measureRetrieval(
  embeddings: ReadonlyMap<number, PerView<Embedding>>,
  queries: readonly number[],
  gallery: readonly number[],
  { similarity }: Relations,
): MeasuredDesign[] {
  return queries.flatMap((query) => {
    const grades = new Map<string, number>();
    const ranking: { id: string; score: number }[] = [];
    const asked = { embeddings: embeddings.get(query)!, weights: DEFAULT_WEIGHTS };
    for (const design of gallery) {
      const grade = design === query ? null : similarity(query, design);
      const scored = grade === null ? null : scoreDesign(asked, embeddings.get(design)!);
      if (grade === null || scored === null) continue;
      const id = String(design);
      ranking.push({ id, score: scored.score });
      if (grade > 0) grades.set(id, grade);
    }
    if (grades.size === 0) return [];
    const ids = ranking.sort(compareMatches).map(({ id }) => id);
    return { design: query, recallAt1: recallAt(1, ids, grades), ndcgAt20: ndcgAt(20, ids, grades) };
  });
}

export function meanOf(samples: readonly Retrieval[], metric: keyof Retrieval): number {
  return samples.reduce((sum, sample) => sum + sample[metric], 0) / samples.length;
}
