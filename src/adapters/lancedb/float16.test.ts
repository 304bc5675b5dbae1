import { describe, expect, it } from "vitest";
import { fromFloat16, toFloat16 } from "./float16.js";

describe("half precision", () => {
  it("has the bits of IEEE 754", () => {
    // Sign, five bits of exponent with the bias 15, ten of the fraction; the last is the smallest number above 0.
    const known: [number, number][] = [
      [0, 0x0000],
      [1, 0x3c00],
      [-2, 0xc000],
      [0.5, 0x3800],
      [65504, 0x7bff],
      [2 ** -14, 0x0400],
      [2 ** -24, 0x0001],
    ];
    const values = Float32Array.from(known, ([value]) => value);
    expect([...toFloat16(values)]).toEqual(known.map(([, bits]) => bits));
    expect([...fromFloat16(toFloat16(values))]).toEqual([...values]);
  });

  it("rounds to the nearest, ties to even, and what is far too small to 0", () => {
    const steps = [1 + 2 ** -12, 1 + 3 * 2 ** -12, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -26, 1e-7];
    expect([...fromFloat16(toFloat16(Float32Array.from(steps)))]).toEqual([
      1,
      1 + 2 ** -10,
      1,
      1 + 2 ** -9,
      0,
      2 ** -23,
    ]);
  });

  it("moves no number of an embedding by more than a part in 2,048", () => {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => Math.sin(i) / 50);
    for (const [i, value] of fromFloat16(toFloat16(values)).entries()) {
      expect(Math.abs(value - values[i]!)).toBeLessThanOrEqual(
        Math.max(Math.abs(values[i]!) / 2048, 2 ** -25),
      );
    }
  });
});
