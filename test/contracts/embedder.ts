import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Embedding, innerProduct } from "../../src/core/embedding.js";
import type { Embedder, ItemResult, PixelTensor } from "../../src/core/ports.js";
import { MOST_WAITING } from "../../src/core/waiting.js";
import { patternedPicture } from "../fixtures/small-packs.js";

/** Pixels on each side of what the embedders that {@link describeEmbedder} is given take: those of the default pack. */
const SIZE = 235;

/** Pictures that are told apart, of the size that the default pack takes. */
export const contractPictures: readonly PixelTensor[] = Array.from({ length: 8 }, (_, seed) =>
  patternedPicture(seed, SIZE),
);

export function embeddingOf(result: ItemResult<Embedding>): Embedding {
  if ("error" in result) throw result.error;
  return result.value;
}

/** The embeddings of {@link contractPictures}, each embedded by itself. */
export async function embedAlone(embedder: Embedder): Promise<Embedding[]> {
  const alone: Embedding[] = [];
  for (const picture of contractPictures) alone.push(embeddingOf((await embedder.embed([picture]))[0]!));
  return alone;
}

/**
 * What every embedder must do.
 *
 * @param open gives an embedder of the default pack with at most two threads, and batches of at most 3 pictures; called several
 * times, whoever called closes it.
 */
