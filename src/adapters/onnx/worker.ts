import { threadId, workerData } from "node:worker_threads";
import { InferenceSession, type Tensor } from "onnxruntime-node";
import { type FeatureMap, pool } from "../../core/pooling.js";
import type { EmbeddingAnswer, EmbeddingTask, LoadAnswer, WorkerData } from "./embedding-task.js";
import { networkInput } from "./network-input.js";
import { loadProjection, type Projection } from "./projection.js";

const { manifest, modelPath, projectionPath, head } = workerData as WorkerData;
const { embeddingDim, outputs } = manifest;
const outputNames = outputs.map((output) => output.name);
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

async function loadModel(): Promise<{ session: InferenceSession; project: Projection }> {
  // One thread a session: pictures run beside one another in several workers, which is faster than one at a time in several threads.
  const session = await InferenceSession.create(modelPath, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // Without it processors that lack VNNI add two 8-bit products in 16 bits, where they can overflow.
    ...(manifest.model.arithmetic === "exact" && { extra: { session: { x64quantprecision: "1" } } }),
  });
  for (const name of outputNames) holdFeatureMap(session, name);
  return { session, project: await loadProjection(manifest, projectionPath, head) };
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
  const { session, project } = await loading;
  const feeds = { [manifest.input.name]: networkInput(pixels, batchSize, manifest.input) };
  const maps = await session.run(feeds, outputNames);
  const pooled = outputs.map(({ name, pooling }) =>
    Array.from({ length: batchSize }, (_, i) => pool(featureMap(maps[name]!, i), pooling)),
  );
  embeddings.set(await project(pooled));
}

/** Holds that an output is a feature map: anything else would make embeddings of nothing. */
function holdFeatureMap(session: InferenceSession, name: string): void {
  const output = session.outputMetadata.find((metadata) => metadata.name === name);
  if (!output) throw new Error(`it has no output named "${name}".`);
  if (!output.isTensor || output.type !== "float32" || output.shape.length !== 4) {
    throw new Error(`its output "${name}" is not float32 [batch, channels, height, width].`);
  }
}

/** One picture's part of a network output `[batch, channels, height, width]`. */
function featureMap(output: Tensor, index: number): FeatureMap {
  const [, channels, height, width] = output.dims as [number, number, number, number];
  const length = channels * height * width;
  const data = output.data as Float32Array;
  return { data: data.subarray(index * length, (index + 1) * length), channels, height, width };
}
