import type { ImportSummary } from "./import.js";
import type { Catalog } from "./ports.js";

/**
 * Ends an import by merging what it wrote; where it wrote nothing and was not interrupted, what one left behind that was killed before
 * its end.
 *
 * @param onCompact told before, for a large catalog takes minutes.
 */
export async function compactAfterImport(
  catalog: Pick<Catalog, "isCompactionDue" | "compact">,
  { imported, aborted }: Pick<ImportSummary, "imported" | "aborted">,
  onCompact: () => void = () => {},
): Promise<void> {
  if (imported === 0 && (aborted || !(await catalog.isCompactionDue()))) return;
  onCompact();
  await catalog.compact();
}
