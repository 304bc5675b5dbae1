/** What makes embeddings of pictures for a model pack: composed of the adapters, as compose.ts is. */
import { createIsolatedReader } from "./adapters/image/isolated/reader.js";
import { findPack } from "./adapters/models/find-pack.js";
import type { ModelPack } from "./adapters/models/pack.js";
import { type BatchListener, createEmbedder, defaultThreads } from "./adapters/onnx/embedder.js";
import { createQueuedEmbedder } from "./adapters/redis/queued-embedder.js";
import { type FleetWorker, startWorker, type WorkerOptions } from "./adapters/redis/worker.js";
import type { Config } from "./config.js";
import type { Embedder, ImageReader, ModelIdentity } from "./core/ports.js";
import { AppError } from "./errors.js";

/** How many threads embed on a device unless told otherwise. */
export { defaultThreads };

/** Reads pictures as the pack's network takes them, apart from this process. */
export function readerFor({ manifest }: ModelPack): ImageReader {
  const { input, resizePolicy, resample } = manifest;
  return createIsolatedReader({ inputSize: input.size, resizePolicy, resample });
}

/**
 * Runs the model in threads of this process or, where Redis is told, hands pictures to workers.
 *
 * @throws AppError as {@link createEmbedder} and {@link createQueuedEmbedder}.
 */
export function embedderFor(pack: ModelPack, config: Config, onBatch?: BatchListener): Promise<Embedder> {
  return config.redis === undefined
    ? localEmbedder(pack, config, onBatch)
    : createQueuedEmbedder(pack, config.redis);
}

/** @throws AppError as {@link createEmbedder}. */
export function localEmbedder(
  pack: ModelPack,
  { threads, device }: Config,
  onBatch?: BatchListener,
): Promise<Embedder> {
  return createEmbedder(pack, {
    device,
    ...(threads !== undefined && { threads }),
    ...(onBatch && { onBatch }),
  });
}

export interface WorkerRequest
  extends Pick<WorkerOptions, "maxBatchSize" | "maxQueueDelayMs" | "listeners"> {}

/**
 * Embeds pictures for other processes until it is closed; ready when it returns.
 *
 * @throws AppError INVALID_REQUEST when no Redis is told; as {@link findPack} and {@link createEmbedder} for the model, as {@link startWorker} for Redis.
 */
export async function openWorker(
  config: Config,
  request: WorkerRequest,
): Promise<FleetWorker & { readonly model: ModelIdentity }> {
  if (config.redis === undefined) {
    throw new AppError(
      "INVALID_REQUEST",
      "A worker takes pictures from Redis; tell its address with --redis redis://HOST:6379 (or REDIS_URL).",
    );
  }
  const pack = await findPack(config.model, config.models);
  const threads = config.threads ?? defaultThreads(config.device);
  const embedder = await localEmbedder(pack, { ...config, threads });
  try {
    const worker = await startWorker({ ...request, embedder, threads, url: config.redis });
    return {
      ...worker,
      model: embedder.model,
      async close() {
        await worker.close();
        await embedder.close();
      },
    };
  } catch (error) {
    await embedder.close();
    throw error;
  }
}
