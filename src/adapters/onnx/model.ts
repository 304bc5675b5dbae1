import type { Device } from "../../core/device.js";
import type { ModelPack } from "../models/pack.js";
import { executionProviders } from "./devices.js";
import { loadNetwork } from "./network.js";
import { loadProjection } from "./projection.js";

/** What of a pack a model is loaded from, and what it runs on. */
export interface ModelRecipe extends Pick<ModelPack, "manifest" | "modelPath" | "projectionPath" | "head"> {
  readonly device: Device;
}

/** A loaded network with the projection behind it. */
export interface Model {
  /** Takes unsigned 8-bit RGB, `[batchSize, size, size, 3]` in one piece, gives `[batchSize, embeddingDim]`, in one piece. */
  embed(pixels: Uint8Array, batchSize: number): Promise<Float32Array>;
}

/**
 * Loads a model and embeds a black picture: so it is known to run, and is warm.
 *
 * @param threads that run one batch. 1 or more.
 * @throws Error when onnxruntime cannot load or run it, or its embeddings are not what the manifest tells.
 */
export async function loadModel(recipe: ModelRecipe, threads: number): Promise<Model> {
  const { manifest, modelPath, projectionPath, head, device } = recipe;
  const network = await loadNetwork(modelPath, manifest, {
    executionProviders: executionProviders(device),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Without it processors that lack VNNI add two 8-bit products in 16 bits, where they can overflow.
    ...(manifest.model.arithmetic === "exact" && { extra: { session: { x64quantprecision: "1" } } }),
  });
  const project = await loadProjection(manifest, projectionPath, head);
  const embed = async (pixels: Uint8Array, batchSize: number) =>
    project(await network.describe(pixels, batchSize));
  const { embeddingDim, input } = manifest;
  const sample = await embed(new Uint8Array(input.size * input.size * 3), 1);
  if (sample.length !== embeddingDim) {
    throw new Error(
      `it makes embeddings of ${sample.length} numbers, not of ${embeddingDim} as its manifest tells.`,
    );
  }
  return { embed };
}
