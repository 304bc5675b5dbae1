import { describe, expect, test } from "vitest";
import { createFleetWorld, numbered } from "../../../test/fixtures/fleet-world.js";
import { heldEmbedding } from "../../../test/fixtures/held-embedder.js";
import { noRedis, tellIfSkipped } from "../../../test/fixtures/redis-server.js";
import { createQueuedEmbedder } from "./queued-embedder.js";
import { startWorker } from "./worker.js";

tellIfSkipped();

const unavailable = expect.objectContaining({
  name: "AppError",
  code: "QUEUE_UNAVAILABLE",
  message: expect.stringMatching(/^Redis, where pictures wait for the model, cannot be used \(.+\)\.$/u),
  retryAfterS: 2,
});

describe.skipIf(noRedis !== null)("where Redis fails", () => {
  const world = createFleetWorld();
  const { redis } = world;

  const keysOf = async (kind: string) =>
    [...(await redis().keys()).keys()].filter((key) => key.startsWith(`diptych:${kind}:`));
  const answered = (...numbers: number[]) =>
    numbers.map((number) => ({ value: heldEmbedding(numbered(number)) }));

  test("neither an embedder nor a worker opens when it cannot be reached", async () => {
    const url = "redis://127.0.0.1:1";
    await expect(createQueuedEmbedder(world.pack(), url)).rejects.toEqual(unavailable);
    const { model: embedder } = await world.startWorker();
    const options = { embedder, threads: 1, url, maxBatchSize: 1, maxQueueDelayMs: 0 };
    await expect(startWorker(options)).rejects.toEqual(unavailable);
  });

  test("what is under way fails when it goes away, what is asked meanwhile too, and it recovers by itself", async () => {
    const { model } = await world.startWorker();
    const embedder = await world.openEmbedder();
    model.hold();
    const underWay = embedder.embed([numbered(1)]).catch((error) => error);
    await expect.poll(() => model.pictures).toEqual([1]);
    await redis().stop();
    expect(await underWay).toEqual(unavailable);
    await expect(embedder.embed([numbered(2)])).rejects.toEqual(unavailable);
    await expect(embedder.embed([numbered(3)], { lane: "import" })).rejects.toEqual(unavailable);
    await expect(embedder.load()).rejects.toEqual(unavailable);
    model.letGo();
    await redis().start();
    await expect
      .poll(() => embedder.embed([numbered(4)]).catch(({ code }) => code), { timeout: 60_000 })
      .toEqual(answered(4));
    await world.seen(embedder, 1);
  });

  test("a Redis that hangs fails searches, and they are answered when it goes on", async () => {
    await world.startWorker();
    const embedder = await world.openEmbedder();
    expect(await embedder.embed([numbered(1)])).toEqual(answered(1));
    redis().pause();
    try {
      const nobody = { signal: AbortSignal.abort() };
      expect(await embedder.embed([numbered(3)], nobody)).toMatchObject([
        { error: { code: "DEADLINE_EXCEEDED" } },
      ]);
      await expect(embedder.embed([numbered(2)])).rejects.toEqual(unavailable);
    } finally {
      redis().resume();
    }
    await expect
      .poll(() => embedder.embed([numbered(3)]).catch(({ code }) => code), { timeout: 60_000 })
      .toEqual(answered(3));
  });

  test("a Redis that refuses writes fails what is asked, keeps none of it, and all goes on when it has room", async () => {
    const { model } = await world.startWorker();
    const embedder = await world.openEmbedder();
    expect(await embedder.embed([numbered(1)])).toEqual(answered(1));
    await redis().configure("maxmemory", "1");
    try {
      await expect(embedder.embed([numbered(2)])).rejects.toEqual(unavailable);
      await expect(embedder.embed([numbered(3)], { lane: "import" })).rejects.toMatchObject({
        message: expect.stringContaining("OOM"),
      });
    } finally {
      await redis().configure("maxmemory", "0");
    }
    await expect
      .poll(() => embedder.embed([numbered(4)]).catch(({ code }) => code), { timeout: 60_000 })
      .toEqual(answered(4));
    expect(model.pictures.filter((picture) => picture === 2 || picture === 3)).toEqual([]);
    expect(await keysOf("pixels")).toEqual([]);
  });

  test("answers that come when the connection to hear them is lost fail what waits for them, not later searches", async () => {
    const { model } = await world.startWorker();
    const embedder = await world.openEmbedder();
    model.hold();
    const underWay = embedder.embed([numbered(1)]).catch((error) => error);
    await expect.poll(() => model.pictures).toEqual([1]);
    await redis().client.call("CLIENT", "KILL", "TYPE", "pubsub");
    expect(await underWay).toEqual(unavailable);
    model.letGo();
    for (let i = 0; i < 20; i++) {
      // Either is told at once: nothing is asked whose answer would not be heard.
      const outcome = await embedder.embed([numbered(i)], { timeoutMs: 60_000 }).catch((error) => error);
      expect(outcome).toBeOneOf([answered(i), unavailable]);
    }
    await expect
      .poll(() => embedder.embed([numbered(5)]).catch(({ code }) => code), { timeout: 60_000 })
      .toEqual(answered(5));
  });

  test("a worker that loses its connections in the middle of a batch answers when it has them again", async () => {
    const embedder = await world.openEmbedder();
    const others = await world.connections();
    const { model } = await world.startWorker();
    const own = [...(await world.connections())].filter((id) => !others.has(id));
    expect(own.length).toBeGreaterThanOrEqual(3);
    model.hold();
    const underWay = embedder.embed([numbered(1), numbered(2)], { lane: "import" });
    await expect.poll(() => model.pictures).toEqual([1, 2]);
    await world.cutOff(own);
    model.letGo();
    expect(await underWay).toEqual(answered(1, 2));
  });

  test("a worker that is told to end while Redis is away ends, with a batch under way and without", async () => {
    const [idle, busy] = [await world.startWorker(), await world.startWorker()];
    const embedder = await world.openEmbedder();
    for (const { model } of [idle, busy]) model.hold();
    const underWay = embedder.embed([numbered(1)]).catch((error) => error);
    await expect.poll(() => [...idle.model.pictures, ...busy.model.pictures]).toEqual([1]);
    await redis().stop();
    expect(await underWay).toEqual(unavailable);
    for (const { model } of [idle, busy]) model.letGo();
    await Promise.all([idle.worker.close(), busy.worker.close()]);
    await redis().start();
  });

  test("a worker that loses Redis while it ends finishes all the same", async () => {
    const { worker, model } = await world.startWorker();
    const embedder = await world.openEmbedder();
    model.hold();
    const underWay = embedder.embed([numbered(1)]).catch((error) => error);
    await expect.poll(() => model.pictures).toEqual([1]);
    const closing = worker.close();
    await redis().stop();
    expect(await underWay).toEqual(unavailable);
    model.letGo();
    await closing;
    await redis().start();
  });

  test("bytes on the channel for answers that are none are passed over", async () => {
    await world.startWorker();
    const embedder = await world.openEmbedder();
    const channels = (await redis().client.pubsub("CHANNELS", "diptych:answers:*")) as string[];
    const head = "a".repeat(36);
    const garbage = [
      "",
      "x",
      head,
      `${head}\u0001abc`,
      `${head}\u0002`,
      `${head}\u0002null`,
      `${head}\u0002{`,
    ];
    for (const bytes of garbage) await redis().client.publish(channels[0]!, bytes);
    expect(await embedder.embed([numbered(1)])).toEqual(answered(1));
  });
});
