import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { innerProduct } from "./embedding.js";
import { hashedEmbedding, hashFeatures } from "./feature-hashing.js";

const numbers = (length: number) =>
  fc
    .array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length })
    .map(Float32Array.from.bind(Float32Array));

describe("hashFeatures", () => {
  it("gives the values that every catalog so far was made with", () => {
    // Worked out by another implementation of MurmurHash3's finaliser.
    const vector = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect([...hashFeatures(vector, 4, 1)]).toEqual([-10, 0, 4, 0]);
    expect([...hashFeatures(vector, 4, 2)]).toEqual([-8, 0, 9, 5]);
  });

  it("moves every component to one place, with a sign", () => {
    for (let i = 0; i < 50; i++) {
      const unit = new Float32Array(50);
      unit[i] = 3;
      const hashed = hashFeatures(unit, 16, 7);
      expect([...hashed].map(Math.abs).toSorted()).toEqual([...new Array(15).fill(0), 3]);
    }
  });

  it("is linear", () => {
    const property = fc.property(numbers(40), numbers(40), (a, b) => {
      const sum = hashFeatures(
        a.map((value, i) => value + 2 * b[i]!),
        8,
        1,
      );
      const [hashedA, hashedB] = [hashFeatures(a, 8, 1), hashFeatures(b, 8, 1)];
      expect([...sum]).toEqual([...hashedA].map((value, i) => value + 2 * hashedB[i]!));
    });
    fc.assert(property, { seed: 30 });
  });

  it("spreads components evenly over places and signs", () => {
    const counts = new Array(16).fill(0);
    let positive = 0;
    for (let i = 0; i < 4096; i++) {
      const unit = new Float32Array(4096);
      unit[i] = 1;
      const hashed = hashFeatures(unit, 16, 1);
      const place = hashed.findIndex((value) => value !== 0);
      counts[place]++;
      if (hashed[place]! > 0) positive++;
    }
    // 256 and 2,048 expected; five standard deviations are 78 and 160.
    expect(Math.min(...counts)).toBeGreaterThan(256 - 78);
    expect(Math.max(...counts)).toBeLessThan(256 + 78);
    expect(Math.abs(positive - 2048)).toBeLessThan(160);
  });

  it("keeps inner products on the average over seeds, as far off as 1/sqrt(dim) says", () => {
    const length = 2000;
    const a = Float32Array.from({ length }, (_, i) => Math.sin(i) / Math.sqrt(length / 2));
    const b = Float32Array.from({ length }, (_, i) => (Math.sin(i) + Math.cos(3 * i)) / Math.sqrt(length));
    const exact = innerProduct(a, b);
    const seeds = Array.from({ length: 300 }, (_, i) => i * 7919);
    const errors = seeds.map(
      (seed) => innerProduct(hashFeatures(a, 64, seed), hashFeatures(b, 64, seed)) - exact,
    );
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(exact).toBeGreaterThan(0.6);
    // A deviation of at most sqrt(2 / 64) = 0.18 for one seed is 0.01 for the mean of 300.
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(deviation).toBeLessThan(0.18);
  });

  it("differs from seed to seed", () => {
    const vector = Float32Array.from({ length: 100 }, (_, i) => i);
    expect(hashFeatures(vector, 32, 1)).not.toEqual(hashFeatures(vector, 32, 2));
  });
});

describe("hashedEmbedding", () => {
  const recipe = { seed: 1, embeddingDim: 16 };
  const first = Float32Array.of(3, 4);
  const second = Float32Array.of(0, 5, 0, 5);

  it("normalises the parts, puts them behind one another, hashes and normalises", () => {
    const half = Math.SQRT1_2;
    const hashed = hashFeatures(Float32Array.of(0.6, 0.8, 0, half, 0, half), 16, 1);
    const length = Math.sqrt(innerProduct(hashed, hashed));
    const embedding = hashedEmbedding([first, second], recipe);
    expect(embedding).toHaveLength(16);
    for (const [i, value] of hashed.entries()) expect(embedding[i]).toBeCloseTo(value / length, 5);
    expect(innerProduct(embedding, embedding)).toBeCloseTo(1, 6);
  });

  it("weighs every part the same, however large its values are, and leaves them as they are", () => {
    const louder = second.map((value) => value * 1024);
    expect(hashedEmbedding([first, louder], recipe)).toEqual(hashedEmbedding([first, second], recipe));
    expect([...first, ...second]).toEqual([3, 4, 0, 5, 0, 5]);
  });

  it("of parts that are zero everywhere is zero", () => {
    expect([...hashedEmbedding([new Float32Array(2), new Float32Array(4)], recipe)]).toEqual(
      new Array(16).fill(0),
    );
  });
});
