import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Grades, METRIC_NAMES, measureRanking, ndcgAt, recallAt } from "./metrics.js";

const grades = (entries: Record<string, number>): Grades => new Map(Object.entries(entries));
const discount = (rank: number) => 1 / Math.log2(rank + 1);
/** Irrelevant designs. */
const others = (count: number) => Array.from({ length: count }, (_, i) => `other${i}`);

describe("by hand", () => {
  test.each<[string, string[], Record<string, number>, Record<string, number>]>([
    [
      "the only relevant design first",
      ["a", "x", "y"],
      { a: 1 },
      { recallAt1: 1, recallAt5: 1, recallAt20: 1, mrr: 1, map: 1, ndcgAt20: 1 },
    ],
    [
      "the only relevant design third",
      ["x", "y", "a"],
      { a: 1 },
      // 1 / log2(4) = 1/2 against the ideal 1.
      { recallAt1: 0, recallAt5: 1, recallAt20: 1, mrr: 1 / 3, map: 1 / 3, ndcgAt20: 0.5 },
    ],
    [
      "several relevant, at the ranks 1, 3 and 6",
      ["a", "x", "b", "y", "z", "c"],
      { a: 1, b: 1, c: 1 },
      {
        recallAt1: 1,
        recallAt5: 1,
        recallAt20: 1,
        mrr: 1,
        map: (1 / 1 + 2 / 3 + 3 / 6) / 3,
        ndcgAt20: (1 + 0.5 + discount(6)) / (1 + discount(2) + 0.5),
      },
    ],
    [
      "grades, the lower one first",
      ["b", "a"],
      { a: 3, b: 1 },
      // Gains 7 and 1.
      {
        recallAt1: 1,
        recallAt5: 1,
        recallAt20: 1,
        mrr: 1,
        map: 1,
        ndcgAt20: (1 + 7 * discount(2)) / (7 + 1 * discount(2)),
      },
    ],
    [
      "none found",
      ["x", "y"],
      { a: 1 },
      { recallAt1: 0, recallAt5: 0, recallAt20: 0, mrr: 0, map: 0, ndcgAt20: 0 },
    ],
    [
      "an empty ranking",
      [],
      { a: 2 },
      { recallAt1: 0, recallAt5: 0, recallAt20: 0, mrr: 0, map: 0, ndcgAt20: 0 },
    ],
    [
      "one found, one that the catalog lacks",
      ["a", "x"],
      { a: 1, gone: 1 },
      { recallAt1: 1, recallAt5: 1, recallAt20: 1, mrr: 1, map: 0.5, ndcgAt20: 1 / (1 + discount(2)) },
    ],
    [
      "the worked example of docs/evaluation.md",
      ["x", "b", "y", "a"],
      { a: 3, b: 1, c: 2 },
      {
        recallAt1: 0,
        recallAt5: 1,
        recallAt20: 1,
        mrr: 1 / 2,
        map: (1 / 2 + 2 / 4 + 0) / 3,
        ndcgAt20: (discount(2) + 7 * discount(4)) / (7 + 3 * discount(2) + 0.5),
      },
    ],
    [
      "the only relevant design at rank 21",
      [...others(20), "a"],
      { a: 1 },
      { recallAt1: 0, recallAt5: 0, recallAt20: 0, mrr: 1 / 21, map: 1 / 21, ndcgAt20: 0 },
    ],
    [
      "more relevant designs than the 20 that count, all first",
      others(25),
      Object.fromEntries(others(25).map((id) => [id, 1])),
      { recallAt1: 1, recallAt5: 1, recallAt20: 1, mrr: 1, map: 1, ndcgAt20: 1 },
    ],
  ])("%s", (_, ranking, relevant, expected) => {
    const measured = measureRanking(ranking, grades(relevant));
    expect(Object.keys(measured)).toEqual(METRIC_NAMES);
    for (const name of METRIC_NAMES) expect(measured[name], name).toBeCloseTo(expected[name]!, 12);
  });

  test("grades in the order 3, 2, 3, 0, 1, 2 have nDCG@6 0.949", () => {
    // Their gains are 7, 3, 7, 0, 1, 3; those of the ideal 7, 7, 3, 3, 1.
    const dcg = 7 + 3 * discount(2) + 7 * 0.5 + 1 * discount(5) + 3 * discount(6);
    const ideal = 7 + 7 * discount(2) + 3 * 0.5 + 3 * discount(4) + 1 * discount(5);
    const ndcg = ndcgAt(6, ["a", "b", "c", "d", "e", "f"], grades({ a: 3, b: 2, c: 3, e: 1, f: 2 }));
    expect(ndcg).toBeCloseTo(dcg / ideal, 12);
    expect(ndcg).toBeCloseTo(0.949, 3);
  });

  test("a query without a relevant design cannot be measured", () => {
    expect(() => measureRanking(["a"], grades({}))).toThrow(RangeError);
  });
});

describe("for every ranking", () => {
  const judged = fc
    .record({
      ranking: fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 60 }),
      relevant: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 1, max: 4 })), {
        minLength: 1,
        maxLength: 30,
        selector: ([id]) => id,
      }),
    })
    .map(({ ranking, relevant }) => ({
      ranking: ranking.map(String),
      relevant: new Map(relevant.map(([id, grade]) => [String(id), grade])),
    }));

  test("each metric is in [0, 1]", () => {
    fc.assert(
      fc.property(judged, ({ ranking, relevant }) => {
        for (const value of Object.values(measureRanking(ranking, relevant))) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("recall grows with k; a relevant design is first, or found at all, by every metric alike", () => {
    fc.assert(
      fc.property(judged, ({ ranking, relevant }) => {
        const recalls = [1, 2, 5, 20, 60].map((k) => recallAt(k, ranking, relevant));
        expect(recalls).toEqual(recalls.toSorted((a, b) => a - b));
        const { mrr, map, recallAt1 } = measureRanking(ranking, relevant);
        expect(mrr === 1).toBe(recallAt1 === 1);
        expect(mrr > 0).toBe(map > 0);
      }),
    );
  });

  test("all relevant designs first, by falling grade, is perfect", () => {
    fc.assert(
      fc.property(judged, ({ ranking, relevant }) => {
        const best = [...relevant].sort((a, b) => b[1] - a[1]).map(([id]) => id);
        const perfect = [...best, ...ranking.filter((id) => !relevant.has(id))];
        for (const value of Object.values(measureRanking(perfect, relevant))) expect(value).toBe(1);
      }),
    );
  });

  test("to move a relevant design up past an irrelevant one never makes a metric worse", () => {
    fc.assert(
      fc.property(judged, fc.nat(), ({ ranking, relevant }, at) => {
        const upper = at % Math.max(1, ranking.length - 1);
        const [above, below] = [ranking[upper], ranking[upper + 1]];
        fc.pre(above !== undefined && below !== undefined && !relevant.has(above) && relevant.has(below));
        const moved = ranking.with(upper, below!).with(upper + 1, above!);
        const [before, after] = [measureRanking(ranking, relevant), measureRanking(moved, relevant)];
        for (const name of METRIC_NAMES) expect(after[name]).toBeGreaterThanOrEqual(before[name]);
        expect(after.map).toBeGreaterThan(before.map);
      }),
    );
  });
});
