/**
 * `npm run bench:quality [PHOTOS]`: how good the ranking is, from the first descriptor to the last, on drawn flats that
 * nothing was fitted to and, given the folder PHOTOS with `train` and `test` of photos in folders named after their
 * categories, on photos.
 */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { poolPictures, transformBy } from "../fit/features.js";
import { photos } from "../fit/pictures.js";
import { convertNetwork } from "../models/inception-v3/network.js";
import { openPack } from "../src/adapters/models/pack.js";
import { normalizeL2 } from "../src/core/embedding.js";
import { hashedEmbedding } from "../src/core/feature-hashing.js";
import { report } from "./measure.js";
import type { Descriptors, Readable } from "./quality/descriptors.js";
import { measureFlats } from "./quality/flats.js";
import { measurePhotos } from "./quality/photos.js";

const directory = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
const { manifest, projectionPath } = await openPack("packs/inception-v3");
const model = await convertNetwork();
const project = await transformBy(await readFile(projectionPath!));

const rows = await measureFlats(describe);
if (directory !== undefined && existsSync(directory)) {
  const gallery = await photos(`${directory}/train`);
  const precision = await measurePhotos(gallery, await photos(`${directory}/test`), describe);
  for (const row of rows) Object.assign(row, precision.get(String(row.descriptor)));
} else {
  console.error("Photos are not measured: name the folder that holds train and test.");
}
report(rows);

/** Every descriptor of each picture. */
async function describe(pictures: readonly Readable[]): Promise<Descriptors[]> {
  return poolPictures(pictures, model, descriptorsOf, (done) => {
    if (done % 500 === 0) console.error(`${done} of ${pictures.length} pictures`);
  });
}

async function descriptorsOf(pooled: readonly Float32Array[]): Promise<Descriptors> {
  const [early, , late, last] = pooled as [Float32Array, Float32Array, Float32Array, Float32Array];
  const [embedding, reduced] = (await project(pooled)) as [Float32Array, Float32Array];
  const parts: Descriptors = new Map([
    ["first: Mixed_6a, 7a, 7b hashed", hashedEmbedding([early, late, last], { seed: 1, embeddingDim: 512 })],
    ["channels reduced", normalizeL2(reduced)],
  ]);
  let start = 0;
  for (const { name, dim } of manifest.aspects) {
    parts.set(name, normalizeL2(embedding.slice(start, start + dim)));
    start += dim;
  }
  return parts;
}
