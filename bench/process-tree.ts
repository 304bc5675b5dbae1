import { readFileSync } from "node:fs";

/** What the system tells of a process; null where it tells nothing, or the process has just ended. */
export function procFile(pid: number, name: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return null;
  }
}

/** The processes that one started, such as read pictures for it; none where the system does not tell. */
export function childrenOf(pid: number): number[] {
  return (procFile(pid, `task/${pid}/children`) ?? "").split(" ").filter(Boolean).map(Number);
}
