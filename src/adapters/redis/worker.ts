import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type Job, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { Batcher } from "../../core/batcher.js";
import type { Embedding } from "../../core/embedding.js";
import type { Embedder, EmbeddingWorker, ItemResult, PixelTensor } from "../../core/ports.js";
import { Throughput } from "../../core/throughput.js";
import { AppError } from "../../errors.js";
import { connect, connectPatiently } from "./connection.js";
import { announce, HEARTBEAT_MS, leave } from "./fleet.js";
import { Gate } from "./gate.js";
import {
  encodeAnswer,
  givenKey,
  type JobData,
  PREFIX,
  pixelsKey,
  queueOf,
  SET_ASIDE_KEY,
} from "./protocol.js";

export interface WorkerOptions {
  /** The model, in this process. */
  readonly embedder: Embedder;
  /** How many threads it runs in. 1 or more. */
  readonly threads: number;
  readonly url: string;
  /** Pictures of one batch at most, 1 or more. */
  readonly maxBatchSize: number;
  /** How long a lone picture waits for others at most, in milliseconds. */
  readonly maxQueueDelayMs: number;
  readonly listeners?: WorkerListeners;
}

/** Told what a worker does. */
export interface WorkerListeners {
  readonly onBatch?: (pictures: number, ms: number, requestIds: readonly string[]) => void;
  /** Nobody waited for it any more. */
  readonly onDropped?: (jobId: string) => void;
  readonly onFailure?: (error: AppError, jobId: string, requestId: string | undefined) => void;
  /** How long it waited in the queue. */
  readonly onTaken?: (waitedMs: number) => void;
  /** Whatever became of it. */
  readonly onDone?: () => void;
}

/** Batches that run at once: while one is at the model, the next is read. */
const BATCHES_RUNNING = 2;
/**
 * Pictures that are taken beside a full batch, for each thread of the model: enough for the next one. Those that are left in the queue
 * another worker may take, and taking from a queue that is not empty costs fewer commands than waiting for every single picture does.
 */
const TAKEN_AHEAD = 8;
/**
 * Pictures with which so many workers died are set aside: once in company, which may have been to blame, and twice alone, for one
 * worker may be ended by something else.
 */
const MOST_DEATHS = 3;
/** A worker that was not heard of for so long has lost what it had taken; it comes back to the queue then. */
const LOCK_MS = 2000;
const LOST_CHECK_MS = 500;
/** A picture is lost with a worker more often than it is given to a model, namely whenever it waits beside one that kills. */
const MOST_TIMES_LOST = 100;
const COUNTED_FOR_S = 3600;
const MOST_SET_ASIDE = 100;
/** How long a worker that ends waits for a Redis that goes away meanwhile. */
const REDIS_AWAITED_MS = 3000;
/** Between two looks whether it is there. */
const PAUSE_MS = 500;

interface Taken {
  readonly id: string;
  readonly data: JobData;
  /** Whether another worker had taken it, and was lost. */
  readonly wasLost: boolean;
}

/** A process that embeds pictures for others; it works until it is closed. */
export interface FleetWorker {
  readonly told: () => EmbeddingWorker;
  /** Finishes what it has taken, and takes no more. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Takes pictures from the queue in Redis and embeds them in batches.
 *
 * @throws AppError QUEUE_UNAVAILABLE when Redis cannot be reached.
 */
export async function startWorker(options: WorkerOptions): Promise<FleetWorker> {
  const redis = await connect(options.url);
  // What a batch needs, and its answers, wait for a Redis that comes back: else a lost connection would be a failed picture.
  const patient = connectPatiently(options.url);
  const work = new FleetWork(options, patient);
  const worker = new LeavableWorker(queueOf(options.embedder.model.sha256!), (job) => work.answer(job), {
    connection: patient as never,
    prefix: PREFIX,
    concurrency: options.maxBatchSize + TAKEN_AHEAD * options.threads,
    lockDuration: LOCK_MS,
    stalledInterval: LOST_CHECK_MS,
    maxStalledCount: MOST_TIMES_LOST,
    drainDelay: 1,
    runRetryDelay: 500,
  });
  worker.on("error", () => {});
  const beat = () => announce(redis, work.told()).catch(() => {});
  await worker.waitUntilReady();
  let beating = beat();
  await beating;
  const heartbeat = setInterval(() => {
    beating = beat();
  }, HEARTBEAT_MS);
  const end = async () => {
    clearInterval(heartbeat);
    // Whoever asks for pictures shall look for another worker by now.
    await beating;
    await leave(redis, work.id).catch(() => {});
    await worker.finish(patient);
    redis.disconnect();
    patient.disconnect();
  };
  let ending: Promise<void> | null = null;
  return {
    told: () => work.told(),
    close() {
      ending ??= end();
      return ending;
    },
  };
}

/** BullMQ's own close waits for ever for connections that were lost. */
class LeavableWorker extends Worker<JobData> {
  /** Finishes what was taken, unless Redis is away: nobody would hear of it. */
  async finish(connection: Redis): Promise<void> {
    const blocking = await this.backend.blockingClient;
    if (connection.status !== "ready" || blocking?.status !== "ready") return this.close(true);
    const finished = this.close();
    let isOver = false;
    while (!isOver) isOver = !(await answers(connection)) || (await within(PAUSE_MS, finished));
    await this.lockManager.close();
  }
}

/** Whether Redis answers, not only listens. */
function answers(redis: Redis): Promise<boolean> {
  return within(REDIS_AWAITED_MS, redis.ping());
}

/** Whether it came about in time. */
async function within(ms: number, event: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  try {
    return await Promise.race([event.then(() => true), sleep(ms, false, { signal: late.signal })]);
  } finally {
    late.abort();
  }
}

class FleetWork {
  readonly id = randomUUID();
  readonly #options: WorkerOptions;
  readonly #redis: Redis;
  readonly #batcher: Batcher<Taken, ItemResult<Embedding> | null>;
  readonly #gate = new Gate();
  readonly #throughput = new Throughput(() => performance.now());
  #pictures = 0;
  #batches = 0;

