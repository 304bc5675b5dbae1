import { childrenOf, procFile } from "./process-tree.js";

export interface Memory {
  readonly residentMb: number;
  readonly peakMb: number;
}

/**
 * What of a process and those that it started is in memory, and was at most, in megabytes; null where the system does not tell. What
 * they share counts for each, and of each the most, whenever that was. What Node.js tells of the most, `maxRSS`, begins with what the
 * process had that started this one.
 */
export function memoryOf(pid: number): Memory | null {
  const status = procFile(pid, "status");
  if (status === null) return null;
  // One that has ended, and whose end nobody has asked for yet, has none.
  const mb = (field: string) =>
    (Number(new RegExp(`^${field}:\\s*(\\d+) kB`, "mu").exec(status)?.[1] ?? 0) * 1024) / 1e6;
  return childrenOf(pid).reduce<Memory>(
    (sum, child) => {
      const { residentMb = 0, peakMb = 0 } = memoryOf(child) ?? {};
      return { residentMb: sum.residentMb + residentMb, peakMb: sum.peakMb + peakMb };
    },
    { residentMb: mb("VmRSS"), peakMb: mb("VmHWM") },
  );
}

/** It as columns of a table. */
export function memoryColumns(memory: Memory | null): Record<string, number> {
  return memory ? { "resident MB": memory.residentMb, "peak MB": memory.peakMb } : {};
}
