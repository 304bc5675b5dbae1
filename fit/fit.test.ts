import { Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { RandomNumbers } from "../test/fixtures/random-numbers.js";
import { type Domain, fitAspect, fitReduction } from "./fit.js";
import { meanOf, scatter } from "./scatter.js";

const vectors = [
  [1, 0],
  [3, 0],
  [0, 5],
  [0, 9],
].map((numbers) => Float32Array.from(numbers));

describe("scatter", () => {
  it("about the mean, with the trace 1", () => {
    expect([...meanOf(vectors)]).toEqual([1, 3.5]);
    // Sums of squares 6 and 57, of products -14.
    const about = scatter(vectors);
    expect(about.get(0, 0)).toBeCloseTo(6 / 63, 12);
    expect(about.get(1, 1)).toBeCloseTo(57 / 63, 12);
    expect(about.get(0, 1)).toBeCloseTo(-14 / 63, 12);
    expect(about.get(1, 0)).toBeCloseTo(-14 / 63, 12);
  });

  it("about the means of groups", () => {
    // Within the groups the sums of squares are 2 and 8, of products 0.
    const within = scatter(vectors, ["a", "a", "b", "b"]);
    expect(within.to2DArray()).toEqual([
      [0.2, 0],
      [0, 0.8],
    ]);
  });
});

/** Subjects that differ along one axis, seen in ways that differ much more along another. */
function domain(seed: number): Domain {
  const random = new RandomNumbers(seed);
  const seen = Array.from({ length: 200 }, (_, i) => {
    const [subject, way, noise] = [(i % 20) - 9.5, ...random.reals(2)] as [number, number, number];
    return Float32Array.of(way * 40, subject, noise * 0.1, 0);
  });
  return { vectors: seen, groups: seen.map((_, i) => String(i % 20)) };
}

describe("fitReduction", () => {
  it("keeps the directions of most variance, around the mean of the domains' means", () => {
    const domains = [domain(1).vectors, domain(2).vectors.map((vector) => vector.map((value) => value + 10))];
    const { mean, directions } = fitReduction(domains, 2);
    expect([directions.rows, directions.columns]).toEqual([4, 2]);
    expect(Math.abs(directions.get(0, 0))).toBeGreaterThan(0.99);
    expect(Math.abs(directions.get(1, 1))).toBeGreaterThan(0.99);
    expect(mean[3]).toBeCloseTo(5, 5);
  });
});

describe("fitAspect", () => {
  const kinds = [domain(1).vectors, domain(2).vectors];
  const overlooked = (share: number) => [
    { ...domain(1), share: 1 - share },
    { ...domain(2), share },
  ];

  it("overlooks what differs within a subject and looks at what tells subjects apart", () => {
    const options = { dim: 1, shrinkage: 0.001 };
    const { directions, offset, name } = fitAspect("shape", ["layer"], overlooked(0.5), kinds, options);
    expect(name).toBe("shape");
    const [way, subject] = directions.getColumn(0) as [number, number];
    expect(Math.abs(subject)).toBeGreaterThan(50 * Math.abs(way));
    // The mean of what was fitted comes to lie at zero.
    const mean = meanOf([...domain(1).vectors, ...domain(2).vectors]);
    const projected =
      Matrix.rowVector([...mean])
        .mmul(directions)
        .get(0, 0) + offset[0]!;
    expect(projected).toBeCloseTo(0, 4);
  });

  it("is the same every time", () => {
    const options = { dim: 2, shrinkage: 0.1 };
    const [first, second] = [1, 2].map(() => fitAspect("a", ["layer"], overlooked(0.3), kinds, options));
    expect(first).toEqual(second);
  });
});
