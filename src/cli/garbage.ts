import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics, setFlagsFromString } from "node:v8";

/** Garbage that may gather before V8 looks for it, in bytes. */
const GATHERED_BYTES = 128 * 1024 * 1024;
/** How much a heap may grow for it, in percent of what is in use: a large one doubles, for as much of it as V8 looks through is then garbage. */
const GROWTH = { least: 100, most: 400 };

/**
 * Lets garbage gather before V8 looks for it. Pictures and tensors lie outside the heap, and V8 counts them as its growth: it looked through
 * all of the heap every dozen searches, a tenth of all their time (docs/decisions/0015). Of the whole process, its threads included.
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
  setFlagsFromString(`--heap-growing-percent=${growthPercent(getHeapStatistics().used_heap_size)}`);
}

/** How much the heap may grow before V8 looks for garbage, in percent of what is in use. */
export function growthPercent(usedBytes: number): number {
  const wanted = Math.round((100 * GATHERED_BYTES) / usedBytes);
  return Math.min(GROWTH.most, Math.max(GROWTH.least, wanted));
}
