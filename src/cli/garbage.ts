import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics, setFlagsFromString } from "node:v8";

/** Garbage that may gather before V8 looks for it, in bytes. */
const GATHERED_BYTES = 128 * 1024 * 1024;
/** How much a heap may grow for it, in percent of what is in use: a large one doubles, for as much of it as V8 looks through is then garbage. */
const GROWTH = { least: 100, most: 400 };

/**
 * Lets the heap double before V8 looks for garbage. Pictures and tensors lie outside it, and V8 counts them as its growth: it looked through
 * all of the heap every dozen searches, a tenth of all their time (docs/decisions/0015). Of the whole process, its threads included.
 */
export function letHeapDouble(): void {
  setGrowth(GROWTH.least);
}

/**
 * Lets still more garbage gather, in a process that holds by now what it works with: V8 takes the growth that is told after one look at
 * the next, and a heap that became large meanwhile would once grow by several times its size.
 */
export function letGarbageGather(): void {
  adaptGrowth();
  // What is in use is known when all garbage has just gone.
  new PerformanceObserver((list) => {
    if (list.getEntries().some(isMajor)) adaptGrowth();
  }).observe({ entryTypes: ["gc"] });
}

/** What Node.js tells of garbage, which its types leave open. */
function isMajor(entry: PerformanceEntry & { readonly detail?: unknown }): boolean {
  return (entry.detail as { readonly kind: number }).kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}

function adaptGrowth(): void {
  setGrowth(growthPercent(getHeapStatistics().used_heap_size));
}

function setGrowth(percent: number): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}

/** How much the heap may grow before V8 looks for garbage, in percent of what is in use. */
export function growthPercent(usedBytes: number): number {
  const wanted = Math.round((100 * GATHERED_BYTES) / usedBytes);
  return Math.min(GROWTH.most, Math.max(GROWTH.least, wanted));
}
