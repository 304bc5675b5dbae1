import { describe as about, expect, it } from "vitest";
import { type DescriptorRecipe, describe } from "./descriptor.js";
import { innerProduct } from "./embedding.js";
import type { FeatureMap } from "./pooling.js";
import { hashFeatures } from "./projection.js";

const first: FeatureMap = { data: Float32Array.of(3, 3, 4, 4), channels: 2, height: 1, width: 2 };
const second: FeatureMap = { data: Float32Array.of(0, 5, 0, 5), channels: 1, height: 2, width: 2 };
const recipe: DescriptorRecipe = {
  poolings: [
    { kind: "gem", power: 3 },
    { kind: "average", grid: 2 },
  ],
  seed: 1,
  embeddingDim: 16,
};

about("describe", () => {
  it("pools, normalises and puts the parts behind one another, then hashes and normalises", () => {
    const half = Math.SQRT1_2;
    const concatenated = Float32Array.of(0.6, 0.8, 0, half, 0, half);
    const hashed = hashFeatures(concatenated, 16, 1);
    const length = Math.sqrt(innerProduct(hashed, hashed));
    const embedding = describe([first, second], recipe);
    expect(embedding).toHaveLength(16);
    for (const [i, value] of hashed.entries()) expect(embedding[i]).toBeCloseTo(value / length, 5);
  });

  it("has the length 1", () => {
    const embedding = describe([first, second], recipe);
    expect(innerProduct(embedding, embedding)).toBeCloseTo(1, 6);
  });

  it("weighs every part the same, however large its values are", () => {
    const louder = { ...second, data: second.data.map((value) => value * 1024) };
    expect(describe([first, louder], recipe)).toEqual(describe([first, second], recipe));
  });

  it("of maps that are zero everywhere is zero", () => {
    const silent = [first, second].map((map) => ({ ...map, data: new Float32Array(4) }));
    expect([...describe(silent, recipe)]).toEqual(new Array(16).fill(0));
  });

  it("leaves the maps as they are", () => {
    describe([first, second], recipe);
    expect([...first.data, ...second.data]).toEqual([3, 3, 4, 4, 0, 5, 0, 5]);
  });
});
