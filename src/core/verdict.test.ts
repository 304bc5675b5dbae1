import { describe, expect, it } from "vitest";
import type { Aspect } from "./aspects.js";
import { evidenceOf, locateAspects } from "./closeness.js";
import type { PerView } from "./design.js";
import { type Embedding, normalizeL2 } from "./embedding.js";
import type { CatalogSample } from "./ports.js";
import type { Weights } from "./query.js";
import { createRandom } from "./random.js";
import { createJudge, type VerdictModel } from "./verdict.js";

const aspects: Aspect[] = [
  { name: "overall", dim: 8 },
  { name: "detail", dim: 4 },
];
const both = { front: 0.5, back: 0.5 };

/** Aspects of the same length, behind one another. */
function embedding(overall: readonly number[], detail: readonly number[]): Embedding {
  const parts = [overall, detail].map((part) => [...normalizeL2(Float32Array.from(part))]);
  return Float32Array.from(parts.flat().map((value) => value / Math.SQRT2));
}

const model: VerdictModel = {
  aspects: ["overall", "detail"],
  // Sameness is the least detail; closeness the mean overall.
  same: { bias: 0, weights: [0, 0, 0, 1], threshold: 2 },
  close: { bias: 0, weights: [1, 0, 0, 0] },
  expected: { variant: 0.01, related: 0.5 },
  reference: { quantiles: [-0.7, 0, 0.5], scale: 0.1 },
};

const random = createRandom(3);
const noise = (count: number) => Array.from({ length: count }, () => random() - 0.5);
const designs = Array.from(
  { length: 400 },
  (): PerView<Embedding> => ({
    front: embedding(noise(8), noise(4)),
    back: embedding(noise(8), noise(4)),
  }),
);
const sample = { designs: 400, embeddings: designs.slice(0, 200) };

describe("evidence", () => {
  const [a, b] = [
    embedding([1, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0]),
    embedding([0, 1, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0]),
  ];
  const near = (cosine: number) => expect.closeTo(-Math.log(1.02 - cosine), 5);

  const layout = locateAspects(aspects, ["overall", "detail"]);
  const front = { front: 1, back: 0 };

  it("is the weighted mean and the least of the views, for each aspect", () => {
    const weights = { front: 0.75, back: 0.25 };
    const pair = evidenceOf({ front: a, back: a }, { front: a, back: b }, weights, layout);
    expect(pair).toEqual([near(0.75), near(1), near(0), near(1)]);
    const detail = locateAspects(aspects, ["detail"]);
    expect(evidenceOf({ front: a, back: a }, { front: b, back: b }, both, detail)).toEqual([
      near(1),
      near(1),
    ]);
  });

  it("is of the views that both have and that weigh anything", () => {
    const alike = [near(1), near(1), near(1), near(1)];
    expect(evidenceOf({ front: a }, { front: a, back: b }, both, layout)).toEqual(alike);
    expect(evidenceOf({ front: a, back: a }, { front: a, back: b }, front, layout)).toEqual(alike);
    expect(evidenceOf({ front: a }, { back: a }, both, layout)).toBeNull();
    expect(evidenceOf({ front: a, back: a }, { back: a }, front, layout)).toBeNull();
  });

  it("is of aspects that there are", () => {
    expect(() => locateAspects(aspects, ["colour"])).toThrow('There is no aspect "colour".');
  });
});

