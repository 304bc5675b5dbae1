import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { shortened } from "./shortened.js";

test("leaves the middle out of what is too long", () => {
  expect(shortened("012345678", 9)).toBe("012345678");
  expect(shortened("0123456789", 9)).toBe("01234…789");
});

test("keeps nothing of the whole text in memory", () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const used = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  const kept = Array.from({ length: 50 }, (_, i) => shortened(`${"x".repeat(1_000_000)}${i}`.slice(1), 100));
  kept.push(
    ...Array.from({ length: 50 }, (_, i) => shortened(`${"x".repeat(1_000_000)}${i}`.slice(-50), 100)),
  );
  expect(used() - before).toBeLessThan(10_000_000);
  expect(kept).toHaveLength(100);
});
