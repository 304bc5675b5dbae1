import type { Aspect } from "./aspects.js";
import { type Background, createBackground, tailOf } from "./background.js";
import { type Discriminant, discriminate, evidenceOf, locateAspects } from "./closeness.js";
import type { PerView } from "./design.js";
import type { Embedding } from "./embedding.js";
import type { CatalogSample } from "./ports.js";
import type { Weights } from "./query.js";

/** What a match is, from the closest kind on. docs/evaluation.md has how often each is right. */
export const VERDICTS = ["same", "variant", "related", "nothing close"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** How a model's embeddings are judged; fitted to labelled designs by `npm run fit:verdict`. */
export interface VerdictModel {
  /** Names of the aspects looked at. */
  readonly aspects: readonly string[];
  /** Tells a design from its variants: `same` needs `same.threshold` or more. */
  readonly same: Discriminant & { readonly threshold: number };
  /** Tells a design and its variants from all others: how close a match is. */
  readonly close: Discriminant;
  /** How many unrelated designs of the catalog may be expected to come as close, at most. */
  readonly expected: { readonly variant: number; readonly related: number };
  /** Closeness of unrelated designs where a catalog is too small to tell. */
  readonly reference: Background;
}

export interface Judgement {
  /** Null when the model has no fitted verdicts. */
  readonly verdict: Verdict | null;
  /** Percent of unrelated designs that come less close, 0 to 100; null as above. */
  readonly percentile: number | null;
}

/** Of a model without fitted verdicts, and of designs that cannot be compared. */
export const UNKNOWN: Judgement = { verdict: null, percentile: null };

/** From so many designs on a catalog tells itself how close unrelated designs come. */
const LEAST_SAMPLE = 100;

/** Judges one match of a search. */
export type JudgeMatch = (query: PerView<Embedding>, design: PerView<Embedding>) => Judgement;

/** Makes ready to judge the matches of searches in a catalog, of which a sample tells how close unrelated designs come. */
export type Judge = (weights: Weights, sample: CatalogSample) => Promise<JudgeMatch>;

/**
 * A judge for the embeddings of a model. What it finds out of a catalog's sample is kept as long as the sample is, for each
 * combination of views.
 */
export function createJudge(aspects: readonly Aspect[], model: VerdictModel): Judge {
  const layout = locateAspects(aspects, model.aspects);
  const backgrounds = new WeakMap<CatalogSample, Map<string, Promise<Background>>>();
  const evidence = (a: PerView<Embedding>, b: PerView<Embedding>, weights: Weights) =>
    evidenceOf(a, b, weights, layout);

  const measureBackground = async (sample: CatalogSample, uses: Weights): Promise<Background> => {
    const closeness: number[] = [];
    for (const [i, a] of sample.embeddings.entries()) {
      for (const b of sample.embeddings.slice(i + 1)) {
        const seen = evidence(a, b, uses);
        if (seen) closeness.push(discriminate(model.close, seen));
      }
      // A tenth of a second in all: other requests have their turn in between.
      await new Promise(setImmediate);
    }
    return closeness.length > 0 ? createBackground(closeness) : model.reference;
  };

  const backgroundOf = async (sample: CatalogSample, weights: Weights): Promise<Background> => {
    if (sample.embeddings.length < LEAST_SAMPLE) return model.reference;
    const byViews = backgrounds.get(sample) ?? new Map<string, Promise<Background>>();
    backgrounds.set(sample, byViews);
    const uses = { front: Math.sign(weights.front), back: Math.sign(weights.back) };
    const key = `${uses.front}${uses.back}`;
    const known = byViews.get(key);
    if (known) return known;
    const background = measureBackground(sample, uses);
    byViews.set(key, background);
    return background;
  };

  return async (weights, sample) => {
    const background = await backgroundOf(sample, weights);
    return (query, design) => {
      const seen = evidence(query, design, weights);
      if (!seen) return UNKNOWN;
      const tail = tailOf(background, discriminate(model.close, seen));
      const expected = tail * sample.designs;
      return {
        verdict: verdictOf(expected, discriminate(model.same, seen), model),
        percentile: 100 * (1 - tail),
      };
    };
  };
}

function verdictOf(expected: number, sameness: number, model: VerdictModel): Verdict {
  if (sameness >= model.same.threshold) return "same";
  if (expected > model.expected.related) return "nothing close";
  return expected <= model.expected.variant ? "variant" : "related";
}
