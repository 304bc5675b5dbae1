import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PerView, View } from "./design.js";
import { type Embedding, innerProduct, normalizeL2 } from "./embedding.js";
import {
  compareIds,
  compareMatches,
  DEFAULT_WEIGHTS,
  fuseDesign,
  fuseQuery,
  normalizeWeights,
  scoreDesign,
  sharedWeight,
  type Weights,
} from "./query.js";

const embeddingDim = 6;
const embedding = fc
  .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: embeddingDim, maxLength: embeddingDim })
  .filter((values) => values.some((value) => Math.abs(value) > 0.01))
  .map((values) => normalizeL2(Float32Array.from(values)));
const views = fc.constantFrom<View[]>(["front", "back"], ["front"], ["back"]);
const embeddings: fc.Arbitrary<PerView<Embedding>> = views.chain((present) =>
  fc
    .array(embedding, { minLength: present.length, maxLength: present.length })
    .map((values) => Object.fromEntries(present.map((view, i) => [view, values[i]]))),
);
const weight = fc.oneof(fc.constantFrom(0, 0.5, 1, 1e-9), fc.double({ min: 0, max: 1e6, noNaN: true }));
const weights: fc.Arbitrary<Weights> = fc.record({ front: weight, back: weight });

describe("normalizeWeights", () => {
  it("scales to the sum 1", () => {
    expect(normalizeWeights({ front: 3, back: 1 }, ["front", "back"])).toEqual({ front: 0.75, back: 0.25 });
    expect(normalizeWeights(DEFAULT_WEIGHTS, ["front", "back"])).toEqual(DEFAULT_WEIGHTS);
    expect(normalizeWeights({ front: 0, back: 9 }, ["front", "back"])).toEqual({ front: 0, back: 1 });
  });

  it("gives a view that the query lacks no weight", () => {
    expect(normalizeWeights({ front: 0.2, back: 0.8 }, ["front"])).toEqual({ front: 1, back: 0 });
  });

  it.each<[Weights, View[], RegExp]>([
    [DEFAULT_WEIGHTS, [], /front picture, a back picture or both; received none/],
    [{ front: -1, back: 1 }, ["front", "back"], /front weight is a number from 0 up; received -1/],
    [{ front: 1, back: Number.NaN }, ["front"], /back weight is a number from 0 up; received NaN/],
    [{ front: Number.POSITIVE_INFINITY, back: 1 }, ["front", "back"], /received Infinity/],
    [{ front: 0, back: 0 }, ["front", "back"], /must not all be 0; received front and back with 0/],
    [{ front: 0, back: 1 }, ["front"], /received front with 0/],
  ])("refuses %o for %o", (given, queryViews, message) => {
    expect(() => normalizeWeights(given, queryViews)).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST", message: expect.stringMatching(message) }),
    );
  });

  it("keeps proportions, sums to 1 and changes nothing the second time", () => {
    fc.assert(
      fc.property(weights, views, (given, queryViews) => {
        fc.pre(queryViews.some((view) => given[view] > 0));
        const normal = normalizeWeights(given, queryViews);
        expect(normal.front + normal.back).toBeCloseTo(1, 12);
        const again = normalizeWeights(normal, queryViews);
        expect(again.front).toBeCloseTo(normal.front, 12);
        expect(again.back).toBeCloseTo(normal.back, 12);
      }),
    );
  });

  it("takes weights however large or small", () => {
    const huge = { front: Number.MAX_VALUE, back: Number.MAX_VALUE };
    expect(normalizeWeights(huge, ["front", "back"])).toEqual(DEFAULT_WEIGHTS);
    const tiny = { front: Number.MIN_VALUE, back: Number.MIN_VALUE };
    expect(normalizeWeights(tiny, ["front", "back"])).toEqual(DEFAULT_WEIGHTS);
  });
});

