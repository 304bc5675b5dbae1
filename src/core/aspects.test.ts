import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultAspects, normalizeAspects, parseAspects, weighAspects } from "./aspects.js";
import { innerProduct, normalizeL2 } from "./embedding.js";

const aspects = [
  { name: "overall", dim: 3 },
  { name: "detail", dim: 2 },
  { name: "shape", dim: 2 },
];

/** An embedding of the three aspects, each of the length 1 / sqrt(3), and the unit vectors it is made of. */
const embeddings = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 7, maxLength: 7 }).map((numbers) => {
  const units = [numbers.slice(0, 3), numbers.slice(3, 5), numbers.slice(5)].map((part) =>
    normalizeL2(Float32Array.from(part)),
  );
  const whole = Float32Array.from(units.flatMap((unit) => [...unit].map((value) => value / Math.sqrt(3))));
  return { units, whole };
});

describe("weighAspects", () => {
  it("makes the inner product with a stored embedding the weighted sum of the aspects' cosines", () => {
    const weight = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(embeddings, embeddings, fc.tuple(weight, weight, weight), (query, design, given) => {
        fc.pre(given.some((each) => each > 0));
        const [overall, detail, shape] = given;
        const weights = normalizeAspects({ overall, detail, shape }, aspects);
        const sum = overall + detail + shape;
        const expected = query.units.reduce(
          (total, unit, i) => total + (given[i]! / sum) * innerProduct(unit, design.units[i]!),
          0,
        );
        expect(innerProduct(weighAspects(query.whole, weights, aspects), design.whole)).toBeCloseTo(
          expected,
          5,
        );
      }),
    );
  });

  it("leaves the embedding as it is", () => {
    const embedding = Float32Array.of(1, 2, 3, 4, 5, 6, 7);
    weighAspects(embedding, { overall: 0, detail: 1, shape: 0 }, aspects);
    expect([...embedding]).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("changes nothing where there is one aspect", () => {
    const one = [{ name: "overall", dim: 3 }];
    const embedding = Float32Array.of(0.25, 0.5, 0.125);
    expect(weighAspects(embedding, normalizeAspects(defaultAspects(one), one), one)).toEqual(embedding);
  });
});

describe("normalizeAspects", () => {
  it("scales to the sum 1 and names every aspect", () => {
    expect(normalizeAspects({ detail: 3, shape: 1 }, aspects)).toEqual({
      overall: 0,
      detail: 0.75,
      shape: 0.25,
    });
    expect(normalizeAspects({ shape: 1e308, detail: 1e308 }, aspects)).toEqual({
      overall: 0,
      detail: 0.5,
      shape: 0.5,
    });
  });

  it.each([
    [{ colour: 1 }, 'The model has no aspect "colour"; it has overall, detail, shape.'],
    [{ detail: -1 }, 'The weight of the aspect "detail" is a number from 0 up; received -1.'],
    [{ detail: Number.NaN }, 'The weight of the aspect "detail" is a number from 0 up; received NaN.'],
    [{ detail: 0 }, "A search must look at something: the weights of its aspects are all 0."],
    [{}, "A search must look at something: the weights of its aspects are all 0."],
  ])("refuses %j", (weights, message) => {
    expect(() => normalizeAspects(weights, aspects)).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST", message }),
    );
  });
});

describe("parseAspects", () => {
  it("reads names and weights", () => {
    expect(parseAspects("detail=0.8, shape=.2")).toEqual({ detail: 0.8, shape: 0.2 });
    expect(parseAspects("overall=1")).toEqual({ overall: 1 });
  });

  it.each(["", "detail", "detail=", "detail=-1", "detail=1,detail=2", "detail=1e999", "=1", "detail=1,"])(
    "refuses %j",
    (text) => {
      expect(() => parseAspects(text)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
    },
  );
});