  constructor(options: WorkerOptions, redis: Redis) {
    this.#options = options;
    this.#redis = redis;
    this.#batcher = new Batcher({
      maxBatchSize: options.maxBatchSize,
      maxQueueDelayMs: options.maxQueueDelayMs,
      parallelism: options.threads,
      maxRunning: BATCHES_RUNNING,
      run: (batch) => this.#gate.shared(() => this.#embed(batch)),
      timer: {
        after(ms, call) {
          const timer = setTimeout(call, ms);
          return () => clearTimeout(timer);
        },
      },
    });
  }

  told(): EmbeddingWorker {
    return {
      id: this.id,
      host: hostname(),
      pid: process.pid,
      model: this.#options.embedder.model.sha256!,
      pictures: this.#pictures,
      batches: this.#batches,
      picturesPerS: this.#throughput.perSecond,
    };
  }

  /** Embeds the picture of a job and tells whoever asked; what happens to it is told as an answer, never as the job's failure. */
  async answer(job: Job<JobData>): Promise<void> {
    const { listeners } = this.#options;
    // By the clocks of two machines, which may differ.
    listeners?.onTaken?.(Math.max(0, Date.now() - job.timestamp));
    try {
      await this.#answer({ id: job.id!, data: job.data, wasLost: job.stalledCounter > 0 });
    } finally {
      listeners?.onDone?.();
    }
  }

  async #answer(taken: Taken): Promise<void> {
    const result = await this.#resultOf(taken).catch((error: unknown) => ({ error: AppError.from(error) }));
    if (result === null) {
      this.#options.listeners?.onDropped?.(taken.id);
      return;
    }
    if ("error" in result) this.#options.listeners?.onFailure?.(result.error, taken.id, taken.data.requestId);
    // No pipeline: of a connection that BullMQ uses, too, each is given all of its scripts.
    await Promise.all([
      this.#redis.publish(taken.data.answers, encodeAnswer({ jobId: taken.id, result })),
      this.#redis.del(pixelsKey(taken.id), givenKey(taken.id)),
    ]);
  }

  /** Null when nobody waits for it any more. */
  async #resultOf(taken: Taken): Promise<ItemResult<Embedding> | null> {
    const { model } = this.#options.embedder;
    if (taken.data.model !== model.sha256) {
      const message = `This worker has the model ${model.id}, and the picture is for another; start workers with the catalog's model.`;
      return { error: new AppError("MODEL_MISMATCH", message) };
    }
    const deaths = taken.wasLost ? Number(await this.#redis.get(givenKey(taken.id))) : 0;
    if (deaths >= MOST_DEATHS) return { error: await this.#setAside(taken, deaths) };
    // One of those that a worker died with: it shall not take others along, nor be blamed for them.
    if (deaths > 0) return this.#gate.alone(async () => (await this.#embed([taken]))[0]!);
    return this.#batcher.add(taken);
  }

  /** Reads the pixels of a batch, leaves out those that nobody waits for any more, and embeds the others. */
  async #embed(batch: readonly Taken[]): Promise<(ItemResult<Embedding> | null)[]> {
    const found = await this.#redis.mgetBuffer(batch.map(({ id }) => pixelsKey(id)));
    const wanted = batch.flatMap(({ data }, i) => {
      const bytes = found[i];
      return bytes ? [{ width: data.width, height: data.height, data: bytes } satisfies PixelTensor] : [];
    });
    if (wanted.length === 0) return batch.map(() => null);
    await this.#noteGiven(batch.filter((_, i) => found[i]));
    const started = performance.now();
    // The searches' bound was held where they were asked.
    const results = await this.#throughput.measure(wanted.length, () =>
      this.#options.embedder.embed(wanted, { lane: "import" }),
    );
    this.#pictures += wanted.length;
    this.#batches += 1;
    const requestIds = batch.flatMap(({ data }) => data.requestId ?? []);
    this.#options.listeners?.onBatch?.(wanted.length, performance.now() - started, requestIds);
    const answers = results.values();
    return found.map((bytes) => (bytes ? answers.next().value! : null));
  }

  async #noteGiven(batch: readonly Taken[]): Promise<void> {
    const notes = this.#redis.pipeline();
    for (const { id } of batch) notes.incr(givenKey(id)).expire(givenKey(id), COUNTED_FOR_S);
    await notes.exec();
  }

  async #setAside({ id, data }: Taken, deaths: number): Promise<AppError> {
    const told = JSON.stringify({ jobId: id, requestId: data.requestId, deaths });
    await this.#redis
      .multi()
      .lpush(SET_ASIDE_KEY, told)
      .ltrim(SET_ASIDE_KEY, 0, MOST_SET_ASIDE - 1)
      .exec();
    return new AppError(
      "INTERNAL",
      `The picture was set aside, for ${deaths} workers ended while they embedded it.`,
    );
  }
}
