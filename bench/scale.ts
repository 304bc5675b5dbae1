/**
 * `npm run bench:scale -- [--rows 3000,100000,1000000]`: building the index, searching through it and exactly, memory and disk,
 * over generated catalogues (demo-data/scale-*), which are kept. A million designs take 12 GB of disk while they are written.
 */
import { parseArgs } from "node:util";
import { reportTables } from "./measure.js";
import { memoryColumns } from "./memory.js";
import { memoryBandwidth } from "./scale/bandwidth.js";
import { type Measured, measure } from "./scale/measured.js";
import { targetRows } from "./scale/targets.js";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "3000,100000,1000000" },
    // Read by the report.
    json: { type: "boolean" },
  },
});
const sizes = values.rows.split(",").map(Number);
if (!sizes.every((size) => Number.isInteger(size) && size > 0)) {
  throw new Error(`--rows takes whole numbers from 1 up, parted by commas; received "${values.rows}".`);
}

const bandwidth = memoryBandwidth();
const measured: Measured[] = [];
for (const size of sizes) measured.push(await measure(size));
reportTables({
  catalogues: measured.map(({ designs, catalog }) => ({
    designs,
    "index built s": catalog.buildS ?? "-",
    "on disk MB": catalog.diskMb,
    "index MB": catalog.indexMb,
    "8 clients: searches/s": catalog.searchesPerS,
    ...memoryColumns(catalog.memory),
    "exact p50 ms": catalog.exactP50Ms,
    "exact GB/s": catalog.exactGbPerS,
    "of one thread's memory bandwidth": catalog.exactGbPerS / bandwidth,
  })),
  searches: measured.flatMap(({ designs, searches }) =>
    searches.map(({ search, p50Ms, p95Ms, recallAt20 }) => ({
      designs,
      "front / back": search,
      "p50 ms": p50Ms,
      "p95 ms": p95Ms,
      "recall@20": recallAt20,
    })),
  ),
  machine: [{ "one thread reads GB/s": bandwidth }],
  targets: measured.flatMap(targetRows),
});
