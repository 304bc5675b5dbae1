/** `model.ts REDIS THREADS METRICS_PORT`: the article's model process, `run_model_server.py`, with Diptych's own embedder. */
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { Redis } from "ioredis";
import { createEmbedder } from "../../../src/adapters/onnx/embedder.js";
import { readConfig } from "../../../src/config.js";
import { createWorkerApp, WorkerMetrics } from "../../../src/http/worker-metrics.js";
import { findPack } from "../../../src/model-packs.js";
import { BATCH_SIZE, IMAGE_QUEUE, type QueuedImage, SERVER_SLEEP_MS } from "./protocol.js";

const [url, threads, metricsPort] = process.argv.slice(2);
const { model, models } = readConfig({}, {});
const pack = await findPack(model, models);
const { size } = pack.manifest.input;
const embedder = await createEmbedder(pack, { threads: Number(threads) });
const metrics = new WorkerMetrics();
serve({ fetch: createWorkerApp(metrics).fetch, port: Number(metricsPort), hostname: "127.0.0.1" });
const redis = new Redis(url!);
console.log("The article's model process polls for pictures");
for (;;) {
  const queue = await redis.lrange(IMAGE_QUEUE, 0, BATCH_SIZE - 1);
  if (queue.length > 0) {
    const images = queue.map((text) => JSON.parse(text) as QueuedImage);
    const started = performance.now();
    const results = await embedder.embed(
      images.map(({ image }) => ({ data: pixelsOf(image), width: size, height: size })),
    );
    metrics.noteBatch(images.length, performance.now() - started);
    for (const [i, result] of results.entries()) {
      if ("error" in result) throw result.error;
      await redis.set(images[i]!.id, JSON.stringify(Array.from(result.value)));
    }
    await redis.ltrim(IMAGE_QUEUE, images.length, -1);
  }
  await sleep(SERVER_SLEEP_MS);
}

function pixelsOf(image: string): Uint8Array {
  const bytes = Buffer.from(image, "base64");
  // A small buffer lies somewhere in a shared one, where its numbers need not be aligned; one of this size has its own.
  return Uint8Array.from(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4));
}
