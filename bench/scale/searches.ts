import { parseCondition } from "../../src/core/filter.js";
import { VERIFIED_WEIGHTS } from "../../src/core/index-recall.js";
import { DEFAULT_TOP_K, type Query } from "../../src/core/query.js";
import { type Mixture, RARE } from "./mixture.js";

/** The kinds of searches that are measured: three weightings, and one with a filter that a hundredth passes. */
export const KINDS = [
  ...VERIFIED_WEIGHTS.map((weights) => ({ weights, filter: [] as string[] })),
  { weights: VERIFIED_WEIGHTS[0]!, filter: [`${RARE.key}=${RARE.value}`] },
].map(({ weights, filter }) => ({
  name: `${weights.front} / ${weights.back}${filter.length > 0 ? ", filter of 1 %" : ""}`,
  weights,
  filter: filter.map(parseCondition),
}));

export type Kind = (typeof KINDS)[number];

/** A search by a pair that the catalogue does not hold. */
export function queryOf(mixture: Mixture, designs: number, number: number, kind: Kind): Query {
  const { weights, filter } = kind;
  return { embeddings: mixture.pair(designs + number), weights, filter, topK: DEFAULT_TOP_K };
}
