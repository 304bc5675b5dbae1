import { randomUUID } from "node:crypto";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Embedding } from "../../core/embedding.js";
import { misfitOf } from "../../core/pixel-tensor.js";
import type {
  Embedder,
  EmbedderLoad,
  EmbeddingWorker,
  EmbedOptions,
  ItemResult,
  Lane,
  PixelTensor,
} from "../../core/ports.js";
import { deadlineExceeded, requireRoom } from "../../core/waiting.js";
import { AppError } from "../../errors.js";
import type { ModelPack } from "../models/pack.js";
import { whenNobodyWaits } from "../when-nobody-waits.js";
import { Answers } from "./answers.js";
import { connect, unavailable } from "./connection.js";
import { liveWorkers } from "./fleet.js";
import { type JobData, PREFIX, PRIORITY, pixelsKey, queueOf } from "./protocol.js";

/** Pixels that nobody renews stay in Redis for so long; whoever waits without an end renews its own. */
const KEPT_MS = 10 * 60_000;
/** What is known of the fleet is asked for anew after so long. */
const FLEET_KNOWN_FOR_MS = 1000;
/** Pictures whose pixels are sent in one go: a slow link carries so many within the time that a command has, and searches in between. */
const SENT_AT_ONCE = 8;
/** BullMQ tells what happens in a stream that nobody reads here. */
const MOST_EVENTS = 100;

/**
 * An embedder that hands pictures to workers in other processes, through Redis. This process decodes them, so that the bytes of
 * strangers never reach a worker, and sends small tensors.
 *
 * @throws AppError QUEUE_UNAVAILABLE when Redis cannot be reached.
 */
export async function createQueuedEmbedder(pack: ModelPack, url: string): Promise<Embedder> {
  const redis = await connect(url);
  try {
    return new QueuedEmbedder(pack, redis, await Answers.open(redis));
  } catch (cause) {
    redis.disconnect();
    throw unavailable(cause);
  }
}

class QueuedEmbedder implements Embedder {
  readonly model;
  readonly aspects;
  readonly verdicts;
  readonly colourBlindAspect;
  readonly #sha256: string;
  readonly #inputSize: number;
  readonly #redis: Redis;
  readonly #answers: Answers;
  readonly #queue: Queue<JobData>;
  readonly #running = new Set<Promise<unknown>>();
  /** Pictures of this process without an answer yet, in the queue or about to join it. */
  readonly #asked: Record<Lane, number> = { search: 0, import: 0 };
  #hadWorkers = false;
  #fleet: { readonly workers: readonly EmbeddingWorker[]; readonly askedAt: number } | null = null;
  #closing: Promise<void> | null = null;

