/**
 * `model.ts REDIS THREADS METRICS_PORT`: the article's model process, `run_model_server.py`, with Diptych's own model. As
 * there, what was taken from the list is one batch for one call of the model, which runs it in all its threads.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { Redis } from "ioredis";
import { loadModel } from "../../../src/adapters/onnx/model.js";
import { readConfig } from "../../../src/config.js";
import { createWorkerApp, WorkerMetrics } from "../../../src/http/worker-metrics.js";
import { findPack } from "../../../src/model-packs.js";
import { BATCH_SIZE, IMAGE_QUEUE, type QueuedImage, SERVER_SLEEP_MS } from "./protocol.js";

const [url, threads, metricsPort] = process.argv.slice(2);
const { model, models } = readConfig({}, {});
const pack = await findPack(model, models);
const { embeddingDim } = pack.manifest;
const loaded = await loadModel({ ...pack, device: "cpu" }, Number(threads));
const metrics = new WorkerMetrics();
serve({ fetch: createWorkerApp(metrics).fetch, port: Number(metricsPort), hostname: "127.0.0.1" });
const redis = new Redis(url!);
console.log("The article's model process polls for pictures");
for (;;) {
  const queue = await redis.lrange(IMAGE_QUEUE, 0, BATCH_SIZE - 1);
  if (queue.length > 0) {
    const images = queue.map((text) => JSON.parse(text) as QueuedImage);
    const started = performance.now();
    const embeddings = await loaded.embed(stacked(images), images.length);
    metrics.noteBatch(images.length, performance.now() - started);
    for (const [i, { id }] of images.entries()) {
      const embedding = embeddings.subarray(i * embeddingDim, (i + 1) * embeddingDim);
      await redis.set(id, JSON.stringify(Array.from(embedding)));
    }
    await redis.ltrim(IMAGE_QUEUE, images.length, -1);
  }
  await sleep(SERVER_SLEEP_MS);
}

/** `np.vstack` of the pictures, as the model takes them: `[pictures, size, size, 3]`. */
function stacked(images: readonly QueuedImage[]): Uint8Array {
  const { size } = pack.manifest.input;
  const pixels = new Uint8Array(images.length * size * size * 3);
  for (const [i, { image }] of images.entries()) {
    const bytes = Buffer.from(image, "base64");
    // A small buffer lies somewhere in a shared one, where its numbers need not be aligned; one of this size has its own.
    pixels.set(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), i * size * size * 3);
  }
  return pixels;
}
