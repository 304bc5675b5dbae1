/**
 * `npm run bench:quality [PHOTOS]`: how good the ranking is, from the first descriptor to the last, on drawn flats that
 * nothing was fitted to and, given the folder PHOTOS with `train` and `test` of photos in folders named after their
 * categories, on photos; how well colours are ignored; and how often verdicts are right.
 */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { poolPictures, transformBy } from "../fit/features.js";
import { photos } from "../fit/pictures.js";
import { convertNetwork } from "../models/inception-v3/network.js";
import { openPack } from "../src/adapters/models/pack.js";
import { aspectRanges } from "../src/core/aspects.js";
import { VIEWS } from "../src/core/design.js";
import { normalizeL2 } from "../src/core/embedding.js";
import { hashedEmbedding } from "../src/core/feature-hashing.js";
import { reportTables } from "./measure.js";
import { measureColours } from "./quality/colours.js";
import type { Descriptors, Readable } from "./quality/descriptors.js";
import { type DescribedFlats, describeFlats, measureFlats } from "./quality/flats.js";
import { measurePhotos } from "./quality/photos.js";
import { measureVerdicts } from "./quality/verdicts.js";

/** The embedding as it is stored, of which the aspects are parts. */
const WHOLE = "whole embedding";

const directory = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
const { manifest, projectionPath } = await openPack("packs/inception-v3");
const model = await convertNetwork();
const project = await transformBy(await readFile(projectionPath!));
const names = [
  "first: Mixed_6a, 7a, 7b hashed",
  "channels reduced",
  ...manifest.aspects.map(({ name }) => name),
];

const flats = await describeFlats(describe);
const ranking = measureFlats(flats, names);
if (directory !== undefined && existsSync(directory)) {
  const gallery = await photos(`${directory}/train`);
  const precision = await measurePhotos(gallery, await photos(`${directory}/test`), names, describe);
  for (const row of ranking) Object.assign(row, precision.get(String(row.descriptor)));
} else {
  console.error("Photos are not measured: name the folder that holds train and test.");
}
const colours = await measureColours(describe, names);
reportTables({ ranking, colours, verdicts: await verdictsOf(flats) });

/** In a catalogue that has every other design with its relatives, and in a third of it. */
async function verdictsOf({ gallery, queries, galleryDescriptors, queryDescriptors }: DescribedFlats) {
  const pairOf = (descriptors: DescribedFlats["galleryDescriptors"][number]) =>
    Object.fromEntries(VIEWS.map((view) => [view, descriptors[view].get(WHOLE)!]));
  const entries = gallery.map(({ design, relative }, i) => ({
    subject: String(design),
    known: relative === null || design % 2 === 0,
    design,
    grade: relative?.grade ?? 0,
    views: pairOf(galleryDescriptors[i]!),
  }));
  const asked = queries.map(({ design }, i) => ({
    subject: String(design),
    grade: 3,
    views: pairOf(queryDescriptors[i]!),
  }));
  const catalogues = {
    flats: entries.filter(({ known }) => known),
    "a third of them": entries.filter(({ known, design }) => known && Math.floor(design / 2) % 3 === 0),
  };
  const measured = Object.entries(catalogues).map(([name, own]) =>
    measureVerdicts(name, own, asked, manifest.aspects, manifest.verdicts!),
  );
  return (await Promise.all(measured)).flat();
}

/** Every descriptor of each picture. */
async function describe(pictures: readonly Readable[]): Promise<Descriptors[]> {
  return poolPictures(pictures, model, descriptorsOf, (done) => {
    if (done % 500 === 0) console.error(`${done} of ${pictures.length} pictures`);
  });
}

async function descriptorsOf(pooled: readonly Float32Array[]): Promise<Descriptors> {
  const [early, , late, last] = pooled as [Float32Array, Float32Array, Float32Array, Float32Array];
  const [embedding, reduced] = (await project(pooled)) as [Float32Array, Float32Array];
  const parts = [hashedEmbedding([early, late, last], { seed: 1, embeddingDim: 512 }), normalizeL2(reduced)];
  for (const { start, end } of aspectRanges(manifest.aspects)) {
    parts.push(normalizeL2(embedding.slice(start, end)));
  }
  return new Map([...names.map((name, i) => [name, parts[i]!] as const), [WHOLE, embedding]]);
}
