/**
 * `npm run fit:projection -- PHOTOS`: fits the default model's projection to drawn flats and to the photos in the folder PHOTOS
 * (a folder for each category), and writes models/inception-v3/projection.onnx. The same pictures and the same processor give
 * the same file.
 */
import { writeFile } from "node:fs/promises";
import pMap from "p-map";
import { convertNetwork } from "../models/inception-v3/network.js";
import { concatenate } from "../src/core/embedding.js";
import { layersOf, poolPictures, transformBy } from "./features.js";
import { type Domain, fitAspect, fitReduction, type WhiteningOptions } from "./fit.js";
import { drawnPictures, photos } from "./pictures.js";
import { arrangementGraph, cellsOf, projectionGraph, reductionGraph } from "./projection-graph.js";

const FILE = "models/inception-v3/projection.onnx";

/** Channels of Mixed_6a, Mixed_6e, Mixed_7a and Mixed_7b, and how many dimensions they are reduced to. */
const CHANNELS = [768, 768, 1280, 2048];
const REDUCED = [192, 128, 64, 64];
const [detailEarly, context, detailLate, category] = [0, 1, 2, 3] as const;

interface AspectRecipe extends WhiteningOptions {
  readonly name: string;
  readonly layers: readonly number[];
  /** What pictures of a group have in common. */
  readonly group: "subject" | "colourway";
}
const ASPECTS: readonly AspectRecipe[] = [
  {
    name: "overall",
    layers: [detailEarly, context, detailLate, category],
    group: "subject",
    dim: 256,
    secondShare: 0.6,
    shrinkage: 0.3,
  },
  {
    name: "detail",
    layers: [detailEarly, detailLate],
    group: "colourway",
    dim: 128,
    secondShare: 0.15,
    shrinkage: 0.3,
  },
  {
    name: "shape",
    layers: [context, detailLate, category],
    group: "subject",
    dim: 128,
    secondShare: 0.7,
    shrinkage: 0.1,
  },
];

const directory = process.argv[2];
if (directory === undefined) throw new Error("Name the folder of photos: npm run fit:projection -- PHOTOS");
const model = await convertNetwork();
const layers = layersOf(CHANNELS);
const domains = [drawnPictures(), await photos(directory)] as const;

const arrange = await transformBy(arrangementGraph(layers));
const arranged: Float32Array[][][] = [];
for (const pictures of domains) {
  const progress = (done: number) => {
    if (done % 200 === 0 || done === pictures.length) console.log(`${done} of ${pictures.length} pictures`);
  };
  arranged.push(await poolPictures(pictures, model, arrange, progress));
}
const reductions = layers.map((layer, i) => {
  console.log(`reducing ${layer.output}`);
  return fitReduction(
    arranged.map((own) =>
      sampleCells(
        own.map((outputs) => outputs[i]!),
        cellsOf(layer),
      ),
    ),
    REDUCED[i]!,
  );
});
const shapes = layers.map((layer) => [cellsOf(layer), layer.channels]);
const reduce = await transformBy(reductionGraph(layers, reductions), shapes);
const reduced = await Promise.all(arranged.map((own) => pMap(own, reduce, { concurrency: 1 })));
const aspects = ASPECTS.map(({ name, layers: used, group, ...options }) => {
  console.log(`fitting ${name}`);
  const [drawn, photographed] = domains.map(
    (pictures, i): Domain => ({
      vectors: reduced[i]!.map((outputs) => concatenate(used.map((layer) => outputs[layer]!))),
      groups: pictures.map((picture) => picture[group]),
    }),
  ) as [Domain, Domain];
  return fitAspect(
    name,
    used.map((layer) => layers[layer]!.output),
    [drawn, photographed],
    options,
  );
});
await writeFile(FILE, projectionGraph(layers, reductions, aspects));
console.log(`${FILE}: ${aspects.map(({ name, offset }) => `${name} ${offset.length}`).join(", ")}`);

/** Channels of single cells, of so many pictures as make some 6,000: more would not change the components. */
function sampleCells(pictures: readonly Float32Array[], cells: number): Float32Array[] {
  const step = Math.max(1, Math.floor((pictures.length * cells) / 6000));
  return pictures
    .filter((_, i) => i % step === 0)
    .flatMap((whole) => {
      const channels = whole.length / cells;
      return Array.from({ length: cells }, (_, cell) =>
        whole.subarray(cell * channels, (cell + 1) * channels),
      );
    });
}
