/**
 * A process of its own that only opens a catalogue and searches it, then sends its parent a {@link Searched}.
 * Argument: which catalogue, as {@link openMeasured} takes it.
 */

import { percentile, time } from "../measure.js";
import { type Memory, memoryOf } from "../memory.js";
import { openMeasured } from "./measured-catalog.js";
import { KINDS, queryOf } from "./searches.js";

const RUNS = 60;
const WARM_UPS = 5;
const CLIENTS = 8;
const SEARCHES_PER_CLIENT = 15;

/** What such a process measured. */
export interface Searched {
  /** In the order of {@link KINDS}. */
  readonly kinds: readonly { readonly p50Ms: number; readonly p95Ms: number }[];
  /** With eight clients at once, which search by both views alike. */
  readonly searchesPerS: number;
  readonly memory: Memory | null;
}

const measured = await openMeasured(process.argv[2]!);
const { catalog } = measured;
const kinds = [];
for (const kind of KINDS) {
  const queries = Array.from({ length: RUNS + WARM_UPS }, (_, i) => queryOf(measured, i, kind));
  const samples = await time(RUNS, WARM_UPS, (run) => catalog.search(queries[run]!));
  kinds.push({ p50Ms: percentile(samples, 0.5), p95Ms: percentile(samples, 0.95) });
}
const queries = Array.from({ length: CLIENTS * SEARCHES_PER_CLIENT }, (_, i) =>
  queryOf(measured, i, KINDS[0]!),
);
const started = performance.now();
await Promise.all(
  Array.from({ length: CLIENTS }, async () => {
    for (let query = queries.pop(); query; query = queries.pop()) await catalog.search(query);
  }),
);
const searchesPerS = (CLIENTS * SEARCHES_PER_CLIENT * 1000) / (performance.now() - started);
const searched: Searched = {
  kinds,
  searchesPerS,
  memory: memoryOf(process.pid),
};
await catalog.close();
process.send!(searched);
