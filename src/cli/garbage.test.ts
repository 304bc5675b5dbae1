import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { growthPercent } from "./garbage.js";

const MB = 1024 * 1024;

test.each([
  [4, 400],
  [32, 400],
  [64, 200],
  [128, 100],
  [4096, 100],
])("a heap of %i MB may grow by %i percent", (usedMb, percent) => {
  expect(growthPercent(usedMb * MB)).toBe(percent);
});

/** How often V8 looks through a heap of 60 MB while buffers of 1.2 GB come and go, each after a while. */
function looks(before: string): number {
  const script = `
    import { constants, PerformanceObserver } from "node:perf_hooks";
    import { setFlagsFromString } from "node:v8";
    import { letGarbageGather } from ${JSON.stringify(path.join(import.meta.dirname, "garbage.ts"))};
    ${before}
    let looks = 0;
    new PerformanceObserver((list) => {
      looks += list.getEntries().filter(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR).length;
    }).observe({ entryTypes: ["gc"] });
    globalThis.live = Array.from({ length: 600_000 }, (_, i) => ({ i, name: "design " + i }));
    const recent = [];
    for (let i = 0; i < 8000; i++) {
      recent[i % 100] = new ArrayBuffer(150_000);
      if (i % 20 === 0) await new Promise(setImmediate);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.stdout.write(String(looks));`;
  const node = ["--import", "tsx", "--input-type=module", "--eval", script];
  return Number(execFileSync(process.execPath, node, { encoding: "utf8" }));
}

test("V8 looks for garbage less often than with a heap that may hardly grow", () => {
  const hardly = 'setFlagsFromString("--heap-growing-percent=5");';
  const often = looks(hardly);
  const rarely = looks(`${hardly} letGarbageGather();`);
  expect(rarely).toBeLessThan(often / 2);
});
