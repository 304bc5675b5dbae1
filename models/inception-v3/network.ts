/** The default model's network: where it comes from, and what of it Diptych uses. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { PackManifest } from "../../src/adapters/models/manifest.js";
import { convertTflite } from "../../src/adapters/models/tflite/convert.js";

const SOURCE = "inception-v3-tflite/example/android/app/src/main/assets/Model/graph.lite";
export const SOURCE_SHA256 = "6aecf177dc84a11dc5ea8f03df188039dded543fc7cd03f3b89a6541dbb37ee6";

const layer = (name: string) => `InceptionV3/InceptionV3/${name}/concat`;

/** What the network takes, and what an embedding is made of. */
export const network = {
  // Made for 299 pixels; it scales its input itself: (value - 128) / 128.
  input: { name: "input", size: 235, layout: "NHWC", channelOrder: "RGB", scale: { elementType: "uint8" } },
  resizePolicy: "trim",
  outputs: [
    { name: layer("Mixed_6a"), pooling: { kind: "gem", power: 3 } },
    { name: layer("Mixed_6e"), pooling: { kind: "gem", power: 3 } },
    { name: layer("Mixed_7a"), pooling: { kind: "average", grid: 4 } },
    { name: layer("Mixed_7b"), pooling: { kind: "average", grid: 4 } },
  ],
} satisfies Pick<PackManifest, "input" | "resizePolicy" | "outputs">;

/** The parts of an embedding, in their order, as fit/run-projection.ts makes them. */
export const aspects = [
  { name: "overall", dim: 256 },
  { name: "detail", dim: 128 },
  { name: "shape", dim: 128 },
  { name: "colourless", dim: 128 },
] as const satisfies PackManifest["aspects"];
export const colourBlindAspect = "colourless";

/**
 * The ONNX file of the network, up to the last layer used.
 *
 * @throws Error when the development dependency does not hold the pinned file.
 */
export async function convertNetwork(): Promise<Uint8Array> {
  const tflite = await readFile(createRequire(import.meta.url).resolve(SOURCE));
  const received = createHash("sha256").update(tflite).digest("hex");
  if (received !== SOURCE_SHA256) {
    throw new Error(
      `${SOURCE} is not the pinned file: expected sha256 ${SOURCE_SHA256}, received ${received}.`,
    );
  }
  const outputs = network.outputs.map((output) => output.name);
  return convertTflite(tflite, { outputs, inputSize: network.input.size });
}