export function describeEmbedder(name: string, open: () => Promise<Embedder>): void {
  describe(name, () => {
    let embedder: Embedder;
    let alone: Embedding[];
    const others: Embedder[] = [];

    /** So many pictures, more than an embedder works on at once. */
    const pictures = (count: number) =>
      Array.from({ length: count }, (_, i) => contractPictures[i % contractPictures.length]!);
    const openAnother = async () => {
      const another = await open();
      others.push(another);
      return another;
    };
    const codesOf = (results: readonly ItemResult<Embedding>[]) =>
      results.map((result) => ("error" in result ? result.error.code : "embedded"));

    beforeAll(async () => {
      embedder = await open();
      alone = await embedAlone(embedder);
    });
    afterEach(async () => {
      await Promise.all(others.splice(0).map((another) => another.close()));
    });
    afterAll(() => embedder.close());

    it("makes embeddings of length 1 that tell pictures apart", () => {
      for (const [i, embedding] of alone.entries()) {
        expect(embedding).toHaveLength(embedder.model.embeddingDim);
        expect(innerProduct(embedding, embedding)).toBeCloseTo(1, 5);
        for (const other of alone.slice(0, i)) expect(innerProduct(embedding, other)).toBeLessThan(0.999);
      }
    });

    it("tells of aspects that make up its embeddings", () => {
      const dims = embedder.aspects.map(({ dim }) => dim);
      expect(dims.reduce((sum, dim) => sum + dim, 0)).toBe(embedder.model.embeddingDim);
      expect(embedder.aspects.map((aspect) => aspect.name)).toContain(embedder.colourBlindAspect);
      expect(embedder.verdicts).not.toBeNull();
    });

    it("keeps the order, and gives a picture the same bits whatever its company and thread", async () => {
      const order = [3, 1, 4, 1, 5, 0, 2, 6, 5, 3, 7];
      const results = await embedder.embed(order.map((index) => contractPictures[index]!));
      expect(results.map(embeddingOf)).toEqual(order.map((index) => alone[index]));
    });

    it("keeps apart what several callers ask at once", async () => {
      const calls = [[0, 1, 2], [3], [2, 0]];
      const results = await Promise.all(
        calls.map((call) => embedder.embed(call.map((index) => contractPictures[index]!))),
      );
      expect(results.map((call) => call.map(embeddingOf))).toEqual(
        calls.map((call) => call.map((index) => alone[index])),
      );
    });

    it("takes no pictures at all", async () => {
      expect(await embedder.embed([])).toEqual([]);
    });

    it("fails a picture of the wrong size by itself", async () => {
      const [good, wrong] = [contractPictures[0]!, patternedPicture(1, 224)];
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
      await embedder.embed(contractPictures);
      embedding = false;
      // On the calling thread the event loop would turn a few times between two batches, of which there are four.
      expect(turns).toBeGreaterThan(100);
    });

    it("embeds searches before the pictures of imports that wait already", async () => {
      let importedAt = 0;
      let turn = 0;
      const imports = [1, 2, 3].map(async () => {
        const results = await embedder.embed(pictures(16), { lane: "import" });
        importedAt = ++turn;
        return results;
      });
      const search = await embedder.embed(pictures(2), { lane: "search" });
      const searchedAt = ++turn;
      expect(search.map(embeddingOf)).toEqual(alone.slice(0, 2));
      for (const results of await Promise.all(imports)) {
        expect(results.map(embeddingOf)).toEqual(pictures(16).map((_, i) => alone[i % alone.length]));
      }
      expect(searchedAt).toBeLessThan(importedAt);
    });

    it("comes to those first who asked first", async () => {
      const done: number[] = [];
      const calls = Array.from({ length: 24 }, async (_, i) => {
        await embedder.embed(pictures(1));
        done.push(i);
      });
      await Promise.all(calls);
      // A few are at the model at once; of the others the last in line is the last that is served.
      for (const early of [0, 1, 2, 3]) expect(done.indexOf(early)).toBeLessThan(done.indexOf(23));
      expect(done.indexOf(23)).toBeGreaterThanOrEqual(12);
    });

    it("tells what waits, and nothing once it is done", async () => {
      const idle = { search: 0, import: 0 };
      expect((await embedder.load()).waiting).toEqual(idle);
      const running = embedder.embed(pictures(40), { lane: "import" });
      await expect
        .poll(async () => (await embedder.load()).waiting.import, { interval: 1 })
        .toBeGreaterThan(0);
      await running;
      expect((await embedder.load()).waiting).toEqual(idle);
    });

    it("drops what waits when its time is up, and goes on with the rest", async () => {
      const before = embedder.embed(pictures(24));
      const late = await embedder.embed(pictures(3), { timeoutMs: 1 });
      expect(codesOf(late)).toEqual(["DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"]);
      expect(codesOf(await before)).toEqual(pictures(24).map(() => "embedded"));
      await expect.poll(async () => (await embedder.load()).waiting.search).toBe(0);
    });

    it("drops what waits when whoever asked has gone, and goes on with the rest", async () => {
      const gone = new AbortController();
      const before = embedder.embed(pictures(24));
      const abandoned = embedder.embed(pictures(3), { signal: gone.signal });
      const after = embedder.embed(pictures(2));
      gone.abort();
      expect(codesOf(await abandoned)).toEqual(Array(3).fill("DEADLINE_EXCEEDED"));
      expect(codesOf(await before)).toEqual(Array(24).fill("embedded"));
      expect((await after).map(embeddingOf)).toEqual(alone.slice(0, 2));
    });

    it("embeds nothing for whoever had gone before they asked", async () => {
      const results = await embedder.embed(pictures(2), { signal: AbortSignal.abort() });
      expect(codesOf(results)).toEqual(["DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"]);
    });

    it("takes a time that is no whole number of milliseconds", async () => {
      const results = await embedder.embed(pictures(1), { timeoutMs: 60_000.25 });
      expect(results.map(embeddingOf)).toEqual([alone[0]]);
    });

    it("refuses a search beyond its bound with the time to wait, an import never", async () => {
      const misfit = patternedPicture(1, 16);
      const many = Array.from({ length: MOST_WAITING + 1 }, () => misfit);
      expect(codesOf(await embedder.embed(many, { lane: "import" }))).toEqual(
        many.map(() => "INVALID_REQUEST"),
      );
      await expect(embedder.embed(pictures(MOST_WAITING + 1))).rejects.toMatchObject({
        name: "AppError",
        code: "QUEUE_FULL",
        retryAfterS: expect.toSatisfy((s: number) => Number.isInteger(s) && s >= 1 && s <= 60),
      });
    });

    it("finishes what was handed in when it is closed, refuses what comes later, and may be closed twice", async () => {
      const another = await openAnother();
      const running = another.embed(pictures(12));
      const alsoRunning = another.embed(pictures(1), { lane: "import" });
      const closings = [another.close(), another.close()];
      const closed = {
        code: "INTERNAL",
        message: "The embedder is closed; it takes no more pictures.",
      };
      await expect(another.embed(pictures(1))).rejects.toMatchObject(closed);
      await Promise.all(closings);
      expect((await running).map(embeddingOf)).toEqual(pictures(12).map((_, i) => alone[i % alone.length]));
      expect((await alsoRunning).map(embeddingOf)).toEqual([alone[0]]);
      await expect(another.embed([])).rejects.toMatchObject(closed);
      await another.close();
    });
  });
}
