import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { PackOutput } from "../models/manifest.js";
import { type FeatureMapSize, pooledName, poolingGraph } from "./pooling.js";

interface FeatureMap extends FeatureMapSize {
  /** `[batch, channels, height, width]` */
  readonly data: readonly number[];
}

/** 3 x 3 with the channels 1..9 and 10, 20..90. */
const map: FeatureMap = {
  data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90],
  channels: 2,
  height: 3,
  width: 3,
};

/** The pooled vectors of the batch behind one another. */
async function pool(from: FeatureMap, pooling: PackOutput["pooling"]): Promise<number[]> {
  const { data, channels, height, width } = from;
  const session = await InferenceSession.create(poolingGraph([{ name: "map", pooling }], [from]));
  const batch = data.length / (channels * height * width);
  const tensor = new Tensor("float32", Float32Array.from(data), [batch, channels, height, width]);
  const pooled = (await session.run({ map: tensor }))[pooledName("map")]!;
  expect(pooled.dims).toEqual([batch, pooled.size / batch]);
  return [...(pooled.data as Float32Array)];
}

const single = (height: number, width: number, data: readonly number[]) => ({
  data,
  channels: 1,
  height,
  width,
});

describe("average on a grid", () => {
  it.each<[string, FeatureMap, number, number[]]>([
    ["of one cell is the mean of each channel", map, 1, [5, 50]],
    [
      "of as many cells as places is the map, channels last",
      map,
      3,
      [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, 7, 70, 8, 80, 9, 90],
    ],
    // Cells of 2 x 2: [1 2 4 5], [2 3 5 6], [4 5 7 8], [5 6 8 9].
    [
      "that does not divide the size lets neighbours share a row and a column",
      map,
      2,
      [3, 30, 4, 40, 6, 60, 7, 70],
    ],
    // Columns of four cells: the first, the first, the second, the second; of three: the middle one shares both.
    [
      "finer than the map repeats places",
      single(1, 2, [1, 3]),
      4,
      [1, 1, 3, 3, 1, 1, 3, 3, 1, 1, 3, 3, 1, 1, 3, 3],
    ],
    ["a little finer than the map shares places", single(1, 2, [1, 3]), 3, [1, 2, 3, 1, 2, 3, 1, 2, 3]],
    ["tells height from width", single(2, 4, [1, 2, 3, 4, 5, 6, 7, 8]), 2, [1.5, 3.5, 5.5, 7.5]],
    ["keeps the pictures of a batch apart", single(1, 2, [1, 3, 10, 30]), 1, [2, 20]],
  ])("%s", async (_, from, grid, expected) => {
    const pooled = await pool(from, { kind: "average", grid });
    expect(pooled).toHaveLength(expected.length);
    for (const [i, value] of pooled.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });
});

describe("generalised mean", () => {
  const gem = (from: FeatureMap, power: number) => pool(from, { kind: "gem", power });

  it("of power 1 is the mean, and grows towards the maximum", async () => {
    expect(await gem(map, 1)).toEqual([5, 50]);
    const powers = await Promise.all([1, 2, 3, 6, 10].map(async (power) => (await gem(map, power))[0]!));
    expect(powers).toEqual(powers.toSorted((a, b) => a - b));
    expect(powers.every((value) => value < 9)).toBe(true);
  });

  it("of power 3 is the cube root of the mean cube", async () => {
    const row: FeatureMap = { data: [0, 0, 0, 2, 1, 1, 1, 1], channels: 2, height: 1, width: 4 };
    const [first, second] = await gem(row, 3);
    expect(first).toBeCloseTo(2 ** (1 / 3), 6);
    expect(second).toBeCloseTo(1, 6);
  });

  it("counts what is below zero as zero", async () => {
    const row: FeatureMap = { data: [-5, 3, -1, -1], channels: 2, height: 1, width: 2 };
    const [first, second] = await gem(row, 2);
    expect(first).toBeCloseTo(Math.sqrt(4.5), 6);
    expect(second).toBe(0);
  });
});
