import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { noRedis, type RedisServer, startRedis, tellIfSkipped } from "../../../test/fixtures/redis-server.js";
import type { EmbeddingWorker } from "../../core/ports.js";
import { announce, leave, liveWorkers } from "./fleet.js";

tellIfSkipped();

const worker = (id: string, pictures = 0): EmbeddingWorker => ({
  ...{ id, host: "machine", pid: 7, model: "c0ffee", batches: 1, picturesPerS: 2.5 },
  pictures,
});

describe.skipIf(noRedis !== null)("the fleet", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  beforeEach(() => redis.client.flushall());
  afterAll(() => redis.close());

  const alive = async () => (await liveWorkers(redis.client)).sort((a, b) => a.id.localeCompare(b.id));

  test("is empty where no worker ever was", async () => {
    expect(await alive()).toEqual([]);
  });

  test("is those who told of themselves, as they told it last, until they leave", async () => {
    await announce(redis.client, worker("a"));
    await announce(redis.client, worker("b"));
    await announce(redis.client, worker("a", 5));
    expect(await alive()).toEqual([worker("a", 5), worker("b")]);
    await leave(redis.client, "a");
    expect(await alive()).toEqual([worker("b")]);
    await leave(redis.client, "a");
    expect(await alive()).toEqual([worker("b")]);
  });

  test("is without those who were not heard of lately, and of them nothing is kept", async () => {
    await announce(redis.client, worker("gone"));
    expect(await redis.client.pttl("diptych:worker:gone")).toBeGreaterThan(0);
    // As if it had been a while ago.
    await redis.client.zadd("diptych:workers", 1, "gone");
    expect(await alive()).toEqual([]);
    await announce(redis.client, worker("new"));
    expect(await alive()).toEqual([worker("new")]);
    expect(await redis.client.zrange("diptych:workers", "0", "-1")).toEqual(["new"]);
  });

  test("is without one of whom nothing is told any more", async () => {
    await announce(redis.client, worker("a"));
    await redis.client.del("diptych:worker:a");
    expect(await alive()).toEqual([]);
  });
});
