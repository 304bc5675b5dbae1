/**
 * `npm run bench:recall`: how often a pair that was scaled, shifted, turned by three degrees and recompressed finds its
 * own design first, among the 300 designs of the demo.
 */
import path from "node:path";
import { rasterise, writeCatalogue } from "../demo/catalogue.js";
import { createFlatDesign } from "../demo/flats/design.js";
import { drawFlat } from "../demo/flats/draw.js";
import { perturb } from "../demo/perturb.js";
import { openDiptych } from "../src/index.js";
import { report } from "./measure.js";

const SEED = 1;
const SIZE = 300;
const QUERIES = 100;
const directory = path.resolve("demo-data", String(SIZE));
const { manifest } = await writeCatalogue({ directory, count: SIZE, seed: SEED });
const diptych = await openDiptych({ catalog: path.join(directory, "catalog"), create: true });
await diptych.import(manifest);

const found = { both: 0, front: 0, back: 0 };
for (let i = 0; i < QUERIES; i++) {
  const design = createFlatDesign(SEED, 3 * i);
  const front = await perturb(await rasterise(drawFlat(design, "front")), "mild", 2 * i);
  const back = await perturb(await rasterise(drawFlat(design, "back")), "mild", 2 * i + 1);
  for (const [views, pictures] of [
    ["both", { front, back }],
    ["front", { front }],
    ["back", { back }],
  ] as const) {
    const { matches } = await diptych.search({ pictures, topK: 1 });
    if (matches[0]?.id === design.id) found[views] += 1;
    else if (views === "both") console.error(`${design.id} came after ${matches[0]?.id}`);
  }
}
await diptych.close();
report(Object.entries(found).map(([views, first]) => ({ views, queries: QUERIES, "found first": first })));