describe("fusion", () => {
  it("puts the front before the back and zeros where a view is missing", () => {
    const front = Float32Array.of(1, 2);
    const back = Float32Array.of(3, 4);
    expect(fuseDesign({ front, back }, 2)).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(fuseDesign({ back }, 2)).toEqual(Float32Array.of(0, 0, 3, 4));
    expect(fuseQuery({ front, back }, { front: 0.5, back: 0.25 }, 2)).toEqual(
      Float32Array.of(0.5, 1, 0.75, 1),
    );
  });

  it("makes the inner product the weighted sum of the shared views' cosines", () => {
    fc.assert(
      fc.property(embeddings, embeddings, weights, (query, design, given) => {
        const queryViews = Object.keys(query) as View[];
        fc.pre(queryViews.some((view) => given[view] > 0));
        const normal = normalizeWeights(given, queryViews);
        const fused = innerProduct(fuseQuery(query, normal, embeddingDim), fuseDesign(design, embeddingDim));
        let sum = 0;
        for (const view of queryViews) {
          const other = design[view];
          if (other) sum += normal[view] * innerProduct(query[view]!, other);
        }
        expect(fused).toBeCloseTo(sum, 6);

        const scored = scoreDesign({ embeddings: query, weights: normal }, design);
        const shared = sharedWeight(
          normal,
          queryViews.filter((view) => design[view]),
        );
        if (shared === 0) expect(scored).toBeNull();
        else expect(scored!.score * shared).toBeCloseTo(fused, 5);
      }),
    );
  });
});

describe("scoreDesign", () => {
  const x = Float32Array.of(1, 0);
  const y = Float32Array.of(0, 1);

  it("is the weighted sum of the cosines when both sides have both views", () => {
    const query = { embeddings: { front: x, back: x }, weights: { front: 0.25, back: 0.75 } };
    expect(scoreDesign(query, { front: x, back: y })).toEqual({ score: 0.25, views: { front: 1, back: 0 } });
  });

  it("scores on the shared view alone when the design or the query lacks one", () => {
    const pair = { embeddings: { front: x, back: x }, weights: { front: 0.25, back: 0.75 } };
    expect(scoreDesign(pair, { front: x })).toEqual({ score: 1, views: { front: 1 } });
    const single = { embeddings: { front: y }, weights: { front: 1, back: 0 } };
    expect(scoreDesign(single, { front: x, back: y })).toEqual({ score: 0, views: { front: 0 } });
  });

  it("cannot score without a shared view that weighs something", () => {
    const single = { embeddings: { front: x }, weights: { front: 1, back: 0 } };
    expect(scoreDesign(single, { back: x })).toBeNull();
    const weightless = { embeddings: { front: x, back: x }, weights: { front: 1, back: 0 } };
    expect(scoreDesign(weightless, { back: x })).toBeNull();
  });

  it("stays within [-1, 1] and is 1 for the design itself", () => {
    fc.assert(
      fc.property(embeddings, embeddings, weights, (query, design, given) => {
        const queryViews = Object.keys(query) as View[];
        fc.pre(queryViews.some((view) => given[view] > 0));
        const normal = normalizeWeights(given, queryViews);
        expect(scoreDesign({ embeddings: query, weights: normal }, query)!.score).toBeCloseTo(1, 6);
        const scored = scoreDesign({ embeddings: query, weights: normal }, design);
        if (scored) expect(Math.abs(scored.score)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("order", () => {
  it("puts higher scores first and equal ones by id", () => {
    const matches = [
      { id: "b", score: 0.5 },
      { id: "a", score: 0.5 },
      { id: "c", score: 0.9 },
      { id: "a", score: -1 },
    ];
    expect(matches.sort(compareMatches)).toEqual([
      { id: "c", score: 0.9 },
      { id: "a", score: 0.5 },
      { id: "b", score: 0.5 },
      { id: "a", score: -1 },
    ]);
  });

  it("orders ids as their UTF-8 bytes", () => {
    const id = fc.string({
      unit: fc.constantFrom("a", "b", "é", "紅", "\uff21", "\ue000", "\u{1f9e5}", "\u{10ffff}"),
    });
    fc.assert(
      fc.property(fc.oneof(id, fc.string({ unit: "grapheme" })), id, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareIds(a, b))).toBe(bytes);
      }),
    );
  });
});
