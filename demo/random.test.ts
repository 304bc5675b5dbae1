import { expect, test } from "vitest";
import { mixSeeds, Random } from "./random.js";

test("a seed gives the same numbers each time, another seed other ones", () => {
  const draw = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 20 }, () => random.next());
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test("the first numbers are those of mulberry32", () => {
  const random = new Random(1);
  expect([random.next(), random.next()].map((value) => value.toFixed(6))).toEqual(["0.627074", "0.002736"]);
});

test("helpers keep within their bounds and reach both ends", () => {
  const random = new Random(3);
  const integers = new Set(Array.from({ length: 200 }, () => random.integer(2, 5)));
  expect([...integers].sort()).toEqual([2, 3, 4, 5]);
  const picked = new Set(Array.from({ length: 200 }, () => random.pick(["a", "b", "c"])));
  expect([...picked].sort()).toEqual(["a", "b", "c"]);
  for (let i = 0; i < 200; i += 1) {
    const value = random.uniform(-1, 2);
    expect(value).toBeGreaterThanOrEqual(-1);
    expect(value).toBeLessThan(2);
  }
});

test("mixed seeds depend on every part and its place", () => {
  const mixed = [mixSeeds(1, 2), mixSeeds(2, 1), mixSeeds(1, 3), mixSeeds(1), mixSeeds(1, 2, 0)];
  expect(new Set(mixed).size).toBe(mixed.length);
});
