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
import { connect, unavailable } from "./connection.js";
import { liveWorkers } from "./fleet.js";
import {
  answersChannel,
  decodeAnswer,
  type JobData,
  PREFIX,
  PRIORITY,
  pixelsKey,
  QUEUE,
} from "./protocol.js";

/** How long pictures wait at most where nothing else is told: an import waits for its fleet, not for ever. */
const LONGEST_WAIT_MS = 10 * 60_000;
/** What is known of the fleet is asked for anew after so long. */
const FLEET_KNOWN_FOR_MS = 1000;
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
  const subscriber = redis.duplicate();
  subscriber.on("error", () => {});
  try {
    await subscriber.connect();
    const embedder = new QueuedEmbedder(pack, redis, subscriber);
    await subscriber.subscribe(embedder.channel);
    return embedder;
  } catch (cause) {
    redis.disconnect();
    subscriber.disconnect();
    throw unavailable(cause);
  }
}

class QueuedEmbedder implements Embedder {
  readonly model;
  readonly aspects;
  readonly verdicts;
  readonly colourBlindAspect;
  readonly channel = answersChannel(randomUUID());
  readonly #sha256: string;
  readonly #inputSize: number;
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #queue: Queue<JobData>;
  readonly #pending = new Map<string, (result: ItemResult<Embedding>) => void>();
  readonly #running = new Set<Promise<unknown>>();
  #fleet: { readonly workers: readonly EmbeddingWorker[]; readonly askedAt: number } | null = null;
  #closing: Promise<void> | null = null;

  constructor(pack: ModelPack, redis: Redis, subscriber: Redis) {
    this.model = pack.identity;
    this.aspects = pack.manifest.aspects;
    this.verdicts = pack.manifest.verdicts ?? null;
    this.colourBlindAspect = pack.manifest.colourBlindAspect ?? null;
    this.#sha256 = pack.identity.sha256!;
    this.#inputSize = pack.manifest.input.size;
    this.#redis = redis;
    this.#subscriber = subscriber;
    this.#queue = new Queue(QUEUE, {
      connection: redis as never,
      prefix: PREFIX,
      streams: { events: { maxLen: MOST_EVENTS } },
    });
    this.#queue.on("error", () => {});
    subscriber.on("messageBuffer", (_channel: Buffer, message: Buffer) => this.#take(message));
    // What was asked, or its answer, may be lost with a connection.
    for (const connection of [redis, subscriber]) connection.on("close", () => this.#giveUpAll());
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
    this.#subscriber.disconnect();
  }

  async #embedFitting(
    tensors: readonly PixelTensor[],
    options: EmbedOptions,
  ): Promise<ItemResult<Embedding>[]> {
    if (tensors.length === 0) return [];
    const { lane = "search", timeoutMs = LONGEST_WAIT_MS, signal } = options;
    const jobs = tensors.map((tensor) => ({ id: randomUUID() as string, tensor }));
    const answers = jobs.map(({ id }) => this.#answerTo(id));
    const endWait = whenNobodyWaits({ timeoutMs, ...(signal && { signal }) }, () =>
      this.#giveUp(jobs.map(({ id }) => id)),
    );
    try {
      if (lane === "search") await this.#requireWorkers(tensors.length);
      await this.#hand(jobs, lane, timeoutMs, options.requestId);
      const results = await Promise.all(answers);
      const lost = results.find((result) => "error" in result && result.error.code === "QUEUE_UNAVAILABLE");
      if (lost && "error" in lost) throw lost.error;
      return results;
    } catch (cause) {
      throw cause instanceof AppError ? cause : unavailable(cause);
    } finally {
      endWait();
      for (const { id } of jobs) this.#pending.delete(id);
    }
  }

  #answerTo(id: string): Promise<ItemResult<Embedding>> {
    return new Promise((resolve) => this.#pending.set(id, resolve));
  }

  /** The pixels first, which go when nobody waits any more; a worker drops what has none. */
  async #hand(
    jobs: readonly { readonly id: string; readonly tensor: PixelTensor }[],
    lane: Lane,
    timeoutMs: number,
    requestId: string | undefined,
  ): Promise<void> {
    const pixels = this.#redis.pipeline();
    for (const { id, tensor } of jobs) pixels.set(pixelsKey(id), bytesOf(tensor), "PX", timeoutMs);
    const failure = (await pixels.exec())?.find(([error]) => error !== null)?.[0];
    if (failure) throw failure;
    const { channel: answers } = this;
    await this.#queue.addBulk(
      jobs.map(({ id, tensor: { width, height } }) => ({
        name: lane,
        data: { model: this.#sha256, width, height, answers, ...(requestId !== undefined && { requestId }) },
        opts: { jobId: id, priority: PRIORITY[lane], removeOnComplete: true, removeOnFail: true },
      })),
    );
  }

  /** @throws AppError when nobody would embed the pictures, or not in time. */
  async #requireWorkers(pictures: number): Promise<void> {
    const workers = await this.#workers();
    const own = workers.filter(({ model }) => model === this.#sha256);
    if (own.length === 0 && workers.length > 0) {
      throw new AppError(
        "MODEL_MISMATCH",
        `The workers that run have another model than ${this.model.id}, with which the catalog's designs are embedded; start one with: diptych worker --model ${this.model.id}`,
      );
    }
    if (own.length === 0) throw unavailable("no worker runs; start one with: diptych worker");
    const { search } = await this.#waiting();
    const picturesPerS = own.reduce((sum, worker) => sum + worker.picturesPerS, 0);
    requireRoom(search + pictures, "search", picturesPerS);
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

  #take(message: Buffer): void {
    const answer = decodeAnswer(message);
    if (answer) this.#pending.get(answer.jobId)?.(answer.result);
  }

  /** Nobody waits for these: no worker shall embed them. */
  #giveUp(ids: readonly string[]): void {
    for (const id of ids) this.#pending.get(id)?.({ error: deadlineExceeded() });
    this.#redis.del(ids.map(pixelsKey)).catch(() => {});
    for (const id of ids) this.#queue.remove(id).catch(() => {});
  }

  #giveUpAll(): void {
    const error = unavailable("the connection was lost");
    for (const resolve of this.#pending.values()) resolve({ error });
  }
}

function bytesOf({ data }: PixelTensor): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
