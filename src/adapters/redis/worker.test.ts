import { Queue } from "bullmq";
import { describe, expect, test } from "vitest";
import { createFleetWorld, numbered } from "../../../test/fixtures/fleet-world.js";
import { heldEmbedding } from "../../../test/fixtures/held-embedder.js";
import { noRedis, tellIfSkipped } from "../../../test/fixtures/redis-server.js";
import {
  answersChannel,
  decodeAnswer,
  givenKey,
  PREFIX,
  pixelsKey,
  queueOf,
  SET_ASIDE_KEY,
} from "./protocol.js";

tellIfSkipped();

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describe.skipIf(noRedis !== null)("a worker", () => {
  const world = createFleetWorld();
  const answered = (...numbers: number[]) =>
    numbers.map((number) => ({ value: heldEmbedding(numbered(number)) }));

  /** Puts a picture into the queue of the small pack by hand; resolves with what is answered. */
  async function askFor(picture: number, { model, given }: { model?: string; given?: number } = {}) {
    const { client, url } = world.redis();
    const id = crypto.randomUUID();
    const channel = answersChannel(crypto.randomUUID());
    const subscriber = client.duplicate();
    await subscriber.subscribe(channel);
    const answer = new Promise((resolve) => {
      subscriber.on("messageBuffer", (_: Buffer, message: Buffer) => resolve(decodeAnswer(message)?.result));
    });
    const own = world.pack().identity.sha256!;
    const { data, width, height } = numbered(picture);
    await client.set(pixelsKey(id), Buffer.from(data));
    const queue = new Queue(queueOf(own), { connection: { url }, prefix: PREFIX });
    await queue.pause();
    await queue.add("search", { model: model ?? own, width, height, answers: channel }, { jobId: id });
    if (given !== undefined) {
      await client.set(givenKey(id), given);
      // So often BullMQ has put it back into the queue.
      await client.hset(queue.toKey(id), "stc", given);
    }
    await queue.resume();
    await queue.close();
    try {
      return { id, result: await answer };
    } finally {
      subscriber.disconnect();
    }
  }

  test("gathers what is waiting into batches, no larger than told", async () => {
    const embedder = await world.openEmbedder();
    const running = embedder.embed(range(10).map(numbered), { lane: "import" });
    await expect.poll(async () => (await embedder.load()).waiting.import).toBe(10);
    const { model } = await world.startWorker({ maxQueueDelayMs: 60_000, maxBatchSize: 5 });
    // Nobody would have waited a minute for company where there is plenty.
    expect(await running).toEqual(answered(...range(10)));
    const sizes = model.batches.map((batch) => batch.length);
    // The first leaves alone, for nothing runs yet; how the others part depends on how fast they come.
    expect(sizes[0]).toBe(1);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(10);
    expect(Math.max(...sizes)).toBe(5);
  });

  test("holds batches to what it was told, also above the bound of searches", async () => {
    const embedder = await world.openEmbedder();
    const { model } = await world.startWorker();
    await embedder.embed([numbered(1)]);
    // The model in a worker's process has no bound of its own: that is held where pictures are asked for.
    expect(model.options.map(({ lane }) => lane)).toEqual(["import"]);
  });

  test("takes searches before the pictures of imports that wait already", async () => {
    const { model } = await world.startWorker({ maxBatchSize: 1 });
    const embedder = await world.openEmbedder();
    model.hold();
    const imports = embedder.embed(range(40).map(numbered), { lane: "import" });
    // All but those that a worker takes at once: a full batch, and eight for its thread.
    await expect.poll(async () => (await embedder.load()).waiting.import).toBe(31);
    const search = embedder.embed([numbered(100)]);
    await expect.poll(async () => (await embedder.load()).waiting.search).toBe(1);
    model.letGo();
    expect(await search).toEqual(answered(100));
    expect(await imports).toEqual(answered(...range(40)));
    // Those it had taken already went before.
    expect(model.pictures.indexOf(100)).toBeLessThan(10);
  });

  test("drops, before the model sees it, what nobody waits for any more", async () => {
    const { model, dropped } = await world.startWorker({ maxBatchSize: 1 });
    const embedder = await world.openEmbedder();
    model.hold();
    const first = embedder.embed(range(12).map(numbered));
    await expect.poll(() => model.pictures.length).toBeGreaterThan(1);
    const gone = new AbortController();
    const abandoned = embedder.embed([numbered(101)], { signal: gone.signal });
    const late = embedder.embed([numbered(102)], { timeoutMs: 50 });
    const last = embedder.embed([numbered(103)]);
    gone.abort();
    for (const call of [abandoned, late]) {
      expect(await call).toMatchObject([{ error: { code: "DEADLINE_EXCEEDED" } }]);
    }
    model.letGo();
    expect(await first).toEqual(answered(...range(12)));
    expect(await last).toEqual(answered(103));
    expect(model.pictures).not.toContain(101);
    expect(model.pictures).not.toContain(102);
    // What waited in the queue was taken back; only what was taken already is dropped.
    expect(dropped).toEqual([]);
  });

  test("drops what it had taken when whoever asked goes, and embeds its neighbours", async () => {
    const { model, dropped, taken } = await world.startWorker({ maxBatchSize: 2 });
    const embedder = await world.openEmbedder();
    model.hold();
    const first = embedder.embed(range(4).map(numbered));
    await expect.poll(() => model.batches.length).toBe(2);
    const gone = new AbortController();
    const abandoned = embedder.embed([numbered(101)], { signal: gone.signal });
    const stays = embedder.embed([numbered(102)]);
    // Both are with the worker, and wait for the model.
    await expect.poll(() => taken.length).toBe(6);
    gone.abort();
    expect(await abandoned).toMatchObject([{ error: { code: "DEADLINE_EXCEEDED" } }]);
    model.letGo();
    expect(await first).toEqual(answered(...range(4)));
    expect(await stays).toEqual(answered(102));
    expect(model.pictures).not.toContain(101);
    await expect.poll(() => dropped.length).toBe(1);
  });

  test("never sees what was given up while it was being handed over", async () => {
    const { model } = await world.startWorker();
    const embedder = await world.openEmbedder();
    await embedder.embed([numbered(1)]);
    for (let turns = 0; turns < 12; turns++) {
      const gone = new AbortController();
      const abandoned = embedder.embed([numbered(200)], { signal: gone.signal });
      for (let i = 0; i < turns; i++) await new Promise(setImmediate);
      gone.abort();
      await abandoned;
    }
    expect(await embedder.embed([numbered(2)])).toEqual(answered(2));
    // At the most those that it had got before they were given up.
    const { client } = world.redis();
    await expect.poll(() => client.keys("diptych:pixels:*")).toEqual([]);
    const seen = model.pictures.filter((picture) => picture === 200).length;
    const abandonedAtOnce = embedder.embed([numbered(201)], { signal: AbortSignal.abort() });
    await abandonedAtOnce;
    expect(await embedder.embed([numbered(3)])).toEqual(answered(3));
    expect(model.pictures).not.toContain(201);
    expect(seen).toBeLessThan(12);
  });

  test("refuses a picture for another model", async () => {
    const { model } = await world.startWorker();
    const { result } = await askFor(1, { model: "c0ffee" });
    expect(result).toMatchObject({
      error: { code: "MODEL_MISMATCH", message: expect.stringContaining("This worker has the model small") },
    });
    expect(model.pictures).toEqual([]);
  });

  test("takes a picture alone that a worker was lost with, and sets it aside after the third", async () => {
    const { model } = await world.startWorker();
    for (const given of [1, 2])
      expect(await askFor(given, { given })).toMatchObject({ result: answered(given)[0] });
    const { id, result } = await askFor(3, { given: 3 });
    expect(result).toMatchObject({
      error: { code: "INTERNAL", message: expect.stringMatching(/set aside, for 3 workers ended/u) },
    });
    expect(model.batches).toEqual([[1], [2]]);
    const { client } = world.redis();
    const list = (await client.lrange(SET_ASIDE_KEY, 0, -1)).map((text) => JSON.parse(text));
    expect(list).toEqual([{ jobId: id, deaths: 3 }]);
    // What is counted ends with the picture.
    expect(await client.keys("diptych:given:*")).toEqual([]);
  });

  test("keeps no more than a hundred of those that were set aside", async () => {
    const { client } = world.redis();
    await world.startWorker();
    await client.lpush(SET_ASIDE_KEY, ...range(150).map(String));
    const { id } = await askFor(2, { given: 3 });
    expect(await client.llen(SET_ASIDE_KEY)).toBe(100);
    expect(await client.lindex(SET_ASIDE_KEY, 0)).toContain(id);
  });

  test("finishes what it has taken when it is closed, leaves the rest to others, and is known no more", async () => {
    const { worker, model } = await world.startWorker({ maxBatchSize: 2 });
    const embedder = await world.openEmbedder();
    model.hold();
    const running = embedder.embed(range(20).map(numbered), { lane: "import" });
    await expect.poll(() => model.batches.length).toBe(2);
    const closing = worker.close();
    await world.seen(embedder, 0);
    model.letGo();
    await closing;
    const { import: left } = (await embedder.load()).waiting;
    expect(left).toBeGreaterThan(0);
    expect(model.pictures.length).toBe(20 - left);
    const other = await world.startWorker();
    expect(await running).toEqual(answered(...range(20)));
    expect(other.model.pictures.length).toBe(left);
  });

  test("counts what it did, for the fleet to see", async () => {
    const { worker } = await world.startWorker();
    const embedder = await world.openEmbedder();
    await embedder.embed(range(6).map(numbered));
    const told = worker.told();
    expect(told).toMatchObject({ pictures: 6, pid: process.pid, model: world.pack().identity.sha256 });
    expect(told.picturesPerS).toBeGreaterThan(0);
    await expect
      .poll(async () => (await embedder.load()).workers, { timeout: 30_000 })
      .toEqual([expect.objectContaining({ id: told.id, pictures: 6 })]);
  });
});
