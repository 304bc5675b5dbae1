import { describe, expect, it } from "vitest";
import { createBackground, tailOf } from "./background.js";
import { createRandom } from "./random.js";

describe("the background", () => {
  const values = Array.from({ length: 10_001 }, (_, i) => i / 10_000);
  const background = createBackground(values);

  it("tells the share of the values that reach one", () => {
    for (const value of [0.001, 0.1, 0.25, 0.5, 0.9, 0.97]) {
      expect(tailOf(background, value)).toBeCloseTo(1 - value, 3);
    }
    expect(tailOf(background, -5)).toBe(1);
  });

  it("falls exponentially beyond what it has seen, at the rate of the values' own tail", () => {
    const random = createRandom(5);
    const exponential = createBackground(Array.from({ length: 20_000 }, () => -Math.log(1 - random())));
    // The tail of an exponential distribution of mean 1 is exp(-x).
    for (const value of [4, 5, 6, 7, 9]) {
      expect(Math.log(tailOf(exponential, value)) / -value).toBeCloseTo(1, 1);
    }
  });

  it("is not moved by a few values far out", () => {
    const disturbed = createBackground([...values, ...Array<number>(50).fill(40)]);
    expect(tailOf(disturbed, 1.1)).toBeLessThan(3 * tailOf(background, 1.1));
  });

  it("takes values that are all alike", () => {
    const same = createBackground([2, 2, 2]);
    expect(tailOf(same, 1)).toBe(1);
    expect(tailOf(same, 2.1)).toBeLessThan(1e-9);
  });
});
