import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { writeCatalogue } from "../../demo/catalogue.js";
import { createFlatDesign } from "../../demo/flats/design.js";
import { type App, createApp } from "../../src/http/app.js";
import { type Diptych, openDiptych } from "../../src/index.js";
import { noRedis, type RedisServer, startRedis, tellIfSkipped } from "../fixtures/redis-server.js";
import { startDiptych } from "./diptych-process.js";

tellIfSkipped();

const SEED = 11;
const ids = Array.from({ length: 12 }, (_, i) => createFlatDesign(SEED, i).id);

describe.skipIf(noRedis !== null)("searches through Redis", () => {
  let redis: RedisServer;
  let directory: string;
  let diptych: Diptych;
  let app: App;
  let pictures: Buffer[];
  const workers: ChildProcess[] = [];
  beforeAll(async () => {
    redis = await startRedis();
    directory = await mkdtemp(path.join(tmpdir(), "diptych-many-"));
    const { manifest } = await writeCatalogue({ directory, count: ids.length, seed: SEED });
    for (let i = 0; i < 2; i++) {
      workers.push(
        startDiptych(["worker", "--redis", redis.url, "--concurrency", "1", "--log", "silent"]).child,
      );
    }
    diptych = await openDiptych({ catalog: path.join(directory, "catalog"), redis: redis.url, create: true });
    const isReady = async () => expect((await diptych.load()).workers).toHaveLength(2);
    await vi.waitFor(isReady, { timeout: 60_000, interval: 100 });
    expect(await diptych.import(manifest)).toMatchObject({ imported: ids.length, failed: 0 });
    app = createApp(diptych, { version: "1.2.3" });
    pictures = await Promise.all(
      ids.map(async (id) => {
        const drawn = await readFile(path.join(directory, "pictures", `${id}-front.png`));
        return sharp(drawn).resize({ height: 288 }).jpeg({ quality: 90 }).toBuffer();
      }),
    );
  });
  afterAll(async () => {
    await app.close();
    await diptych.close();
    await Promise.all(
      workers.map(async (worker) => {
        const exit = once(worker, "exit");
        worker.kill("SIGTERM");
        expect(await exit).toEqual([0, null]);
      }),
    );
    await redis.close();
    await rm(directory, { recursive: true });
  });

  async function search(i: number): Promise<string> {
    const body = new FormData();
    body.append("front", new File([pictures[i % ids.length]! as never], "front.jpg"));
    body.append("topK", "1");
    const response = await app.api.request("/api/v1/searches", { method: "POST", body });
    const answer = await response.text();
    return response.status === 201 ? JSON.parse(answer).matches[0].id : `${response.status} ${answer}`;
  }

  test("200 at once are all answered, each with its own design", async () => {
    const found = await Promise.all(Array.from({ length: 200 }, (_, i) => search(i)));
    expect(found).toEqual(found.map((_, i) => ids[i % ids.length]));
  });

  test("500 that come 50 ms apart are all answered, each with its own design", async () => {
    const found = await Promise.all(
      Array.from({ length: 500 }, async (_, i) => {
        await sleep(50 * i);
        return search(i);
      }),
    );
    expect(found).toEqual(found.map((_, i) => ids[i % ids.length]));
    const { workers: fleet } = await diptych.load();
    expect(fleet!.every(({ pictures: embedded }) => embedded > 0)).toBe(true);
  });

  test("leave nothing in Redis but what the queue itself needs", async () => {
    await expect
      .poll(async () => [...(await redis.keys()).keys()].filter((key) => /pixels|given|answers/u.test(key)))
      .toEqual([]);
  });
});
