import { viewsOf } from "../../src/core/design.js";
import { type Embedding, normalizeL2 } from "../../src/core/embedding.js";
import { VERIFIED_WEIGHTS } from "../../src/core/index-recall.js";
import { DEFAULT_TOP_K, type Query, type Weights } from "../../src/core/query.js";
import type { MeasuredCatalog } from "./measured-catalog.js";
import { DIM } from "./mixture.js";

/** Numbers of the aspect of the default pack that a search looks at unless told otherwise. */
const ASPECT_DIM = 256;

/** A kind of searches that is measured. */
export interface Kind {
  readonly name: string;
  readonly weights: Weights;
  /** Whether only what is rare may be found. */
  readonly isFiltered: boolean;
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
    isFiltered: false,
    dim: DIM,
    hasTarget: true,
  })),
  {
    name: "0.5 / 0.5, filter of 1 %",
    weights: alike!,
    isFiltered: true,
    dim: DIM,
    hasTarget: false,
  },
  { name: "0.5 / 0.5, one aspect", weights: alike!, isFiltered: false, dim: ASPECT_DIM, hasTarget: true },
];

/** The search of a kind by one of the pairs. */
export function queryOf({ pair, rare }: MeasuredCatalog, number: number, kind: Kind): Query {
  const { weights, isFiltered, dim } = kind;
  const aspect = (embedding: Embedding) => normalizeL2(embedding.map((value, i) => (i < dim ? value : 0)));
  const own = pair(number);
  const embeddings = Object.fromEntries(viewsOf(own).map((view) => [view, aspect(own[view]!)]));
  return { embeddings, weights, filter: isFiltered ? rare : [], topK: DEFAULT_TOP_K };
}
