import { type PerView, type View, viewsOf } from "../core/design.js";
import type { Catalog } from "../core/ports.js";
import type { QueryOutcome } from "./evaluate.js";

/** How many of a query's relevant designs a page shows as pictures. */
export const SHOWN_EXPECTED = 4;

/** The thumbnails that a page shows; what has none is absent. */
export interface ReportPictures {
  readonly queries: ReadonlyMap<QueryOutcome, PerView<Uint8Array>>;
  readonly designs: ReadonlyMap<string, PerView<Uint8Array>>;
}

export interface ReportPicturePorts {
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly thumbnail: (picture: Uint8Array) => Promise<Uint8Array>;
  readonly catalog: Pick<Catalog, "thumbnails">;
}

/** Gathers the thumbnails of the queries, of what they should find and of what came first. */
export async function gatherPictures(
  outcomes: readonly QueryOutcome[],
  ports: ReportPicturePorts,
): Promise<ReportPictures> {
  const ids = outcomes.flatMap(({ expected, first }) => [
    ...expected.slice(0, SHOWN_EXPECTED).map(({ id }) => id),
    ...first.map(({ id }) => id),
  ]);
  const designs = await ports.catalog.thumbnails([...new Set(ids)]);
  const queries = new Map<QueryOutcome, PerView<Uint8Array>>();
  for (const outcome of outcomes) {
    const thumbnails: { [V in View]?: Uint8Array } = {};
    for (const view of viewsOf(outcome.query.pictures)) {
      thumbnails[view] = await ports.thumbnail(await ports.readFile(outcome.query.pictures[view]!));
    }
    queries.set(outcome, thumbnails);
  }
  return { queries, designs };
}
