import { availableParallelism } from "node:os";
import type { Device } from "../../core/device.js";
import type { Embedding } from "../../core/embedding.js";
import { LaneQueue } from "../../core/lane-queue.js";
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
import type { ModelRecipe } from "./model.js";
import { type ModelThreads, startModelThreads } from "./model-threads.js";

/** Told of a batch that the model took: how many pictures, and how long it took, in milliseconds. */
export type BatchListener = (pictures: number, ms: number) => void;

export interface EmbedderOptions {
  /** Worker threads, each with the model loaded once. 1 or more; default: {@link defaultThreads}. */
  readonly threads?: number;
  /** Pictures a thread takes at once. 1 or more; default 4: beyond that a batch gains no speed, only memory. */
  readonly maxBatchSize?: number;
  /** What the network runs on. Default cpu. */
  readonly device?: Device;
  /** Default: nobody. */
  readonly onBatch?: BatchListener;
}

/**
 * An embedder on worker threads of this process. It is ready when this returns: every thread has loaded the model.
 *
 * @throws AppError MODEL_INVALID when onnxruntime cannot load the model, or no thread can; INVALID_REQUEST when the device is not there.
 */
export async function createEmbedder(pack: ModelPack, options: EmbedderOptions = {}): Promise<Embedder> {
  const { device = "cpu", maxBatchSize = 4, onBatch = () => {} } = options;
  await requireDevice(device);
  const threads = options.threads ?? defaultThreads(device);
  const { manifest, modelPath, projectionPath, head } = pack;
  const recipe: ModelRecipe = { manifest, modelPath, projectionPath, head, device };
  const started = await startModelThreads(recipe, threads).catch((cause: Error) => {
    throw new AppError("MODEL_INVALID", `The model ${modelPath} cannot be loaded: ${cause.message}`, {
      cause,
    });
  });
  return new ThreadedEmbedder(pack, started, { threads, maxBatchSize, onBatch });
}

/** One for each processor; another device is one, however many threads there are, and each would load the model to it again. */
export function defaultThreads(device: Device): number {
  return device === "cpu" ? availableParallelism() : 1;
}

/** A picture that no thread has begun with. */
interface Waiting {
  readonly tensor: PixelTensor;
  readonly answer: (result: ItemResult<Embedding>) => void;
}

class ThreadedEmbedder implements Embedder {
  readonly model;
  readonly aspects;
  readonly verdicts;
  readonly colourBlindAspect;
  readonly #inputSize: number;
  readonly #modelThreads: ModelThreads;
  readonly #threads: number;
  readonly #maxBatchSize: number;
  readonly #onBatch: BatchListener;
  readonly #queue = new LaneQueue<Waiting>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #waiting: Record<Lane, number> = { search: 0, import: 0 };
  readonly #throughput = new Throughput(() => performance.now());
  #idleThreads: number;
  #closing: Promise<void> | null = null;

  constructor(
    pack: ModelPack,
    modelThreads: ModelThreads,
    { threads, maxBatchSize, onBatch }: Required<Omit<EmbedderOptions, "device">>,
  ) {
    this.model = pack.identity;
    this.aspects = pack.manifest.aspects;
    this.verdicts = pack.manifest.verdicts ?? null;
    this.colourBlindAspect = pack.manifest.colourBlindAspect ?? null;
    this.#inputSize = pack.manifest.input.size;
    this.#modelThreads = modelThreads;
    this.#threads = threads;
    this.#idleThreads = threads;
    this.#maxBatchSize = maxBatchSize;
    this.#onBatch = onBatch;
  }

  async embed(tensors: readonly PixelTensor[], options: EmbedOptions = {}): Promise<ItemResult<Embedding>[]> {
    if (this.#closing) throw new AppError("INTERNAL", "The embedder is closed; it takes no more pictures.");
    const { lane = "search" } = options;
    requireRoom(this.#waiting[lane] + tensors.length, lane, this.#throughput.perSecond);
    const entered: Waiting[] = [];
    const all = Promise.all(tensors.map((tensor) => this.#enter(tensor, lane, entered)));
    const endWait = whenNobodyWaits(options, () => {
      for (const picture of entered) {
        // A thread that is at it would have to be ended, and with it the model that it has loaded.
        if (this.#queue.remove(picture)) picture.answer({ error: deadlineExceeded() });
      }
    });
    this.#startBatches();
    this.#running.add(all);
    this.#waiting[lane] += tensors.length;
    try {
      return await all;
    } finally {
      endWait();
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

  async #drain(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#modelThreads.end();
  }

  /** Lets a picture wait for a thread, and adds it to those that have entered. */
  async #enter(tensor: PixelTensor, lane: Lane, entered: Waiting[]): Promise<ItemResult<Embedding>> {
    const misfit = misfitOf(tensor, this.#inputSize);
    if (misfit !== null) return { error: misfit };
    return new Promise((answer) => {
      const picture: Waiting = { tensor, answer };
      entered.push(picture);
      this.#queue.push(picture, lane);
    });
  }

  /** Gives every idle thread its share of what waits: two pictures of a search run beside one another, not in one batch. */
  #startBatches(): void {
    while (this.#idleThreads > 0) {
      const batch = this.#queue.take(1 / this.#threads, this.#maxBatchSize);
      if (batch.length === 0) return;
      this.#idleThreads -= 1;
      void this.#embedBatch(batch).finally(() => {
        this.#idleThreads += 1;
        this.#startBatches();
      });
    }
  }

  /** An embedding, or what it means that it is none: numbers too large for half precision, say, whatever the picture is. */
  #checked(embedding: Embedding): ItemResult<Embedding> {
    if (embedding.every(Number.isFinite)) return { value: embedding };
    return {
      error: new AppError(
        "MODEL_INVALID",
        `The model ${this.model.id} makes embeddings of numbers that are not finite; use another, or the same in full precision.`,
      ),
    };
  }

  async #embedBatch(batch: readonly Waiting[]): Promise<void> {
    const size = this.#inputSize;
    const dim = this.model.embeddingDim;
    const pixels = new Uint8Array(batch.length * size * size * 3);
    batch.forEach(({ tensor }, i) => {
      pixels.set(tensor.data, i * size * size * 3);
    });
    const started = performance.now();
    try {
      const { embeddings, failures } = await this.#throughput.measure(batch.length, () =>
        this.#modelThreads.embed({ pixels, batchSize: batch.length }),
      );
      this.#onBatch(batch.length, performance.now() - started);
      batch.forEach(({ answer }, i) => {
        const failure = failures.get(i);
        if (failure === undefined) answer(this.#checked(embeddings.slice(i * dim, (i + 1) * dim)));
        else answer({ error: new AppError("INTERNAL", `The model failed: ${failure}`) });
      });
    } catch (cause) {
      // Whichever of them the thread was lost over, the others are not of the same search.
      if (batch.length > 1) for (const picture of batch) await this.#embedBatch([picture]);
      else {
        const message = `A worker thread failed: ${(cause as Error).message}`;
        batch[0]!.answer({ error: new AppError("INTERNAL", message, { cause }) });
      }
    }
  }
}