  constructor(pack: ModelPack, redis: Redis, answers: Answers) {
    this.model = pack.identity;
    this.aspects = pack.manifest.aspects;
    this.verdicts = pack.manifest.verdicts ?? null;
    this.colourBlindAspect = pack.manifest.colourBlindAspect ?? null;
    this.#sha256 = pack.identity.sha256!;
    this.#inputSize = pack.manifest.input.size;
    this.#redis = redis;
    this.#answers = answers;
    this.#queue = new Queue(queueOf(this.#sha256), {
      connection: redis as never,
      prefix: PREFIX,
      streams: { events: { maxLen: MOST_EVENTS } },
    });
    this.#queue.on("error", () => {});
    redis.on("close", () => answers.giveUpAll());
  }

  async embed(tensors: readonly PixelTensor[], options: EmbedOptions = {}): Promise<ItemResult<Embedding>[]> {
    if (this.#closing) throw new AppError("INTERNAL", "The embedder is closed; it takes no more pictures.");
    const misfits = tensors.map((tensor) => misfitOf(tensor, this.#inputSize));
    const work = this.#embedFitting(
      tensors.filter((_, i) => misfits[i] === null),
      options,
    );
    this.#running.add(work);
    try {
      const answers = (await work).values();
      return misfits.map((misfit) => (misfit === null ? answers.next().value! : { error: misfit }));
    } finally {
      this.#running.delete(work);
    }
  }

  async load(): Promise<EmbedderLoad> {
    try {
      return { waiting: await this.#waiting(), workers: await this.#workers() };
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  async #drain(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#queue.close().catch(() => {});
    this.#redis.disconnect();
    this.#answers.close();
  }

  async #embedFitting(
    tensors: readonly PixelTensor[],
    options: EmbedOptions,
  ): Promise<ItemResult<Embedding>[]> {
    if (tensors.length === 0) return [];
    const { lane = "search", timeoutMs, requestId } = options;
    const jobs = tensors.map((tensor) => ({ id: randomUUID() as string, tensor }));
    const ids = jobs.map(({ id }) => id);
    const answers = ids.map((id) => this.#answers.to(id));
    this.#asked[lane] += tensors.length;
    const place = this.#asked[lane];
    let gone = false;
    let handed = false;
    const renewing = timeoutMs === undefined ? setInterval(this.#renewal(ids), KEPT_MS / 2) : undefined;
    const endWait = whenNobodyWaits(options, () => {
      gone = true;
      this.#answers.giveUp(ids, deadlineExceeded());
      if (handed) this.#takeBack(ids);
    });
    try {
      if (gone) return await Promise.all(answers);
      if (!this.#answers.isHeard) throw unavailable("the connection was lost");
      await this.#requireWorkers(lane, tensors.length, place);
      for (let i = 0; i < jobs.length && !gone; i += SENT_AT_ONCE) {
        handed = true;
        await this.#hand(jobs.slice(i, i + SENT_AT_ONCE), lane, timeoutMs ?? KEPT_MS, requestId);
      }
      // Whoever went while they were handed over has not taken all of them back.
      if (handed && gone) this.#takeBack(ids);
      const results = await Promise.all(answers);
      const lost = results.find((result) => "error" in result && result.error.code === "QUEUE_UNAVAILABLE");
      if (lost && "error" in lost) throw lost.error;
      return results;
    } catch (cause) {
      if (handed) this.#takeBack(ids);
      throw cause instanceof AppError ? cause : unavailable(cause);
    } finally {
      endWait();
      clearInterval(renewing);
      this.#asked[lane] -= tensors.length;
      this.#answers.forget(ids);
    }
  }

  /** The pixels first, which go when nobody waits any more; a worker drops what has none. */
  async #hand(
    jobs: readonly { readonly id: string; readonly tensor: PixelTensor }[],
    lane: Lane,
    keptMs: number,
    requestId: string | undefined,
  ): Promise<void> {
    const expiresInMs = Math.max(1, Math.ceil(keptMs));
    // No pipelines, which BullMQ's adding of several at once is, too: each is given all of BullMQ's scripts.
    await Promise.all(
      jobs.map(({ id, tensor }) => this.#redis.set(pixelsKey(id), bytesOf(tensor), "PX", expiresInMs)),
    );
    const answers = this.#answers.channel;
    await Promise.all(
      jobs.map(({ id, tensor: { width, height } }) => {
        const picture = { model: this.#sha256, width, height, answers };
        const data = requestId === undefined ? picture : { ...picture, requestId };
        const options = {
          jobId: id,
          priority: PRIORITY[lane],
          removeOnComplete: true,
          removeOnFail: true,
        };
        return this.#queue.add(lane, data, options);
      }),
    );
  }

  /**
   * @param place of the last picture among those that this process asked for. What is about to join does not wait in Redis yet.
   * @throws AppError when nobody would embed the pictures, or not in time.
   */
  async #requireWorkers(lane: Lane, pictures: number, place: number): Promise<void> {
    const workers = await this.#workers();
    const own = workers.filter(({ model }) => model === this.#sha256);
    this.#hadWorkers ||= own.length > 0;
    // An import waits for workers to come, or to be replaced; those of another model are neither.
    if (lane === "import" && (this.#hadWorkers || workers.length === 0)) return;
    if (own.length === 0 && workers.length > 0 && !this.#hadWorkers) {
      throw new AppError(
        "MODEL_MISMATCH",
        `The workers that run have another model than ${this.model.id}, with which the catalog's designs are embedded; start one with: diptych worker --model ${this.model.id}`,
      );
    }
    if (own.length === 0) {
      throw new AppError(
        "QUEUE_UNAVAILABLE",
        `No worker runs that would embed the pictures; start one with: diptych worker --model ${this.model.id}`,
        { retryAfterS: 5 },
      );
    }
    const { search } = await this.#waiting();
    const picturesPerS = own.reduce((sum, worker) => sum + worker.picturesPerS, 0);
    requireRoom(Math.max(search + pictures, place), lane, picturesPerS);
  }

  async #waiting(): Promise<Record<Lane, number>> {
    const counts = await this.#queue.getCountsPerPriority(Object.values(PRIORITY));
    return { search: counts[PRIORITY.search] ?? 0, import: counts[PRIORITY.import] ?? 0 };
  }

  async #workers(): Promise<readonly EmbeddingWorker[]> {
    const now = performance.now();
    if (this.#fleet === null || now - this.#fleet.askedAt > FLEET_KNOWN_FOR_MS) {
      this.#fleet = { workers: await liveWorkers(this.#redis), askedAt: now };
    }
    return this.#fleet.workers;
  }

  /**
   * Keeps what somebody still waits for, and gives up what Redis has lost, as when its clock was set. What is missing once may just
   * be answered; what is still waited for at the next look is not.
   */
  #renewal(ids: readonly string[]): () => Promise<void> {
    let missing = new Set<string>();
    return async () => {
      const renewals = this.#redis.pipeline();
      for (const id of ids) renewals.pexpire(pixelsKey(id), KEPT_MS);
      const renewed = await renewals.exec().catch(() => null);
      const gone = ids.filter((_, i) => renewed?.[i]?.[1] === 0);
      this.#answers.giveUp(
        gone.filter((id) => missing.has(id)),
        new AppError("QUEUE_UNAVAILABLE", "Redis has lost the picture; try again.", { retryAfterS: 1 }),
      );
      missing = new Set(gone);
    };
  }

  /** Nobody waits for these: no worker shall embed them. */
  #takeBack(ids: readonly string[]): void {
    this.#redis.del(ids.map(pixelsKey)).catch(() => {});
    for (const id of ids) this.#queue.remove(id).catch(() => {});
  }
}

function bytesOf({ data }: PixelTensor): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
