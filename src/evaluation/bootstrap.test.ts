import { expect, test } from "vitest";
import { bootstrapIntervals } from "./bootstrap.js";

const samplesOf = (hits: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ hit: i < hits ? 1 : 0, miss: i < hits ? 0 : 1 }));

test("a share's interval is near the normal one of its binomial distribution", () => {
  // 80 of 100: standard error sqrt(0.8 * 0.2 / 100) = 0.04, so 0.8 -+ 1.96 * 0.04.
  const { hit } = bootstrapIntervals(["hit"], samplesOf(80, 100));
  expect(hit[0]).toBeCloseTo(0.7216, 1);
  expect(hit[1]).toBeCloseTo(0.8784, 1);
  expect(Math.abs(hit[0] - 0.7216)).toBeLessThan(0.02);
  expect(Math.abs(hit[1] - 0.8784)).toBeLessThan(0.02);
});

test("more queries make it narrower", () => {
  const width = (count: number) => {
    const { hit } = bootstrapIntervals(["hit"], samplesOf(count / 2, count));
    return hit[1] - hit[0];
  };
  expect(width(400)).toBeLessThan(width(100));
  expect(width(100) / width(400)).toBeCloseTo(2, 0);
});

test("every metric is resampled alike, and every run gives the same", () => {
  const { hit, miss } = bootstrapIntervals(["hit", "miss"], samplesOf(70, 100));
  expect(bootstrapIntervals(["miss"], samplesOf(70, 100)).miss).toEqual(miss);
  // The resampled means of complements are complements. Of 1,000 the 25th and the 975th are not mirror images.
  expect(Math.abs(hit[0] + miss[1] - 1)).toBeLessThan(0.02);
  expect(Math.abs(hit[1] + miss[0] - 1)).toBeLessThan(0.02);
});

test("one query, or queries that are all alike, leave nothing to vary", () => {
  expect(bootstrapIntervals(["hit"], [{ hit: 0.25 }])).toEqual({ hit: [0.25, 0.25] });
  expect(bootstrapIntervals(["hit"], samplesOf(50, 50))).toEqual({ hit: [1, 1] });
});

test("queries that hang together count as one, however many they are", () => {
  const alone = samplesOf(7, 10);
  const tenfold = alone.flatMap((sample, group) => Array.from({ length: 10 }, () => ({ ...sample, group })));
  const together = bootstrapIntervals(["hit"], tenfold, ({ group }) => group);
  for (const end of [0, 1]) {
    expect(together.hit[end]).toBeCloseTo(bootstrapIntervals(["hit"], alone).hit[end]!, 10);
  }
  expect(bootstrapIntervals(["hit"], tenfold).hit[0]).toBeGreaterThan(together.hit[0]);
});

test("of groups that differ in size every query counts alike", () => {
  const samples = [{ hit: 1, group: "a" }, ...samplesOf(0, 3).map((sample) => ({ ...sample, group: "b" }))];
  // Of two groups the draws are both of the one, both of the other, or one of each: the mean of all.
  expect(bootstrapIntervals(["hit"], samples, ({ group }) => group).hit).toEqual([0, 1]);
  const many = Array.from({ length: 400 }, (_, i) =>
    samples.map((sample) => ({ ...sample, group: `${sample.group}${i}` })),
  );
  const { hit } = bootstrapIntervals(["hit"], many.flat(), ({ group }) => group);
  expect(hit[0]).toBeGreaterThan(0.2);
  expect(hit[1]).toBeLessThan(0.3);
});
