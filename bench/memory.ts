import { existsSync, readFileSync } from "node:fs";
import { childrenOf } from "./process-tree.js";

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
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return null;
  const status = readFileSync(file, "utf8");
  const mb = (field: string) =>
    (Number(new RegExp(`^${field}:\\s*(\\d+) kB`, "mu").exec(status)![1]) * 1024) / 1e6;
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
