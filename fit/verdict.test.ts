import { describe, expect, it } from "vitest";
import { discriminate } from "../src/core/closeness.js";
import type { PerView } from "../src/core/design.js";
import { type Embedding, normalizeL2 } from "../src/core/embedding.js";
import { SAMPLE_SIZE } from "../src/core/ports.js";
import { DEFAULT_WEIGHTS } from "../src/core/query.js";
import { createRandom } from "../src/core/random.js";
import { createJudge } from "../src/core/verdict.js";
import { fitVerdict, logisticRegression } from "./verdict.js";

const random = createRandom(21);
/** Of a normal distribution, near enough. */
const normal = () => Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);

describe("logistic regression", () => {
  it("finds the odds that the classes were drawn by", () => {
    // Two normal classes of variance 1, two apart in the first number alone: the log-odds are 2x.
    const draw = (mean: number) => Array.from({ length: 4000 }, () => [mean + normal(), 5 + normal()]);
    const { bias, weights } = logisticRegression(draw(1), draw(-1));
    expect(weights[0]).toBeCloseTo(2, 0);
    expect(Math.abs(weights[1]!)).toBeLessThan(0.15);
    expect(discriminate({ bias, weights }, [0, 5])).toBeCloseTo(0, 0);
  });

  it("does not run away where the classes are apart, or a number never changes", () => {
    const { bias, weights } = logisticRegression(
      [
        [2, 7],
        [3, 7],
      ],
      [
        [-2, 7],
        [-3, 7],
      ],
    );
    expect([bias, ...weights].every(Number.isFinite)).toBe(true);
    expect(discriminate({ bias, weights }, [2, 7])).toBeGreaterThan(1);
  });
});

const aspects = [
  { name: "overall", dim: 16 },
  { name: "detail", dim: 16 },
  { name: "shape", dim: 16 },
];
type Parts = readonly number[][];
const parts = (): Parts => aspects.map(({ dim }) => Array.from({ length: dim }, normal));
const blurred = (own: Parts, noise: readonly number[]): Parts =>
  own.map((part, i) => part.map((value) => value + noise[i]! * normal()));
function pairOf(own: Parts, noise: readonly number[]): PerView<Embedding> {
  const view = () => {
    const unit = blurred(own, noise).flatMap((part) => [...normalizeL2(Float32Array.from(part))]);
    return Float32Array.from(unit.map((value) => value / Math.sqrt(aspects.length)));
  };
  return { front: view(), back: view() };
}

/** Designs, each with a variant that differs in detail, and strangers. */
function searches() {
  const designs = Array.from({ length: 60 }, parts);
  const gallery = designs.flatMap((own, design) => [
    { design, grade: 3, views: pairOf(own, [0, 0, 0]) },
    { design, grade: 2, views: pairOf(own, [0.3, 1.5, 0.3]) },
  ]);
  for (let design = 60; design < 360; design++)
    gallery.push({ design, grade: 0, views: pairOf(parts(), [0, 0, 0]) });
  const queries = designs.flatMap((own, design) =>
    [0, 1, 2].map(() => ({ design, views: pairOf(own, [0.2, 0.2, 0.2]) })),
  );
  return { gallery, queries, aspects };
}

describe("fitted verdicts", () => {
  const model = fitVerdict(searches());
  const { gallery, queries } = searches();

  it("are right on designs that nothing was fitted to", async () => {
    const judge = createJudge(aspects, model);
    const judgeIn = async (entries: typeof gallery) => {
      const step = Math.max(1, entries.length / SAMPLE_SIZE);
      const sample = {
        designs: entries.length,
        embeddings: entries.filter((_, i) => i % step < 1).map(({ views }) => views),
      };
      const views = entries.map((entry) => entry.views);
      return Promise.all(
        queries.map(async (query) => {
          const judgements = await judge(query.views, views, DEFAULT_WEIGHTS, sample);
          return entries.map(({ design, grade }, i) => ({
            own: design === query.design,
            grade,
            verdict: judgements[i]!.verdict,
          }));
        }),
      );
    };
    const judged = (await judgeIn(gallery)).flat();
    const same = judged.filter(({ verdict }) => verdict === "same");
    expect(same.length).toBeGreaterThan(0.9 * queries.length);
    expect(same.filter(({ own, grade }) => own && grade === 3).length / same.length).toBeGreaterThan(0.95);
    const variants = judged.filter(({ verdict, own, grade }) => verdict === "variant" && own && grade === 2);
    expect(variants.length).toBeGreaterThan(0.8 * queries.length);
    const strangers = await judgeIn(gallery.filter(({ design }) => design >= 60));
    const silent = strangers.filter((matches) => matches.every(({ verdict }) => verdict === "nothing close"));
    expect(silent.length / strangers.length).toBeGreaterThan(0.85);
  });

  it("are the same every time", () => {
    const labelled = { gallery, queries, aspects };
    expect(fitVerdict(labelled)).toEqual(fitVerdict(labelled));
  });
});
