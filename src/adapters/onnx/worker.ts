import { threadId, workerData } from "node:worker_threads";
import { lowerPriority } from "../../lower-priority.js";
import { executionProviders } from "./devices.js";
import type { EmbeddingAnswer, EmbeddingTask, LoadAnswer, WorkerData } from "./embedding-task.js";
import { loadNetwork, type Network } from "./network.js";
import { loadProjection, type Projection } from "./projection.js";

lowerPriority("model");

const { manifest, modelPath, projectionPath, head, device } = workerData as WorkerData;
const { embeddingDim } = manifest;
const loading = loadModel();
// Told by `load` to whom it concerns; unhandled it would end the thread.
loading.catch(() => {});

/** Resolves when this thread has loaded the model, or has failed to. */
export async function load(): Promise<LoadAnswer> {
  const failure = await loading.then(
    () => null,
    (error: Error) => error.message,
  );
  return { threadId, failure };
}

/** Embeds one batch. When it fails as a whole its pictures are tried one by one, so that each fails only by itself. */
export default async function embedBatch({ pixels, batchSize }: EmbeddingTask): Promise<EmbeddingAnswer> {
  const embeddings = new Float32Array(batchSize * embeddingDim);
  const failures = new Map<number, string>();
  try {
    await embedInto(embeddings, pixels, batchSize);
  } catch {
    await embedOneByOne(embeddings, pixels, batchSize, failures);
  }
  return { embeddings, failures };
}

async function loadModel(): Promise<{ network: Network; project: Projection }> {
  const network = await loadNetwork(modelPath, manifest, {
    executionProviders: executionProviders(device),
    // One thread a session: pictures run beside one another in several workers, which is faster than one at a time in several threads.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // Without it processors that lack VNNI add two 8-bit products in 16 bits, where they can overflow.
    ...(manifest.model.arithmetic === "exact" && { extra: { session: { x64quantprecision: "1" } } }),
  });
  const project = await loadProjection(manifest, projectionPath, head);
  const { size } = manifest.input;
  const sample = await project(await network.describe(new Uint8Array(size * size * 3), 1));
  if (sample.length !== embeddingDim) {
    throw new Error(
      `it makes embeddings of ${sample.length} numbers, not of ${embeddingDim} as its manifest tells.`,
    );
  }
  return { network, project };
}

async function embedOneByOne(
  embeddings: Float32Array,
  pixels: Uint8Array,
  batchSize: number,
  failures: Map<number, string>,
): Promise<void> {
  const pictureSize = pixels.length / batchSize;
  for (let i = 0; i < batchSize; i++) {
    const row = embeddings.subarray(i * embeddingDim, (i + 1) * embeddingDim);
    try {
      await embedInto(row, pixels.subarray(i * pictureSize, (i + 1) * pictureSize), 1);
    } catch (error) {
      row.fill(0);
      failures.set(i, error instanceof Error ? error.message : String(error));
    }
  }
}

async function embedInto(embeddings: Float32Array, pixels: Uint8Array, batchSize: number): Promise<void> {
  const { network, project } = await loading;
  embeddings.set(await project(await network.describe(pixels, batchSize)));
}
