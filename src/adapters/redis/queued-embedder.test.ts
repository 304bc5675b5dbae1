import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import {
  contractPictures,
  describeEmbedder,
  embedAlone,
  embeddingOf,
} from "../../../test/contracts/embedder.js";
import { createFleetWorld, numbered } from "../../../test/fixtures/fleet-world.js";
import { heldEmbedding, UNDRAWN } from "../../../test/fixtures/held-embedder.js";
import { noRedis, type RedisServer, startRedis, tellIfSkipped } from "../../../test/fixtures/redis-server.js";
import type { Embedder } from "../../core/ports.js";
import { MOST_WAITING } from "../../core/waiting.js";
import { type ModelPack, openPack } from "../models/pack.js";
import { createEmbedder } from "../onnx/embedder.js";
import { createQueuedEmbedder } from "./queued-embedder.js";
import { type FleetWorker, startWorker } from "./worker.js";

tellIfSkipped();

const builtPack = fileURLToPath(new URL("../../../packs/inception-v3", import.meta.url));

describe.skipIf(noRedis !== null)("with the default pack", () => {
  let redis: RedisServer;
  let pack: ModelPack;
  let local: Embedder;
  let worker: FleetWorker;
  beforeAll(async () => {
    redis = await startRedis();
    pack = await openPack(builtPack);
    local = await createEmbedder(pack, { threads: 2, maxBatchSize: 3 });
    worker = await startWorker({
      embedder: local,
      threads: 2,
      url: redis.url,
      maxBatchSize: 3,
      maxQueueDelayMs: 5,
    });
  });
  afterAll(async () => {
    await worker.close();
    await local.close();
    await redis.close();
  });

  const open = () => createQueuedEmbedder(pack, redis.url);

  describeEmbedder("an embedder with a worker behind Redis", open);

  test("embeddings are those of the process itself, to the bit", async () => {
    const queued = await open();
    const own = await embedAlone(local);
    expect(await embedAlone(queued)).toEqual(own);
    expect((await queued.embed(contractPictures)).map(embeddingOf)).toEqual(own);
    expect(queued.model).toEqual(local.model);
    await queued.close();
  });
});

