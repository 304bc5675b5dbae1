import { expect, test } from "vitest";
import { RateLimit } from "./rate-limit.js";

function limitWith(options: { burst: number; perMinute: number; maxKeys?: number }) {
  let at = 1000;
  const limit = new RateLimit({ ...options, now: () => at });
  return { limit, pass: (ms: number) => (at += ms) };
}

test("lets a burst through, then as many as flow back, each after the time it told", () => {
  const { limit, pass } = limitWith({ burst: 3, perMinute: 6 });
  expect([1, 2, 3, 4, 5].map(() => limit.take("a"))).toEqual([0, 0, 0, 10, 10]);
  pass(9000);
  expect(limit.take("a")).toBe(1);
  pass(1000);
  expect([limit.take("a"), limit.take("a")]).toEqual([0, 10]);
});

test("holds no more than a burst, however long nobody came", () => {
  const { limit, pass } = limitWith({ burst: 2, perMinute: 60 });
  limit.take("a");
  pass(1e9);
  expect([1, 2, 3].map(() => limit.take("a"))).toEqual([0, 0, 1]);
});

test("keeps every key for itself, and no more of them than it may", () => {
  const { limit } = limitWith({ burst: 1, perMinute: 1, maxKeys: 3 });
  expect(["a", "b", "c"].map((key) => limit.take(key))).toEqual([0, 0, 0]);
  // The one that came last stays when another one comes.
  expect(limit.take("a")).toBe(60);
  expect(limit.take("d")).toBe(0);
  expect(limit.size).toBe(3);
  expect([limit.take("a"), limit.take("b")]).toEqual([60, 0]);
  for (let i = 0; i < 1000; i++) limit.take(`key ${i}`);
  expect(limit.size).toBe(3);
});
