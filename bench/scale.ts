/**
 * `npm run bench:scale -- [--rows flats,3000,100000,1000000]`: building the index, searching through it and exactly, memory and disk,
 * over generated catalogues (demo-data/scale-*) and 3,000 drawn designs with the default model's embeddings, which are kept. A million
 * designs take 12 GB of disk while they are written.
 */
import { parseArgs } from "node:util";
import { reportTables } from "./measure.js";
import { memoryColumns } from "./memory.js";
import { memoryBandwidth } from "./scale/bandwidth.js";
import { type Measured, measure } from "./scale/measured.js";
import { FLATS } from "./scale/measured-catalog.js";
import { targetRows } from "./scale/targets.js";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "flats,3000,100000,1000000" },
    // Read by the report.
    json: { type: "boolean" },
  },
});
const asked = values.rows.split(",");
if (!asked.every((which) => which === FLATS || /^[1-9]\d*$/u.test(which))) {
  throw new Error(
    `--rows takes whole numbers from 1 up and "${FLATS}", parted by commas; received "${values.rows}".`,
  );
}

const bandwidth = memoryBandwidth();
const measured: Measured[] = [];
for (const which of asked) measured.push(await measure(which));
reportTables({
  catalogues: measured.map(({ which, catalog }) => ({
    designs: which,
    "index built s": catalog.buildS ?? "-",
    "on disk MB": catalog.diskMb,
    "index MB": catalog.indexMb,
    "8 clients: searches/s": catalog.searchesPerS,
    ...memoryColumns(catalog.memory),
    "exact p50 ms": catalog.exactP50Ms,
    "exact GB/s": catalog.exactGbPerS ?? "-",
    "of one thread's memory bandwidth": catalog.exactGbPerS === null ? "-" : catalog.exactGbPerS / bandwidth,
  })),
  searches: measured.flatMap(({ which, searches }) =>
    searches.map(({ search, p50Ms, p95Ms, recallAt20 }) => ({
      designs: which,
      "front / back": search,
      "p50 ms": p50Ms,
      "p95 ms": p95Ms,
      "recall@20": recallAt20,
    })),
  ),
  machine: [{ "one thread reads GB/s": bandwidth }],
  targets: measured.flatMap(targetRows),
});
