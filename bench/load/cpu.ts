import { existsSync, readFileSync } from "node:fs";
import { childrenOf } from "../process-tree.js";
import type { Running } from "./processes.js";

/** Linux counts in hundredths of a second. */
const TICK_MS = 10;

/** What processes, and those that they started, have used of the processors since they began; nothing where the system does not tell. */
export function cpuMs(processes: readonly Pick<Running, "pid">[]): number {
  return processes.reduce((sum, { pid }) => {
    const file = `/proc/${pid}/stat`;
    if (!existsSync(file)) return sum;
    // The second field, a name in brackets, may contain spaces.
    const fields = readFileSync(file, "utf8")
      .replace(/^.*\) /su, "")
      .split(" ");
    return (
      sum +
      TICK_MS * (Number(fields[11]) + Number(fields[12])) +
      cpuMs(childrenOf(pid).map((child) => ({ pid: child })))
    );
  }, 0);
}
