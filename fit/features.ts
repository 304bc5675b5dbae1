import pMap from "p-map";
import { network } from "../models/inception-v3/network.js";
import { createImageReader } from "../src/adapters/image/reader.js";
import { loadNetwork } from "../src/adapters/onnx/network.js";
import { InferenceSession, Tensor } from "../src/adapters/onnx/runtime.js";
import type { TrainingPicture } from "./pictures.js";
import type { Layer } from "./projection-graph.js";

/**
 * Runs the network on pictures and hands each one's pooled layers on, in the layers' order.
 *
 * @param onProgress told how many pictures are done.
 * @returns what `use` made of each picture, in the pictures' order.
 */
export async function poolPictures<T>(
  pictures: readonly Pick<TrainingPicture, "read">[],
  model: Uint8Array,
  use: (pooled: readonly Float32Array[]) => Promise<T>,
  onProgress: (done: number) => void,
): Promise<T[]> {
  const loaded = await loadNetwork(model, network);
  const { input, resizePolicy } = network;
  const reader = createImageReader({ inputSize: input.size, resizePolicy });
  let done = 0;
  return pMap(
    pictures,
    async (picture) => {
      const { data } = await reader.toTensor(await picture.read());
      const pooled = await loaded.describe(data, 1);
      const used = await use(pooled.map((tensor) => tensor.data as Float32Array));
      onProgress(++done);
      return used;
    },
    { concurrency: 4 },
  );
}

/** Runs a graph on single pictures: takes a tensor `[1, ...shape]` for each input, gives the values of each output. */
export type Transform = (values: readonly Float32Array[]) => Promise<Float32Array[]>;

/** @param shapes for each input of the graph its shape without the batch; default: one dimension. */
export async function transformBy(
  graph: Uint8Array,
  shapes?: readonly (readonly number[])[],
): Promise<Transform> {
  const session = await InferenceSession.create(graph);
  return async (values) => {
    const feeds = values.map((own, i) => [
      session.inputNames[i]!,
      new Tensor("float32", own, [1, ...(shapes?.[i] ?? [own.length])]),
    ]);
    const outputs = await session.run(Object.fromEntries(feeds));
    return session.outputNames.map((name) => Float32Array.from(outputs[name]!.data as Float32Array));
  };
}

/** The layers of the network as the graphs know them. */
export function layersOf(channels: readonly number[]): Layer[] {
  return network.outputs.map(({ name, pooling }, i) => ({
    output: name,
    grid: pooling.kind === "average" ? pooling.grid : 1,
    channels: channels[i]!,
  }));
}
