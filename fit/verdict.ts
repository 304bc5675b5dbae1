import { Matrix, solve } from "ml-matrix";
import type { Aspect } from "../src/core/aspects.js";
import { type Background, createBackground, tailOf } from "../src/core/background.js";
import { type Discriminant, discriminate, evidenceOf, locateAspects } from "../src/core/closeness.js";
import type { PerView } from "../src/core/design.js";
import type { Embedding } from "../src/core/embedding.js";
import { SAMPLE_SIZE } from "../src/core/ports.js";
import { DEFAULT_WEIGHTS, scoreDesign } from "../src/core/query.js";
import type { VerdictModel } from "../src/core/verdict.js";

/** A query with its catalogue as the fit sees it. */
export interface LabelledSearches {
  readonly gallery: readonly {
    readonly design: number;
    readonly grade: number;
    readonly views: PerView<Embedding>;
  }[];
  readonly queries: readonly { readonly design: number; readonly views: PerView<Embedding> }[];
  readonly aspects: readonly Aspect[];
}

/** Unrelated designs that each query is compared with: those that come closest. */
const CLOSEST = 3;

/** What the thresholds are set to on the designs fitted to; docs/evaluation.md asks 0.95 and 0.9 of others. */
const SAME_PRECISION = 0.97;
const NOTHING_CLOSE = 0.94;
const NO_VARIANT = 0.99;

/** Parts of the catalogue that the thresholds must hold in, too, so that they hold in catalogues of any size. */
const CATALOGUE_PARTS = [1, 2, 4];

/** Fits how matches are judged to searches whose answers are known. */
export function fitVerdict({ gallery, queries, aspects }: LabelledSearches): VerdictModel {
  const names = aspects.map(({ name }) => name);
  const layout = locateAspects(aspects, names);
  const evidence = (a: PerView<Embedding>, b: PerView<Embedding>) =>
    evidenceOf(a, b, DEFAULT_WEIGHTS, layout)!;
  const compared = queries.map((query) => {
    const unrelated = gallery
      .filter(({ design }) => design !== query.design)
      .map((entry) => ({
        entry,
        score: scoreDesign({ embeddings: query.views, weights: DEFAULT_WEIGHTS }, entry.views)!.score,
      }))
      .sort((a, b) => b.score - a.score);
    return {
      relatives: gallery
        .filter(({ design }) => design === query.design)
        .map(({ grade, views }) => ({ grade, evidence: evidence(query.views, views) })),
      closest: unrelated.slice(0, CLOSEST).map(({ entry }) => evidence(query.views, entry.views)),
    };
  });
  const evidenceOfGrade = (grade: number) =>
    compared.flatMap(({ relatives }) =>
      relatives.filter((own) => own.grade === grade).map((own) => own.evidence),
    );
  const closest = compared.flatMap((own) => own.closest);
  const same = logisticRegression(evidenceOfGrade(3), [
    ...evidenceOfGrade(2),
    ...evidenceOfGrade(1),
    ...closest,
  ]);
  const close = logisticRegression([...evidenceOfGrade(3), ...evidenceOfGrade(2)], closest);

  const least = CATALOGUE_PARTS.map((part) => leastExpected(part));
  const expected = (share: number) => Math.min(...least.map((own) => quantile(own, 1 - share)));
  return {
    aspects: names,
    same: { ...same, threshold: sameThreshold(same, compared) },
    close,
    expected: { variant: expected(NO_VARIANT), related: expected(NOTHING_CLOSE) },
    reference: backgroundOf(gallery.filter(({ grade }) => grade === 0)),
  };

  function backgroundOf(entries: LabelledSearches["gallery"]): Background {
    const step = Math.max(1, entries.length / SAMPLE_SIZE);
    const sample = entries.filter((_, i) => i % step < 1);
    return createBackground(
      sample.flatMap((a, i) =>
        sample.slice(i + 1).map((b) => discriminate(close, evidence(a.views, b.views))),
      ),
    );
  }

  /** For each query, how many designs as close as the closest unrelated one are expected in a part of the catalogue. */
  function leastExpected(part: number): number[] {
    const entries = gallery.filter(({ design }) => design % part === 0);
    const background = backgroundOf(entries);
    return queries.map((query) => {
      const closeness = entries
        .filter(({ design }) => design !== query.design)
        .map(({ views }) => discriminate(close, evidence(query.views, views)));
      return entries.length * tailOf(background, Math.max(...closeness));
    });
  }
}

/** The lowest threshold from which on the share of the right ones is kept. */
function sameThreshold(
  same: Discriminant,
  compared: readonly {
    relatives: readonly { grade: number; evidence: number[] }[];
    closest: readonly number[][];
  }[],
): number {
  const judged = compared
    .flatMap(({ relatives, closest }) => [
      ...relatives.map(({ grade, evidence }) => ({
        right: grade === 3,
        sameness: discriminate(same, evidence),
      })),
      ...closest.map((evidence) => ({ right: false, sameness: discriminate(same, evidence) })),
    ])
    .sort((a, b) => b.sameness - a.sameness);
  let threshold = judged[0]!.sameness;
  let right = 0;
  for (const [i, judgement] of judged.entries()) {
    if (judgement.right) right += 1;
    if (right / (i + 1) >= SAME_PRECISION) threshold = judgement.sameness;
  }
  return threshold;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))]!;
}

const STEPS = 30;
const RIDGE = 1e-3;

/**
 * Logistic regression by Newton's method (iteratively reweighted least squares), both classes counting alike, with a small
 * ridge on the weights of standardised inputs.
 */
export function logisticRegression(
  positive: readonly number[][],
  negative: readonly number[][],
): Discriminant {
  const rows = new Matrix([...positive, ...negative]);
  const means = rows.mean("column");
  const deviations = rows.standardDeviation("column").map((value) => value || 1);
  const inputs = rows.clone().subRowVector(means).divRowVector(deviations);
  inputs.addColumn(Array(inputs.rows).fill(1));
  const masses = Array.from({ length: inputs.rows }, (_, i) =>
    i < positive.length ? 0.5 / positive.length : 0.5 / negative.length,
  );
  let weights = Matrix.zeros(inputs.columns, 1);
  for (let step = 0; step < STEPS; step++) {
    const shares = inputs
      .mmul(weights)
      .to1DArray()
      .map((value) => 1 / (1 + Math.exp(-value)));
    const errors = shares.map((share, i) => masses[i]! * (share - (i < positive.length ? 1 : 0)));
    const gradient = inputs.transpose().mmul(Matrix.columnVector(errors)).add(Matrix.mul(weights, RIDGE));
    const curvature = inputs
      .clone()
      .mulColumnVector(shares.map((share, i) => masses[i]! * share * (1 - share)));
    const hessian = inputs.transpose().mmul(curvature).add(Matrix.eye(inputs.columns).mul(RIDGE));
    weights = Matrix.sub(weights, solve(hessian, gradient));
  }
  const standardised = weights.to1DArray();
  const scaled = deviations.map((deviation, i) => standardised[i]! / deviation);
  const shift = scaled.reduce((sum, weight, i) => sum + weight * means[i]!, 0);
  return { bias: standardised.at(-1)! - shift, weights: scaled };
}
