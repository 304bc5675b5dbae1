import type { Catalog } from "./ports.js";

/**
 * Ends an import by merging what it wrote; where it wrote nothing, what one left behind that was killed before its end.
 *
 * @param imported how many designs were written.
 * @param onCompact told before, for a large catalog takes minutes.
 */
export async function compactAfterImport(
  catalog: Pick<Catalog, "isCompactionDue" | "compact">,
  imported: number,
  onCompact: () => void = () => {},
): Promise<void> {
  if (imported === 0 && !(await catalog.isCompactionDue())) return;
  onCompact();
  await catalog.compact();
}
