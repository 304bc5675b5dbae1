import { existsSync, readFileSync } from "node:fs";

/** The processes that one started, such as read pictures for it; none where the system does not tell. */
export function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number);
}
