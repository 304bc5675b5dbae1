import { threadId, workerData } from "node:worker_threads";
import { lowerPriority } from "../../lower-priority.js";
import type { EmbeddingAnswer, EmbeddingTask, LoadAnswer } from "./embedding-task.js";
import { loadModel, type ModelRecipe } from "./model.js";

lowerPriority("model");

const recipe = workerData as ModelRecipe;
const { embeddingDim } = recipe.manifest;
// One thread a batch: batches run beside one another in several workers, which is faster than one at a time in several threads.
const loading = loadModel(recipe, 1);
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
  const model = await loading;
  embeddings.set(await model.embed(pixels, batchSize));
}
