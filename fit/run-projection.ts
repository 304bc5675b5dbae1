/**
 * `npm run fit:projection -- PHOTOS`: fits the default model's projection to drawn flats and to the photos in the folder PHOTOS
 * (a folder for each category), and writes models/inception-v3/projection.onnx. The same pictures and the same processor give
 * the same file.
 */
import { writeFile } from "node:fs/promises";
import pMap from "p-map";
import { aspects, convertNetwork } from "../models/inception-v3/network.js";
import { concatenate } from "../src/core/embedding.js";
import { layersOf, poolPictures, transformBy } from "./features.js";
import { type AspectOptions, fitAspect, fitReduction } from "./fit.js";
import { drawnPictures, dyedPictures, photos, type TrainingPicture, tintedPictures } from "./pictures.js";
import { arrangementGraph, cellsOf, projectionGraph, reductionGraph } from "./projection-graph.js";

const FILE = "models/inception-v3/projection.onnx";

/** Channels of Mixed_6a, Mixed_6e, Mixed_7a and Mixed_7b, and how many dimensions they are reduced to. */
const CHANNELS = [768, 768, 1280, 2048];
const REDUCED = [192, 128, 64, 64];
const [detailEarly, context, detailLate, category] = [0, 1, 2, 3] as const;

interface AspectRecipe extends Omit<AspectOptions, "dim"> {
  readonly name: (typeof aspects)[number]["name"];
  readonly layers: readonly number[];
  /** Which pictures show what the aspect overlooks, by what those of a group have in common; the shares add up to 1. */
  readonly overlooks: readonly {
    readonly sets: readonly PictureSet[];
    readonly group: "subject" | "colourway";
    readonly share: number;
  }[];
}
const RECIPES: readonly AspectRecipe[] = [
  {
    name: "overall",
    layers: [detailEarly, context, detailLate, category],
    overlooks: [
      { sets: ["drawn"], group: "subject", share: 0.4 },
      { sets: ["photos"], group: "subject", share: 0.6 },
    ],
    shrinkage: 0.3,
  },
  {
    name: "detail",
    layers: [detailEarly, detailLate],
    overlooks: [
      { sets: ["drawn"], group: "colourway", share: 0.85 },
      { sets: ["photos"], group: "subject", share: 0.15 },
    ],
    shrinkage: 0.3,
  },
  {
    name: "shape",
    layers: [context, detailLate, category],
    overlooks: [
      { sets: ["drawn"], group: "subject", share: 0.3 },
      { sets: ["photos"], group: "subject", share: 0.7 },
    ],
    shrinkage: 0.1,
  },
  {
    name: "colourless",
    layers: [detailEarly, context, detailLate],
    overlooks: [
      { sets: ["drawn", "dyed"], group: "colourway", share: 0.4 },
      { sets: ["tinted"], group: "subject", share: 0.3 },
      { sets: ["photos"], group: "subject", share: 0.3 },
    ],
    shrinkage: 0.1,
  },
];

const directory = process.argv[2];
if (directory === undefined) throw new Error("Name the folder of photos: npm run fit:projection -- PHOTOS");
const model = await convertNetwork();
const layers = layersOf(CHANNELS);
const photographed = await photos(directory);
const sets = {
  drawn: drawnPictures(),
  photos: photographed,
  dyed: dyedPictures(),
  tinted: tintedPictures(photographed),
};
type PictureSet = keyof typeof sets;
/** What is to be told apart; the other sets only show what is to be overlooked. */
const KINDS = ["drawn", "photos"] as const;

const arrange = await transformBy(arrangementGraph(layers));
const arranged = new Map<PictureSet, Float32Array[][]>();
for (const [set, pictures] of Object.entries(sets) as [PictureSet, TrainingPicture[]][]) {
  const progress = (done: number) => {
    if (done % 200 === 0 || done === pictures.length) console.log(`${set}: ${done} of ${pictures.length}`);
  };
  arranged.set(set, await poolPictures(pictures, model, arrange, progress));
}
const reductions = layers.map((layer, i) => {
  console.log(`reducing ${layer.output}`);
  return fitReduction(
    KINDS.map((kind) =>
      sampleCells(
        arranged.get(kind)!.map((outputs) => outputs[i]!),
        cellsOf(layer),
      ),
    ),
    REDUCED[i]!,
  );
});
const shapes = layers.map((layer) => [cellsOf(layer), layer.channels]);
const reduce = await transformBy(reductionGraph(layers, reductions), shapes);
const reduced = new Map<PictureSet, Float32Array[][]>();
for (const [set, own] of arranged) reduced.set(set, await pMap(own, reduce, { concurrency: 1 }));
const projections = aspects.map(({ name, dim }) => {
  const { layers: used, overlooks, shrinkage } = RECIPES.find((recipe) => recipe.name === name)!;
  console.log(`fitting ${name}`);
  const vectorsOf = (set: PictureSet) =>
    reduced.get(set)!.map((outputs) => concatenate(used.map((layer) => outputs[layer]!)));
  const disregards = overlooks.map(({ sets: shown, group, share }) => ({
    vectors: shown.flatMap(vectorsOf),
    groups: shown.flatMap((set) => sets[set].map((picture) => picture[group])),
    share,
  }));
  const names = used.map((layer) => layers[layer]!.output);
  return fitAspect(name, names, disregards, KINDS.map(vectorsOf), { dim, shrinkage });
});
await writeFile(FILE, projectionGraph(layers, reductions, projections));
console.log(`${FILE}: ${projections.map(({ name, offset }) => `${name} ${offset.length}`).join(", ")}`);

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