describe("a judge", () => {
  const judgeAll = createJudge(aspects, model);
  const judge = async (
    query: PerView<Embedding>,
    design: PerView<Embedding>,
    weights: Weights,
    catalog: CatalogSample,
  ) => (await judgeAll(query, [design], weights, catalog))[0]!;
  const query = designs[300]!;
  const [front, back] = [query.front!, query.back!];
  /** As the query overall, `share` of another design in detail. */
  const altered = (share: number): PerView<Embedding> => {
    const detail = Array.from(front.subarray(8), (value, i) => value + share * designs[7]!.front![8 + i]!);
    return { front: embedding([...front.subarray(0, 8)], detail), back };
  };

  it("calls a design the same, with changed details a variant, and a stranger nothing close", async () => {
    expect(await judge(query, query, both, sample)).toMatchObject({ verdict: "same" });
    expect(await judge(query, altered(3), both, sample)).toMatchObject({ verdict: "variant" });
    expect(await judge(query, designs[301]!, both, sample)).toMatchObject({ verdict: "nothing close" });
  });

  it("tells the share of unrelated designs that come less close", async () => {
    const percentiles = (
      await Promise.all(designs.slice(0, 200).map((design) => judge(query, design, both, sample)))
    ).map(({ percentile }) => percentile!);
    expect(Math.min(...percentiles)).toBeGreaterThanOrEqual(0);
    expect(percentiles.filter((value) => value > 50).length / 200).toBeGreaterThan(0.35);
    expect(percentiles.filter((value) => value > 50).length / 200).toBeLessThan(0.65);
    expect((await judge(query, query, both, sample)).percentile).toBeGreaterThan(99.9);
  });

  it("is harder to please where unrelated designs come close to one another", async () => {
    const twins = designs.slice(0, 200).map(({ front: own }, i): PerView<Embedding> => {
      const overall = Array.from(front.subarray(0, 8), (value, at) => value + 0.02 * own![at]!);
      return { front: embedding(overall, noise(4)), back: embedding(overall, [i, 1, 0, 0]) };
    });
    const design = { front: embedding([...front.subarray(0, 7), front[7]! + 0.2], noise(4)), back };
    expect((await judge(query, design, both, sample)).verdict).toBe("variant");
    expect((await judge(query, design, both, { designs: 400, embeddings: twins })).verdict).toBe(
      "nothing close",
    );
  });

  it("goes by the model's reference in a small catalog, where fewer are expected", async () => {
    const small = { designs: 20, embeddings: designs.slice(0, 20) };
    expect((await judge(query, query, both, small)).verdict).toBe("same");
    expect(
      (await judge(query, designs[301]!, both, { designs: 0, embeddings: [] })).percentile,
    ).toBeGreaterThan(0);
  });

  it("holds a match against unrelated designs by the views that were compared", async () => {
    const someOneSided = designs
      .slice(0, 200)
      .map((design, i) => (i < 100 ? design : { front: design.front! }));
    const mixed = { designs: 400, embeddings: someOneSided };
    const fronts = designs.slice(0, 200).map((design) => ({ front: design.front! }));
    const oneSided = { front: designs[301]!.front! };
    // As a search by the front alone has it, whatever else the query brings.
    const byFront = await judge({ front }, oneSided, both, { designs: 400, embeddings: fronts });
    expect(await judge(query, oneSided, both, mixed)).toEqual(byFront);
    const twoSided = { designs: 400, embeddings: designs.slice(0, 100) };
    const byBoth = await judge(query, designs[301]!, both, mixed);
    expect(byBoth.percentile).toBe((await judge(query, designs[301]!, both, twoSided)).percentile);
  });

  it("goes by the model's reference where too few designs have what was compared", async () => {
    const embeddings = designs.slice(0, 200).map((design, i) => (i < 5 ? design : { front: design.front! }));
    const stranger = { back: designs[301]!.back! };
    const small = { designs: 20, embeddings: designs.slice(0, 20) };
    const byBack = await judge({ back }, stranger, both, { designs: 400, embeddings });
    expect(byBack.percentile).toBe((await judge({ back }, stranger, both, small)).percentile);
  });

  it("expects as many unrelated designs as have what was compared", async () => {
    const embeddings = designs.slice(0, 200).map((design, i) => (i % 40 ? { front: design.front! } : design));
    const all = { designs: 400, embeddings: designs.slice(0, 20) };
    const strangers = designs.slice(200, 300).map((design) => ({ back: design.back! }));
    const judged = await judgeAll({ back }, strangers, both, all);
    // Closer than 97 to 99 % of the unrelated: of 400 designs some are expected to be, of the twelve that have a back none is.
    const near = strangers[judged.findIndex(({ percentile }) => percentile! > 97 && percentile! < 99)]!;
    expect((await judge({ back }, near, both, all)).verdict).toBe("nothing close");
    expect((await judge({ back }, near, both, { designs: 400, embeddings })).verdict).toBe("related");
  });

  it("says nothing of what cannot be compared", async () => {
    const unknown = { verdict: null, percentile: null };
    expect(await judge({ front }, { back }, both, sample)).toEqual(unknown);
  });
});
