import { type PerView, viewsOf } from "./design.js";
import type { Embedding } from "./embedding.js";
import type { Catalog } from "./ports.js";
import { DEFAULT_TOP_K, normalizeWeights, type ScoredDesign, type Weights } from "./query.js";

/** What an index is held to: both views alike, one much more than the other, one alone. */
export const VERIFIED_WEIGHTS: readonly Weights[] = [
  { front: 0.5, back: 0.5 },
  { front: 0.8, back: 0.2 },
  { front: 1, back: 0 },
];

/** The share of the first designs that it should find which an index finds, with these weights. */
export interface IndexRecall {
  readonly weights: Weights;
  readonly queries: number;
  /** Of the first 20, 0 to 1. */
  readonly recallAt20: number;
}

/** A catalog that can leave its index aside. */
export interface IndexedCatalog extends Pick<Catalog, "search"> {
  searchExactly: Catalog["search"];
}

/**
 * Compares searches through the index with exact ones.
 *
 * @param pairs what is searched by; with weights that leave a pair nothing it is left out.
 * @param onSearched told after each pair of searches how many are done.
 */
export async function measureIndexRecall(
  catalog: IndexedCatalog,
  pairs: readonly PerView<Embedding>[],
  onSearched: (done: number) => void = () => {},
): Promise<IndexRecall[]> {
  const results: IndexRecall[] = [];
  let done = 0;
  for (const weights of VERIFIED_WEIGHTS) {
    let [queries, found, expected] = [0, 0, 0];
    for (const embeddings of pairs) {
      const views = viewsOf(embeddings).filter((view) => weights[view] > 0);
      if (views.length > 0) {
        const query = {
          embeddings,
          weights: normalizeWeights(weights, views),
          filter: [],
          topK: DEFAULT_TOP_K,
        };
        const exact = await catalog.searchExactly(query);
        found += countFound(exact, await catalog.search(query));
        expected += exact.length;
        queries += 1;
      }
      done += 1;
      onSearched(done);
    }
    results.push({ weights, queries, recallAt20: expected > 0 ? found / expected : 1 });
  }
  return results;
}

/** How many of the exact answer were found; one as good as the exact answer's last counts as that. */
export function countFound(exact: readonly ScoredDesign[], approximate: readonly ScoredDesign[]): number {
  const lowest = exact.at(-1)?.score ?? Number.POSITIVE_INFINITY;
  return Math.min(exact.length, approximate.filter(({ score }) => score >= lowest).length);
}
