import { expect, test } from "vitest";
import { createEmbedder } from "../../test/fixtures/import-world.js";
import type { EmbedOptions, PixelTensor } from "./ports.js";
import { embedQuery } from "./search.js";

test("the time that decoding takes is part of the time that a search may wait", async () => {
  let now = 0;
  const inner = createEmbedder();
  const given: (EmbedOptions | undefined)[] = [];
  const ports = {
    now: () => now,
    images: {
      async toTensor(bytes: Uint8Array): Promise<PixelTensor> {
        now += 4_000;
        return { data: bytes, width: 1, height: 1 };
      },
      toThumbnail: () => Promise.reject(new Error("Not asked for.")),
      toFullSize: () => Promise.reject(new Error("Not asked for.")),
      read: () => Promise.reject(new Error("Not asked for.")),
    },
    embedder: {
      ...inner,
      async embed(tensors: readonly PixelTensor[], options?: EmbedOptions) {
        given.push(options);
        return inner.embed(tensors);
      },
    },
  };
  const query = { pictures: { front: Uint8Array.of(1, 2, 3, 4) } };
  const { decodeMs } = await embedQuery(query, ports, { timeoutMs: 15_000, requestId: "r" });
  expect(decodeMs).toBe(4_000);
  await embedQuery(query, ports, { timeoutMs: 3_000 });
  await embedQuery(query, ports);
  expect(given).toEqual([{ timeoutMs: 11_000, requestId: "r" }, { timeoutMs: 0 }, {}]);
});
