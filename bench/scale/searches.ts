import { type Embedding, normalizeL2 } from "../../src/core/embedding.js";
import { type Filter, parseCondition } from "../../src/core/filter.js";
import { VERIFIED_WEIGHTS } from "../../src/core/index-recall.js";
import { DEFAULT_TOP_K, type Query, type Weights } from "../../src/core/query.js";
import { DIM, type Mixture, RARE } from "./mixture.js";

/** Numbers of the aspect of the default pack that a search looks at unless told otherwise. */
const ASPECT_DIM = 256;

/** A kind of searches that is measured. */
export interface Kind {
  readonly name: string;
  readonly weights: Weights;
  readonly filter: Filter;
  /** How many numbers of the query's embeddings are looked at, from the first on. */
  readonly dim: number;
  /** Whether the plan has targets for it. */
  readonly hasTarget: boolean;
}

const [alike] = VERIFIED_WEIGHTS;

/** Three weightings, then a filter that a hundredth passes, and one aspect alone. */
export const KINDS: readonly Kind[] = [
  ...VERIFIED_WEIGHTS.map((weights) => ({
    name: `${weights.front} / ${weights.back}`,
    weights,
    filter: [],
    dim: DIM,
    hasTarget: true,
  })),
  {
    name: "0.5 / 0.5, filter of 1 %",
    weights: alike!,
    filter: [parseCondition(`${RARE.key}=${RARE.value}`)],
    dim: DIM,
    hasTarget: false,
  },
  { name: "0.5 / 0.5, one aspect", weights: alike!, filter: [], dim: ASPECT_DIM, hasTarget: false },
];

/** A search by a pair that the catalogue does not hold. */
export function queryOf(mixture: Mixture, designs: number, number: number, kind: Kind): Query {
  const { weights, filter, dim } = kind;
  const { front, back } = mixture.pair(designs + number);
  const aspect = (embedding: Embedding) => normalizeL2(embedding.map((value, i) => (i < dim ? value : 0)));
  const embeddings = { front: aspect(front), back: aspect(back) };
  return { embeddings, weights, filter, topK: DEFAULT_TOP_K };
}
