import type { Redis } from "ioredis";
import type { EmbeddingWorker } from "../../core/ports.js";
import { PREFIX } from "./protocol.js";

/** A worker that was not heard of for so long is gone. */
const GONE_AFTER_MS = 6000;
/** How often a worker tells of itself. */
export const HEARTBEAT_MS = 1500;

/** When each worker was last heard of, by Redis's clock. */
const SEEN_KEY = `${PREFIX}:workers`;
const workerKey = (id: string) => `${PREFIX}:worker:${id}`;

/** Tells that a worker lives, and what it does. */
export async function announce(redis: Redis, worker: EmbeddingWorker): Promise<void> {
  const now = await redisTime(redis);
  await redis
    .multi()
    .zadd(SEEN_KEY, now, worker.id)
    .zremrangebyscore(SEEN_KEY, 0, now - GONE_AFTER_MS)
    .set(workerKey(worker.id), JSON.stringify(worker), "PX", GONE_AFTER_MS)
    .exec();
}

/** Tells that a worker ends. */
export async function leave(redis: Redis, id: string): Promise<void> {
  await redis.multi().zrem(SEEN_KEY, id).del(workerKey(id)).exec();
}

/** The workers that were heard of lately. */
export async function liveWorkers(redis: Redis): Promise<EmbeddingWorker[]> {
  const now = await redisTime(redis);
  const ids = await redis.zrangebyscore(SEEN_KEY, now - GONE_AFTER_MS, "+inf");
  if (ids.length === 0) return [];
  const told = await redis.mget(ids.map(workerKey));
  return told.flatMap((text) => (text === null ? [] : [JSON.parse(text) as EmbeddingWorker]));
}

/** Milliseconds since 1970: the one clock that all machines share. */
async function redisTime(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
