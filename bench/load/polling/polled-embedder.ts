import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { ModelPack } from "../../../src/adapters/models/pack.js";
import type { Embedding } from "../../../src/core/embedding.js";
import type { Embedder, ItemResult, PixelTensor } from "../../../src/core/ports.js";
import { CLIENT_SLEEP_MS, IMAGE_QUEUE, type QueuedImage } from "./protocol.js";

/** The article's `predict` as an embedder: pushes pictures to the list, then looks every 250 ms whether the answers are there. */
export function createPolledEmbedder({ manifest, identity }: ModelPack, url: string): Embedder {
  const redis = new Redis(url);

  async function predict({ data }: PixelTensor): Promise<ItemResult<Embedding>> {
    const id = randomUUID();
    const queued: QueuedImage = { id, image: Buffer.from(Float32Array.from(data).buffer).toString("base64") };
    await redis.rpush(IMAGE_QUEUE, JSON.stringify(queued));
    for (;;) {
      const output = await redis.get(id);
      if (output !== null) {
        await redis.del(id);
        return { value: Float32Array.from(JSON.parse(output)) };
      }
      await sleep(CLIENT_SLEEP_MS);
    }
  }

  return {
    model: identity,
    aspects: manifest.aspects,
    verdicts: manifest.verdicts ?? null,
    colourBlindAspect: manifest.colourBlindAspect ?? null,
    embed: (tensors) => Promise.all(tensors.map(predict)),
    load: async () => ({ waiting: { search: await redis.llen(IMAGE_QUEUE), import: 0 }, workers: null }),
    async close() {
      await redis.quit();
    },
  };
}
