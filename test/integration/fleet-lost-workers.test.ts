import { describe, expect, test } from "vitest";
import { SET_ASIDE_KEY } from "../../src/adapters/redis/protocol.js";
import { noRedis, tellIfSkipped } from "../fixtures/redis-server.js";
import { createFleet, picture, pictures } from "./fleet-processes.js";

tellIfSkipped();

describe.skipIf(noRedis !== null)("workers that are lost", () => {
  const fleet = createFleet();

  test("in the middle of a batch leave it to others: every picture is answered once, as by any other", async () => {
    const embedder = await fleet.openEmbedder();
    const answers = await fleet.countAnswers();
    const doomed = await fleet.startMisbehaving({ ms: -1 });
    const running = embedder.embed(pictures(40), { lane: "import" });
    await doomed.until(/^batch \d+(?:,\d+){15}$/mu);
    await fleet.startWorker();
    doomed.child.kill("SIGKILL");
    expect(await doomed.ended).toMatchObject({ signal: "SIGKILL" });
    expect(await running).toEqual(await fleet.expected(pictures(40)));
    await answers.expectOnceEach(40);
    expect(await fleet.redis().client.llen(SET_ASIDE_KEY)).toBe(0);
  });

  test("one after the other, under load, lose no picture and answer none twice", async () => {
    const embedder = await fleet.openEmbedder();
    const answers = await fleet.countAnswers();
    const doomed = await Promise.all([1, 2, 3].map(() => fleet.startMisbehaving({ ms: 100 })));
    const running = [1, 2, 3].map(() => embedder.embed(pictures(250), { lane: "import" }));
    for (const [i, worker] of doomed.entries()) {
      await expect.poll(() => answers.counts().length, { timeout: 100_000 }).toBeGreaterThan(40 * (i + 1));
      if (i === doomed.length - 1) await fleet.startWorker();
      worker.child.kill("SIGKILL");
    }
    const expected = await fleet.expected(pictures(250));
    for (const results of await Promise.all(running)) expect(results).toEqual(expected);
    await answers.expectOnceEach(750);
  });

  test("of a picture, twice of it alone, set it aside: it is reported, its neighbours are answered, no further worker is lost", async () => {
    const KILLER = 13;
    const embedder = await fleet.openEmbedder();
    const workers = await Promise.all([1, 2, 3, 4].map(() => fleet.startMisbehaving({ killer: KILLER })));
    const results = await embedder.embed(pictures(30), { lane: "import", requestId: "r-13" });

    const expected = await fleet.expected(pictures(30));
    expect(results.toSpliced(KILLER, 1)).toEqual(expected.toSpliced(KILLER, 1));
    expect(results[KILLER]).toMatchObject({
      error: { code: "INTERNAL", message: expect.stringMatching(/set aside, for 3 workers ended/u) },
    });
    const list = await fleet.redis().client.lrange(SET_ASIDE_KEY, 0, -1);
    expect(list.map((text) => JSON.parse(text))).toEqual([
      { jobId: expect.any(String), requestId: "r-13", deaths: 3 },
    ]);
    expect(workers.map(({ child }) => child.signalCode).sort()).toEqual([
      "SIGKILL",
      "SIGKILL",
      "SIGKILL",
      null,
    ]);
    // Those that are left go on.
    expect(await embedder.embed([picture(1)])).toEqual([expected[1]]);
  });

  test("are not taken for such as are slow: what takes longer than a lock lasts is answered once", async () => {
    const embedder = await fleet.openEmbedder();
    const answers = await fleet.countAnswers();
    const slow = await fleet.startMisbehaving({ ms: 9000 });
    const running = embedder.embed(pictures(4), { lane: "import" });
    await slow.until(/^batch 1,2,3$/mu);
    const other = await fleet.startMisbehaving({});
    expect(await running).toEqual(await fleet.expected(pictures(4)));
    await answers.expectOnceEach(4);
    expect(other.told()).not.toContain("batch");
  });
});
