import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import type { Device } from "../../core/device.js";
import type { Embedding } from "../../core/embedding.js";
import { misfitOf } from "../../core/pixel-tensor.js";
import type {
  Embedder,
  EmbedderLoad,
  EmbedOptions,
  ItemResult,
  Lane,
  PixelTensor,
} from "../../core/ports.js";
import { Throughput } from "../../core/throughput.js";
import { deadlineExceeded, requireRoom } from "../../core/waiting.js";
import { AppError } from "../../errors.js";
import type { ModelPack } from "../models/pack.js";
import { whenNobodyWaits } from "../when-nobody-waits.js";
import { requireDevice } from "./devices.js";
import type { EmbeddingAnswer, EmbeddingTask, LoadAnswer, WorkerData } from "./embedding-task.js";
import { at, inLanes, type Place } from "./lane-queue.js";

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
  readonly #waiting: Record<Lane, number> = { search: 0, import: 0 };
  readonly #throughput = new Throughput(() => performance.now());
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

  async embed(tensors: readonly PixelTensor[], options: EmbedOptions = {}): Promise<ItemResult<Embedding>[]> {
    if (this.#closing) throw new AppError("INTERNAL", "The embedder is closed; it takes no more pictures.");
    const { lane = "search" } = options;
    requireRoom(this.#waiting[lane] + tensors.length, lane, this.#throughput.perSecond);
    // Spread over all threads first: two pictures of a search run beside one another, not in one batch.
    const batchSize = Math.min(this.#maxBatchSize, Math.ceil(tensors.length / this.#threads));
    const batches: Promise<ItemResult<Embedding>[]>[] = [];
    for (let start = 0; start < tensors.length; start += batchSize) {
      batches.push(this.#embedBatch(tensors.slice(start, start + batchSize), options));
    }
    const all = Promise.all(batches);
    this.#running.add(all);
    this.#waiting[lane] += tensors.length;
    try {
      return (await all).flat();
    } finally {
      this.#running.delete(all);
      this.#waiting[lane] -= tensors.length;
    }
  }

  async load(): Promise<EmbedderLoad> {
    return { waiting: { ...this.#waiting }, workers: null };
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

  async #embedBatch(
    tensors: readonly PixelTensor[],
    options: EmbedOptions,
  ): Promise<ItemResult<Embedding>[]> {
    const size = this.#inputSize;
    const misfits = tensors.map((tensor) => misfitOf(tensor, size));
    const taken = tensors.filter((_, i) => misfits[i] === null);
    const pixels = new Uint8Array(taken.length * size * size * 3);
    taken.forEach((tensor, i) => {
      pixels.set(tensor.data, i * size * size * 3);
    });
    const answers = (await this.#run({ pixels, batchSize: taken.length }, options)).values();
    return misfits.map((misfit) => (misfit === null ? answers.next().value! : { error: misfit }));
  }

  async #run(task: EmbeddingTask, options: EmbedOptions): Promise<ItemResult<Embedding>[]> {
    const dim = this.model.embeddingDim;
    const inAnyCase = (error: AppError) => Array.from({ length: task.batchSize }, () => ({ error }));
    if (options.signal?.aborted) return inAnyCase(deadlineExceeded());
    const place: Place = { lane: options.lane ?? "search", leave: null };
    let end = () => {};
    const nobodyWaits = new Promise<never>((_, reject) => {
      end = whenNobodyWaits(options, () => {
        // A thread that is at it would be ended, and with it the model that it has loaded.
        if (place.leave === null) return;
        place.leave();
        reject(deadlineExceeded());
      });
    });
    try {
      // Without a signal, which would let it wait beside the pool's queue, in no lane.
      const { embeddings, failures } = await this.#throughput.measure(task.batchSize, () =>
        Promise.race([
          this.#pool.run({ ...task, ...at(place) }, { transferList: [task.pixels.buffer as ArrayBuffer] }),
          nobodyWaits,
        ]),
      );
      return Array.from({ length: task.batchSize }, (_, i) => {
        const failure = failures.get(i);
        if (failure !== undefined) return { error: new AppError("INTERNAL", `The model failed: ${failure}`) };
        return { value: embeddings.slice(i * dim, (i + 1) * dim) };
      });
    } catch (cause) {
      if (cause instanceof AppError) return inAnyCase(cause);
      return inAnyCase(
        new AppError("INTERNAL", `A worker thread failed: ${(cause as Error).message}`, { cause }),
      );
    } finally {
      end();
    }
  }
}
