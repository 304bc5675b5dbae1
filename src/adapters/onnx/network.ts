import { InferenceSession, type Tensor } from "onnxruntime-node";
import type { PackManifest } from "../models/manifest.js";
import { networkInput } from "./network-input.js";
import { type FeatureMapSize, pooledName, poolingGraph } from "./pooling.js";

/**
 * A loaded network with the pooling behind it: takes unsigned 8-bit RGB, `[batchSize, size, size, 3]` in one piece, gives one
 * float32 tensor `[batchSize, length]` for each of the pack's outputs, in their order.
 */
export type Network = (pixels: Uint8Array, batchSize: number) => Promise<Tensor[]>;

/**
 * Loads a network and runs it once, on a black picture: so it is known to run, and is warm.
 *
 * @param model an ONNX file, or what is in one.
 * @throws Error when onnxruntime cannot load or run it, or an output is no feature map.
 */
export async function loadNetwork(
  model: string | Uint8Array,
  { input, outputs }: Pick<PackManifest, "input" | "outputs">,
  options: InferenceSession.SessionOptions = {},
): Promise<Network> {
  const session = await InferenceSession.create(model as string, options);
  const names = outputs.map(({ name }) => name);
  for (const name of names) {
    if (!session.outputNames.includes(name)) throw new Error(`it has no output named "${name}".`);
  }
  const run = (pixels: Uint8Array, batchSize: number) =>
    session.run({ [input.name]: networkInput(pixels, batchSize, input) }, names);
  const maps = await run(new Uint8Array(input.size * input.size * 3), 1);
  const sizes = names.map((name) => featureMapSize(name, maps[name]!));
  const pooling = await InferenceSession.create(poolingGraph(outputs, sizes), options);
  return async (pixels, batchSize) => {
    const pooled = await pooling.run(await run(pixels, batchSize));
    return names.map((name) => pooled[pooledName(name)]!);
  };
}

/** Anything but a feature map would make embeddings of nothing. */
function featureMapSize(name: string, { type, dims }: Tensor): FeatureMapSize {
  const [, channels, height, width] = dims;
  if (type !== "float32" || dims.length !== 4 || !channels || !height || !width) {
    throw new Error(`its output "${name}" is not float32 [batch, channels, height, width].`);
  }
  return { channels, height, width };
}
