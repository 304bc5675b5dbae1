import type { Aspect } from "./aspects.js";
import { type Background, createBackground, tailOf } from "./background.js";
import { comparedViews, type Discriminant, discriminate, evidenceOf, locateAspects } from "./closeness.js";
import type { PerView, View } from "./design.js";
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

/** From so many designs of a sample on, a catalog tells itself how close unrelated designs come. */
const LEAST_SAMPLE = 100;

/** Of the designs of a catalog that have some views. */
interface Comparable {
  /** How many there are, as the catalog's sample lets expect. */
  readonly designs: number;
  /** How close unrelated ones come by these views. */
  readonly background: Background;
}

/**
 * Judges matches of a search in a catalog, of which a sample tells how close unrelated designs come.
 *
 * @returns one for each of the matches.
 */
export type Judge = (
  query: PerView<Embedding>,
  matches: readonly PerView<Embedding>[],
  weights: Weights,
  sample: CatalogSample,
) => Promise<Judgement[]>;

/**
 * A judge for the embeddings of a model. A match is held against what unrelated designs come to by the same views, for two
 * sides are seldom alike where one is. What the judge finds out of a catalog's sample is kept as long as the sample is.
 */
export function createJudge(aspects: readonly Aspect[], model: VerdictModel): Judge {
  const layout = locateAspects(aspects, model.aspects);
  const known = new WeakMap<CatalogSample, Map<string, Promise<Comparable>>>();

  const measureBackground = async (designs: readonly PerView<Embedding>[], weights: Weights) => {
    const closeness: number[] = [];
    for (const [i, a] of designs.entries()) {
      for (const b of designs.slice(i + 1)) {
        closeness.push(discriminate(model.close, evidenceOf(a, b, weights, layout)!));
      }
      // A tenth of a second in all: other requests have their turn in between.
      await new Promise(setImmediate);
    }
    return createBackground(closeness);
  };

  const measure = async ({ designs, embeddings }: CatalogSample, views: readonly View[]) => {
    const having = embeddings.filter((design) => views.every((view) => design[view] !== undefined));
    const weights = { front: views.includes("front") ? 1 : 0, back: views.includes("back") ? 1 : 0 };
    return {
      // The match is one more that has them, be it the only one.
      designs: (designs * (having.length + 1)) / (embeddings.length + 1),
      background: having.length < LEAST_SAMPLE ? model.reference : await measureBackground(having, weights),
    };
  };

  const comparableBy = (sample: CatalogSample, views: readonly View[]): Promise<Comparable> => {
    const byViews = known.get(sample) ?? new Map<string, Promise<Comparable>>();
    known.set(sample, byViews);
    const key = views.join();
    const comparable = byViews.get(key) ?? measure(sample, views);
    byViews.set(key, comparable);
    return comparable;
  };

  return (query, matches, weights, sample) =>
    Promise.all(
      matches.map(async (match) => {
        const evidence = evidenceOf(query, match, weights, layout);
        if (!evidence) return UNKNOWN;
        const { designs, background } = await comparableBy(sample, comparedViews(query, match, weights));
        const tail = tailOf(background, discriminate(model.close, evidence));
        return {
          verdict: verdictOf(tail * designs, discriminate(model.same, evidence), model),
          percentile: 100 * (1 - tail),
        };
      }),
    );
}

function verdictOf(expected: number, sameness: number, model: VerdictModel): Verdict {
  if (sameness >= model.same.threshold) return "same";
  if (expected > model.expected.related) return "nothing close";
  return expected <= model.expected.variant ? "variant" : "related";
}
