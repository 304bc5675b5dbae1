import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LiveThreads } from "../../../test/fixtures/live-threads.js";
import { patternedPicture } from "../../../test/fixtures/small-packs.js";
import { type Embedding, innerProduct } from "../../core/embedding.js";
import type { Embedder, ItemResult } from "../../core/ports.js";
import { openPack } from "../models/pack.js";
import { createEmbedder } from "./embedder.js";

const builtPack = fileURLToPath(new URL("../../../packs/inception-v3", import.meta.url));
const pictures = Array.from({ length: 8 }, (_, seed) => patternedPicture(seed, 235));

function embeddingOf(result: ItemResult<Embedding>): Embedding {
  if ("error" in result) throw result.error;
  return result.value;
}

describe("the embedder with the default pack", () => {
  let directory: string;
  let embedder: Embedder;
  let alone: Embedding[];
  const threads = new LiveThreads();

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), "diptych-embedder-"));
    await cp(builtPack, directory, { recursive: true });
    embedder = await createEmbedder(await openPack(directory), { threads: 2, maxBatchSize: 3 });
  });
  afterAll(async () => {
    await embedder.close();
    threads.stop();
    await rm(directory, { recursive: true });
  });

  it("is ready when every thread has loaded: the file is no longer needed", async () => {
    expect(threads.count).toBe(2);
    await rm(path.join(directory, "model.onnx"));
    alone = [];
    for (const picture of pictures) alone.push(embeddingOf((await embedder.embed([picture]))[0]!));
    expect(threads.started).toBe(2);
  });

  it("makes embeddings of length 1 that tell pictures apart", () => {
    for (const [i, embedding] of alone.entries()) {
      expect(embedding).toHaveLength(embedder.model.embeddingDim);
      expect(innerProduct(embedding, embedding)).toBeCloseTo(1, 5);
      for (const other of alone.slice(0, i)) expect(innerProduct(embedding, other)).toBeLessThan(0.999);
    }
  });

  it("keeps the order, and gives a picture the same bits whatever its company and thread", async () => {
    const order = [3, 1, 4, 1, 5, 0, 2, 6, 5, 3, 7];
    const results = await embedder.embed(order.map((index) => pictures[index]!));
    expect(results.map(embeddingOf)).toEqual(order.map((index) => alone[index]));
  });

  it("keeps apart what several callers ask at once", async () => {
    const calls = [[0, 1, 2], [3], [2, 0]];
    const results = await Promise.all(
      calls.map((call) => embedder.embed(call.map((index) => pictures[index]!))),
    );
    expect(results.map((call) => call.map(embeddingOf))).toEqual(
      calls.map((call) => call.map((index) => alone[index])),
    );
  });

  it("takes no pictures at all", async () => {
    expect(await embedder.embed([])).toEqual([]);
  });

  it("fails a picture of the wrong size by itself", async () => {
    const [good, wrong] = [pictures[0]!, patternedPicture(1, 224)];
    const results = await embedder.embed([good, wrong, good, { ...good, data: good.data.subarray(3) }]);
    expect(embeddingOf(results[0]!)).toEqual(alone[0]);
    expect(embeddingOf(results[2]!)).toEqual(alone[0]);
    expect(results[1]).toMatchObject({
      error: {
        code: "INVALID_REQUEST",
        message:
          "The model takes pictures of 235 x 235 pixels, 3 bytes each; received 224 x 224 in 150528 bytes.",
      },
    });
    expect(results[3]).toMatchObject({ error: { message: expect.stringMatching(/in 165672 bytes\.$/u) } });
  });

  it("lets the calling thread go on meanwhile", async () => {
    let turns = 0;
    let embedding = true;
    const turn = () => {
      turns++;
      if (embedding) setImmediate(turn);
    };
    setImmediate(turn);
    await embedder.embed(pictures);
    embedding = false;
    // On the calling thread the event loop would turn a few times between two batches, of which there are four.
    expect(turns).toBeGreaterThan(100);
  });
});
