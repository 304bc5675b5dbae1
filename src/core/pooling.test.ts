import { describe, expect, it } from "vitest";
import { type FeatureMap, pool } from "./pooling.js";

/** 3 x 3 with the channels 1..9 and 10, 20..90. */
const map: FeatureMap = {
  data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90),
  channels: 2,
  height: 3,
  width: 3,
};
const pooled = (from: FeatureMap, grid: number) => [...pool(from, { kind: "average", grid })];

describe("average on a grid", () => {
  it("of one cell is the mean of each channel", () => {
    expect(pooled(map, 1)).toEqual([5, 50]);
  });

  it("of as many cells as places is the map, channels last", () => {
    expect(pooled(map, 3)).toEqual([1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, 7, 70, 8, 80, 9, 90]);
  });

  it("that does not divide the size lets neighbours share a row and a column", () => {
    // Cells of 2 x 2: [1 2 4 5], [2 3 5 6], [4 5 7 8], [5 6 8 9].
    expect(pooled(map, 2)).toEqual([3, 30, 4, 40, 6, 60, 7, 70]);
  });

  it("finer than the map repeats places", () => {
    const row: FeatureMap = { data: Float32Array.of(1, 3), channels: 1, height: 1, width: 2 };
    // Columns of four cells: the first, the first, the second, the second; of three: the middle one shares both.
    expect(pooled(row, 4)).toEqual([1, 1, 3, 3, 1, 1, 3, 3, 1, 1, 3, 3, 1, 1, 3, 3]);
    expect(pooled(row, 3)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });

  it("tells height from width", () => {
    const wide: FeatureMap = {
      data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      channels: 1,
      height: 2,
      width: 4,
    };
    expect(pooled(wide, 2)).toEqual([1.5, 3.5, 5.5, 7.5]);
  });

  it("leaves the map as it is, and reads a part of a larger array", () => {
    const batch = Float32Array.of(100, 100, 1, 2, 3, 4);
    const second: FeatureMap = { data: batch.subarray(2), channels: 1, height: 2, width: 2 };
    expect(pooled(second, 1)).toEqual([2.5]);
    expect([...batch]).toEqual([100, 100, 1, 2, 3, 4]);
  });
});

describe("generalised mean", () => {
  const gem = (from: FeatureMap, power: number) => [...pool(from, { kind: "gem", power })];

  it("of power 1 is the mean, and grows towards the maximum", () => {
    expect(gem(map, 1)).toEqual([5, 50]);
    const powers = [1, 2, 3, 6, 10].map((power) => gem(map, power)[0]!);
    expect(powers).toEqual(powers.toSorted((a, b) => a - b));
    expect(powers.every((value) => value < 9)).toBe(true);
  });

  it("of power 3 is the cube root of the mean cube", () => {
    const row: FeatureMap = {
      data: Float32Array.of(0, 0, 0, 2, 1, 1, 1, 1),
      channels: 2,
      height: 1,
      width: 4,
    };
    expect(gem(row, 3)[0]).toBeCloseTo(2 ** (1 / 3), 6);
    expect(gem(row, 3)[1]).toBeCloseTo(1, 6);
  });

  it("counts what is below zero as zero", () => {
    const row: FeatureMap = { data: Float32Array.of(-5, 3, -1, -1), channels: 2, height: 1, width: 2 };
    expect(gem(row, 2)[0]).toBeCloseTo(Math.sqrt(4.5), 6);
    expect(gem(row, 2)[1]).toBe(0);
  });
});
