/**
 * `npm run bench:search`: searches from two files to a ranked list, and of the index alone, over catalogues of 300 and
 * 3,000 drawn pairs; and the import that makes them, when it is not there yet.
 */
import path from "node:path";
import { rasterise, writeCatalogue } from "../demo/catalogue.js";
import { createFlatDesign } from "../demo/flats/design.js";
import { drawFlat } from "../demo/flats/draw.js";
import { perturb } from "../demo/perturb.js";
import { openDiptych } from "../src/index.js";
import { percentile, report, time } from "./measure.js";
import { memoryColumns, memoryOf } from "./memory.js";

const SEED = 1;
const QUERIES = 20;
const WARM_UPS = 3;
const sizes = process.argv
  .slice(2)
  .filter((argument) => !argument.startsWith("-"))
  .map(Number);

const rows = [];
for (const size of sizes.length > 0 ? sizes : [300, 3000]) {
  const directory = path.resolve("demo-data", String(size));
  const { manifest } = await writeCatalogue({ directory, count: size, seed: SEED });
  const diptych = await openDiptych({ catalog: path.join(directory, "catalog"), create: true });

  const residentMb = () => memoryOf(process.pid)?.residentMb ?? Number.NaN;
  let importMb = residentMb();
  const started = performance.now();
  const summary = await diptych.import(manifest, {
    onProgress: () => {
      importMb = Math.max(importMb, residentMb());
    },
  });
  const seconds = (performance.now() - started) / 1000;

  const queries = await Promise.all(
    Array.from({ length: QUERIES }, async (_, i) => {
      const design = createFlatDesign(SEED, Math.floor((i * size) / QUERIES));
      const draw = async (view: "front" | "back") =>
        perturb(await rasterise(drawFlat(design, view)), "mild", i);
      return { pictures: { front: await draw("front"), back: await draw("back") } };
    }),
  );
  const searchMs: number[] = [];
  const samples = await time(2 * QUERIES, WARM_UPS, async (run) => {
    const { timings } = await diptych.search(queries[run % QUERIES]!);
    searchMs.push(timings.searchMs);
  });
  const indexSamples = searchMs.slice(WARM_UPS);
  rows.push({
    pairs: size,
    "imported pairs": summary.imported,
    "import pairs/s": summary.imported / seconds,
    "import peak MB": importMb,
    "search p50 ms": percentile(samples, 0.5),
    "search p95 ms": percentile(samples, 0.95),
    "index p50 ms": percentile(indexSamples, 0.5),
    "index p95 ms": percentile(indexSamples, 0.95),
    ...memoryColumns(memoryOf(process.pid)),
  });
  await diptych.close();
}
report(rows);
