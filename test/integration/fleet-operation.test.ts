import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { freePort } from "../fixtures/free-port.js";
import { noRedis, tellIfSkipped } from "../fixtures/redis-server.js";
import { diptych } from "./diptych-process.js";
import { createFleet, picture, pictures } from "./fleet-processes.js";

tellIfSkipped();

describe.skipIf(noRedis !== null)("diptych worker", () => {
  const fleet = createFleet();

  test("told to end finishes its batch, takes no more and ends well; others do the rest", async () => {
    const embedder = await fleet.openEmbedder();
    const answers = await fleet.countAnswers();
    const ending = await fleet.startMisbehaving({ ms: 500 });
    const running = embedder.embed(pictures(200), { lane: "import" });
    // The first picture leaves alone, for nothing runs yet; the next fill a batch.
    await ending.until(/^batch (\d+,){15}\d+$/mu);
    ending.child.kill("SIGTERM");
    expect(await ending.ended).toMatchObject({ exitCode: 0, signal: null });
    // What it had taken is answered, and it has left.
    const answered = answers.counts().length;
    expect(answered).toBeGreaterThanOrEqual(16);
    expect((await embedder.load()).waiting.import).toBe(200 - answered);
    expect((await embedder.load()).workers).toEqual([]);

    const other = await fleet.startWorker();
    expect(await running).toEqual(await fleet.expected(pictures(200)));
    await answers.expectOnceEach(200);
    other.child.kill("SIGTERM");
    expect(await other.ended).toMatchObject({ exitCode: 0, signal: null, stdout: "" });
  });

  test("told to end while Redis is away ends all the same", async () => {
    const worker = await fleet.startWorker();
    await fleet.redis().stop();
    try {
      worker.child.kill("SIGTERM");
      expect(await worker.ended).toMatchObject({ exitCode: 0, signal: null });
    } finally {
      await fleet.redis().start();
    }
  });

  test("told to end at its work while Redis hangs ends all the same", async () => {
    const embedder = await fleet.openEmbedder();
    const worker = await fleet.startMisbehaving({ ms: 500 });
    const running = embedder.embed(pictures(200), { lane: "import" }).catch(() => {});
    await worker.until(/^batch (\d+,){15}\d+$/mu);
    fleet.redis().pause();
    try {
      worker.child.kill("SIGTERM");
      expect(await worker.ended).toMatchObject({ exitCode: 0, signal: null });
    } finally {
      fleet.redis().resume();
    }
    await fleet.startWorker();
    await running;
  });

  test("goes on by itself when Redis was away under load; searches fail meanwhile, and say so", async () => {
    await fleet.startWorker();
    await fleet.startWorker();
    const embedder = await fleet.openEmbedder();
    await fleet.seen(embedder, 2);
    const expected = await fleet.expected(pictures(250));
    let isOver = false;
    const outcomes = { right: 0, unavailable: 0 };
    const clients = Array.from({ length: 20 }, async (_, client) => {
      for (let i = client; !isOver; i = (i + 20) % 250) {
        try {
          expect(await embedder.embed([picture(i)], { timeoutMs: 60_000 })).toEqual([expected[i]]);
          outcomes.right += 1;
        } catch (error) {
          expect(error).toMatchObject({ code: "QUEUE_UNAVAILABLE", retryAfterS: expect.any(Number) });
          outcomes.unavailable += 1;
          await sleep(20);
        }
      }
    });
    const reach = async (kind: keyof typeof outcomes, more: number) => {
      const before = outcomes[kind];
      await expect.poll(() => outcomes[kind], { timeout: 60_000 }).toBeGreaterThan(before + more);
    };
    await reach("right", 100);
    await fleet.redis().stop();
    await reach("unavailable", 40);
    await fleet.redis().start();
    await reach("right", 100);
    isOver = true;
    await Promise.all(clients);
    await fleet.seen(embedder, 2);
  });

  test("with another model is refused searches, and says so to whoever searches", async () => {
    await fleet.startWorker(["--model", "other"]);
    const embedder = await fleet.openEmbedder();
    for (const lane of ["search", "import"] as const) {
      await expect(embedder.embed([picture(1)], { lane })).rejects.toMatchObject({
        code: "MODEL_MISMATCH",
        message: expect.stringContaining("diptych worker --model small"),
      });
    }
    const own = await fleet.startWorker();
    await fleet.seen(embedder, 1);
    expect(await embedder.embed([picture(1)])).toEqual(await fleet.expected([picture(1)]));
    own.child.kill("SIGTERM");
    await own.ended;
    // Once its own workers were there they are only away: whoever searches may come again.
    const search = () =>
      embedder
        .embed([picture(1)], { timeoutMs: 200 })
        .catch(({ code, retryAfterS }) => ({ code, retryAfterS }));
    await expect
      .poll(search, { timeout: 30_000 })
      .toEqual({ code: "QUEUE_UNAVAILABLE", retryAfterS: expect.any(Number) });
  });

  test("tells Prometheus what it does, and whoever looks after it that it lives", async () => {
    const port = await freePort();
    await fleet.startWorker(["--metrics-port", `${port}`]);
    const embedder = await fleet.openEmbedder();
    await embedder.embed(pictures(20));
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain("diptych_batch_size_sum 20\n");
    expect(metrics).toContain("diptych_queue_wait_seconds_count 20\n");
    expect(metrics).toContain("diptych_pictures_in_flight 0\n");
    expect(metrics).toContain("diptych_dropped_total 0\n");
    expect(await (await fetch(`http://127.0.0.1:${port}/livez`)).json()).toEqual({ status: "live" });
  });

  test("says what it lacks: an address, a Redis there, a port that is free", async () => {
    expect(await diptych(["worker"])).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringContaining("tell its address with --redis"),
    });
    expect(await diptych(["worker", "--redis", "redis://127.0.0.1:1"])).toMatchObject({
      exitCode: 4,
      stderr: expect.stringMatching(/^diptych: Redis, where pictures wait.+ECONNREFUSED/u),
    });
    const port = await freePort();
    await fleet.startWorker(["--metrics-port", `${port}`]);
    const models = ["--models", fleet.packs(), "--model", "small"];
    const taken = ["--metrics-port", `${port}`, "--redis", fleet.redis().url];
    expect(await diptych(["worker", ...models, ...taken])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`127.0.0.1:${port} cannot be listened on (EADDRINUSE)`),
    });
  });
});
