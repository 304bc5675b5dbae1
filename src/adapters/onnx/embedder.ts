import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import type { Device } from "../../core/device.js";
import type { Embedding } from "../../core/embedding.js";
import type { Embedder, ItemResult, Lane, PixelTensor } from "../../core/ports.js";
import { AppError } from "../../errors.js";
import type { ModelPack } from "../models/pack.js";
import { requireDevice } from "./devices.js";
import type { EmbeddingAnswer, EmbeddingTask, LoadAnswer, WorkerData } from "./embedding-task.js";
import { inLane, inLanes } from "./lane-queue.js";

export interface EmbedderOptions {
  /** Worker threads, each with the model loaded once. 1 or more; default: one for each processor, and one on any other device. */
  readonly threads?: number;
  /** Pictures a thread takes at once. 1 or more; default 8: beyond that a batch gains no speed, only memory. */
  readonly maxBatchSize?: number;
  /** What the network runs on. Default cpu. */
  readonly device?: Device;
}

// Worker threads run the built file, also when this one runs from the sources: Node.js loads no TypeScript in them.
const workerFile = createRequire(import.meta.url).resolve("#embedding-worker");

/**
 * An embedder on worker threads of this process. It is ready when this returns: every thread has loaded the model.
 *
 * @throws AppError MODEL_INVALID when onnxruntime cannot load the model; INVALID_REQUEST when the device is not there.
 */
export async function createEmbedder(pack: ModelPack, options: EmbedderOptions = {}): Promise<Embedder> {
  const { device = "cpu", maxBatchSize = 8 } = options;
  await requireDevice(device);
  // A device other than the processor is one, however many threads there are; each would load the model to it again.
  const threads = options.threads ?? (device === "cpu" ? availableParallelism() : 1);
  const { manifest, modelPath, projectionPath, head } = pack;
  const workerData: WorkerData = { manifest, modelPath, projectionPath, head, device };
  const pool = new Piscina<EmbeddingTask, EmbeddingAnswer>({
    filename: workerFile,
    workerData,
    minThreads: threads,
    maxThreads: threads,
    ...inLanes(),
  });
  // A thread that ends between two tasks is replaced, and told here; unheard it would end the process.
  pool.on("error", () => {});
  const failure = await loadModel(pool, threads);
  if (failure !== null) {
    await pool.destroy();
    throw new AppError("MODEL_INVALID", `The model ${pack.modelPath} cannot be loaded: ${failure}`);
  }
  return new ThreadedEmbedder(pack, pool, threads, maxBatchSize);
}

/**
 * Resolves when every thread has loaded the model, or has failed to: why, or null. None may be ended before that, for
 * onnxruntime aborts the whole process when its thread ends in the middle of loading.
 */
async function loadModel(pool: Piscina, threads: number): Promise<string | null> {
  const answers = new Map<number, string | null>();
  while (answers.size < threads) {
    const ask = (): Promise<LoadAnswer> => pool.run(null, { name: "load" });
    for (const { threadId, failure } of await Promise.all(Array.from({ length: threads }, ask))) {
      answers.set(threadId, failure);
    }
  }
  return [...answers.values()].find((failure) => failure !== null) ?? null;
}

class ThreadedEmbedder implements Embedder {
  readonly model;
  readonly aspects;
  readonly verdicts;
  readonly colourBlindAspect;
  readonly #inputSize: number;
  readonly #pool: Piscina<EmbeddingTask, EmbeddingAnswer>;
  readonly #threads: number;
  readonly #maxBatchSize: number;
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;

  constructor(
    pack: ModelPack,
    pool: Piscina<EmbeddingTask, EmbeddingAnswer>,
    threads: number,
    maxBatchSize: number,
  ) {
    this.model = pack.identity;
    this.aspects = pack.manifest.aspects;
    this.verdicts = pack.manifest.verdicts ?? null;
    this.colourBlindAspect = pack.manifest.colourBlindAspect ?? null;
    this.#inputSize = pack.manifest.input.size;
    this.#pool = pool;
    this.#threads = threads;
    this.#maxBatchSize = maxBatchSize;
  }

  async embed(tensors: readonly PixelTensor[], lane: Lane = "search"): Promise<ItemResult<Embedding>[]> {
    if (this.#closing) throw new AppError("INTERNAL", "The embedder is closed; it takes no more pictures.");
    // Spread over all threads first: two pictures of a search run beside one another, not in one batch.
    const batchSize = Math.min(this.#maxBatchSize, Math.ceil(tensors.length / this.#threads));
    const batches: Promise<ItemResult<Embedding>[]>[] = [];
    for (let start = 0; start < tensors.length; start += batchSize) {
      batches.push(this.#embedBatch(tensors.slice(start, start + batchSize), lane));
    }
    const all = Promise.all(batches);
    this.#running.add(all);
    try {
      return (await all).flat();
    } finally {
      this.#running.delete(all);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  /** Waits itself: the pool's own close gives up after a time, and with it what still waits in its queue. */
  async #drain(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#pool.destroy();
  }

  async #embedBatch(tensors: readonly PixelTensor[], lane: Lane): Promise<ItemResult<Embedding>[]> {
    const size = this.#inputSize;
    const fits = tensors.map(({ width, height, data }) => {
      return width === size && height === size && data.length === size * size * 3;
    });
    const taken = tensors.filter((_, i) => fits[i]);
    const pixels = new Uint8Array(taken.length * size * size * 3);
    taken.forEach((tensor, i) => {
      pixels.set(tensor.data, i * size * size * 3);
    });
    const answers = (await this.#run({ pixels, batchSize: taken.length }, lane)).values();
    return tensors.map(({ width, height, data }, i) => {
      if (fits[i]) return answers.next().value!;
      const message = `The model takes pictures of ${size} x ${size} pixels, 3 bytes each; received ${width} x ${height} in ${data.length} bytes.`;
      return { error: new AppError("INVALID_REQUEST", message) };
    });
  }

  async #run(task: EmbeddingTask, lane: Lane): Promise<ItemResult<Embedding>[]> {
    const dim = this.model.embeddingDim;
    try {
      const { embeddings, failures } = await this.#pool.run(
        { ...task, ...inLane(lane) },
        {
          transferList: [task.pixels.buffer as ArrayBuffer],
        },
      );
      return Array.from({ length: task.batchSize }, (_, i) => {
        const failure = failures.get(i);
        if (failure !== undefined) return { error: new AppError("INTERNAL", `The model failed: ${failure}`) };
        return { value: embeddings.slice(i * dim, (i + 1) * dim) };
      });
    } catch (cause) {
      const error = new AppError("INTERNAL", `A worker thread failed: ${(cause as Error).message}`, {
        cause,
      });
      return Array.from({ length: task.batchSize }, () => ({ error }));
    }
  }
}