describe.skipIf(noRedis !== null)("pictures that wait in Redis", () => {
  const world = createFleetWorld();

  test("go at once into QUEUE_UNAVAILABLE when no worker runs, and wait for none to come", async () => {
    const embedder = await world.openEmbedder();
    await expect(embedder.embed([numbered(1)])).rejects.toMatchObject({
      name: "AppError",
      code: "QUEUE_UNAVAILABLE",
      retryAfterS: expect.any(Number),
    });
    expect(await embedder.load()).toEqual({ waiting: { search: 0, import: 0 }, workers: [] });
  });

  test("of an import wait for the first worker", async () => {
    const embedder = await world.openEmbedder();
    const running = embedder.embed([numbered(1), numbered(2)], { lane: "import" });
    await expect.poll(async () => (await embedder.load()).waiting).toEqual({ search: 0, import: 2 });
    await world.startWorker();
    expect(await running).toEqual([1, 2].map((each) => ({ value: heldEmbedding(numbered(each)) })));
  });

  test("of an import stay for as long as whoever asked waits, and go after it", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { client } = world.redis();
    const embedder = await world.openEmbedder();
    const gone = new AbortController();
    const running = embedder.embed([numbered(1)], { lane: "import", signal: gone.signal });
    await expect.poll(async () => (await embedder.load()).waiting.import).toBe(1);
    const [pixels] = await client.keys("diptych:pixels:*");
    const minutesLeft = async () => (await client.pttl(pixels!)) / 60_000;
    expect(await minutesLeft()).toBeGreaterThan(9);
    // As after most of the time.
    await client.pexpire(pixels!, 60_000);
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    await expect.poll(minutesLeft).toBeGreaterThan(9);
    gone.abort();
    expect(await running).toMatchObject([{ error: { code: "DEADLINE_EXCEEDED" } }]);
    await expect.poll(() => client.exists(pixels!)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that Redis has lost are told to whoever still waits for them", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { client } = world.redis();
    const embedder = await world.openEmbedder();
    const running = embedder.embed([numbered(1)], { lane: "import" }).catch(({ code }) => code);
    await expect.poll(async () => (await embedder.load()).waiting.import).toBe(1);
    await client.del(await client.keys("diptych:pixels:*"));
    const isOver = async () => {
      await vi.advanceTimersByTimeAsync(5 * 60_000);
      return Promise.race([running, "not yet"]);
    };
    await expect.poll(isOver).toBe("QUEUE_UNAVAILABLE");
    expect((await embedder.load()).waiting.import).toBe(0);
  });

  test("are refused when the workers have another model, and never reach that", async () => {
    const { model } = await world.startWorker({ pack: await world.otherPack() });
    const embedder = await world.openEmbedder();
    await expect(embedder.embed([numbered(1)])).rejects.toMatchObject({
      code: "MODEL_MISMATCH",
      message: expect.stringContaining("diptych worker --model small"),
    });
    expect(model.batches).toEqual([]);
  });

  test("reach a worker of their model also where workers of another one run", async () => {
    await world.startWorker({ pack: await world.otherPack() });
    await world.startWorker();
    const [own, others] = [await world.openEmbedder(), await world.openEmbedder(await world.otherPack())];
    const pictures = Array.from({ length: 20 }, (_, i) => numbered(i));
    const calls = pictures.flatMap((picture) => [own.embed([picture]), others.embed([picture])]);
    const expected = pictures.flatMap((picture) => Array(2).fill([{ value: heldEmbedding(picture) }]));
    expect(await Promise.all(calls)).toEqual(expected);
  });

  test("that the model fails on are told with its reason, the others of the batch are embedded", async () => {
    const failures: string[] = [];
    const onFailure = ({ code }: { code: string }, _: string, requestId?: string) =>
      failures.push(`${requestId}: ${code}`);
    await world.startWorker({ listeners: { onFailure } });
    const embedder = await world.openEmbedder();
    const results = await embedder.embed([numbered(1), numbered(UNDRAWN), numbered(2)], { requestId: "r-1" });
    expect(results).toEqual([
      { value: heldEmbedding(numbered(1)) },
      {
        error: expect.objectContaining({
          name: "AppError",
          code: "INTERNAL",
          message: "The model failed: it sees nothing",
        }),
      },
      { value: heldEmbedding(numbered(2)) },
    ]);
    expect(failures).toEqual(["r-1: INTERNAL"]);
  });

  test("are not more than their bound, however many searches come at once", async () => {
    const { model } = await world.startWorker();
    const embedder = await world.openEmbedder();
    model.hold();
    const calls = Array.from({ length: MOST_WAITING + 300 }, (_, i) => embedder.embed([numbered(i % 250)]));
    const outcomes = calls.map((call) =>
      call.then(
        () => "embedded",
        (error) => (error.retryAfterS >= 1 ? error.code : "no time to wait"),
      ),
    );
    // The last come after the bound, and are told so while the model works on the first.
    expect(new Set(await Promise.all(outcomes.slice(MOST_WAITING)))).toEqual(new Set(["QUEUE_FULL"]));
    expect((await embedder.load()).waiting.search).toBeLessThanOrEqual(MOST_WAITING);
    model.letGo();
    expect(new Set(await Promise.all(outcomes.slice(0, MOST_WAITING)))).toEqual(new Set(["embedded"]));
  });

  test("leave nothing behind in Redis but what expires or is bounded", async () => {
    await world.startWorker();
    const embedder = await world.openEmbedder();
    await embedder.embed(Array.from({ length: 250 }, (_, i) => numbered(i)));
    await expect
      .poll(async () => {
        const lasting = [...(await world.redis().keys())].filter(([, ttl]) => ttl === -1);
        return lasting.map(([key]) => key.replace(/embed-[0-9a-f]+/u, "QUEUE"));
      })
      .toEqual(["diptych:QUEUE:events", "diptych:QUEUE:id", "diptych:QUEUE:meta", "diptych:workers"]);
    const events = [...(await world.redis().keys()).keys()].find((key) => key.endsWith(":events"))!;
    // Trimmed by whole nodes of the stream, which are of a hundred entries.
    expect(await world.redis().client.xlen(events)).toBeLessThan(300);
  });
});
