import type { Design } from "./design.js";
import type { Catalog } from "./ports.js";

/** All designs of a catalog in the order of their ids, `size` to a page; one empty page when there are none. */
export async function* pagesOf(catalog: Catalog, size: number): AsyncGenerator<readonly Design[]> {
  let after: string | null = null;
  do {
    const page = await catalog.list({ limit: size, after });
    yield page.designs;
    after = page.next;
  } while (after !== null);
}
