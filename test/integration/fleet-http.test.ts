import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { type ServerType, serve } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MOST_WAITING } from "../../src/core/waiting.js";
import { type App, createApp } from "../../src/http/app.js";
import { type AppError, type Diptych, openDiptych } from "../../src/index.js";
import { writePair } from "../fixtures/drawings.js";
import { freePort } from "../fixtures/free-port.js";
import { noRedis, tellIfSkipped } from "../fixtures/redis-server.js";
import { createFleet } from "./fleet-processes.js";
import { createClient, file, form, type Import } from "./http-world.js";

tellIfSkipped();

const IDS = ["A", "B", "C", "D"];

interface Stats {
  readonly queue: { readonly waiting: object; readonly workers: readonly { readonly pid: number }[] } | null;
}

describe.skipIf(noRedis !== null)("the HTTP API with workers behind Redis", () => {
  const fleet = createFleet();
  const defects: AppError[] = [];
  let diptych: Diptych;
  let app: App;
  let server: ServerType;
  let address: string;
  const client = createClient(() => app.api);
  const flat = (id: string) => path.join(fleet.directory(), "flats", `${id}_front.png`);
  const query = async (id: string) => form({ front: file("front.png", await readFile(flat(id))) });
  const search = async (id: string) => client.post("/api/v1/searches", await query(id));

  beforeAll(async () => {
    await mkdir(path.join(fleet.directory(), "flats"));
    for (const [i, id] of IDS.entries()) await writePair(path.dirname(flat(id)), id, i);
    const settings = {
      ...{ catalog: path.join(fleet.directory(), "catalog"), models: fleet.packs(), model: "small" },
      ...{ threads: 1, create: true },
    };
    const local = await openDiptych(settings);
    await local.import(path.dirname(flat("A")));
    await local.close();
    diptych = await openDiptych({ ...settings, redis: fleet.redis().url });
    app = createApp(diptych, { version: "1.2.3", onDefect: (error) => defects.push(error) });
    address = await new Promise((resolve) => {
      server = serve({ fetch: app.api.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
        resolve(`http://127.0.0.1:${port}`),
      );
    });
  });
  afterAll(async () => {
    server.close();
    await app.close();
    await diptych.close();
    expect(defects).toEqual([]);
  });

  /** Once the server may be asked. */
  const ready = () =>
    expect.poll(async () => (await client.get("/readyz")).status, { timeout: 60_000 }).toBe(200);

  test("is not ready without a worker: searches are told so at once, and when to come again", async () => {
    await expect
      .poll(async () => (await client.get("/readyz")).body, { timeout: 30_000 })
      .toEqual({ status: "no worker" });
    const { response, status, body } = await search("A");
    expect([status, body.code]).toEqual([503, "QUEUE_UNAVAILABLE"]);
    expect(body.detail).toContain("diptych worker");
    expect(Number(response.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
    // What needs no model goes on.
    expect((await client.get("/api/v1/designs/A/similar")).status).toBe(200);
  });

  test("searches, and tells who works for it", async () => {
    const workers = [await fleet.startWorker(), await fleet.startWorker()];
    await ready();
    expect(await client.idsFoundBy({ front: file("front.png", await readFile(flat("B"))) })).toHaveLength(4);
    for (const id of IDS) {
      expect((await search(id)).body).toMatchObject({ matches: [{ id, rank: 1 }, {}, {}, {}] });
    }
    const pids = async () =>
      (await client.get<Stats>("/api/v1/stats")).body.queue!.workers.map(({ pid }) => pid).sort();
    await expect.poll(pids, { timeout: 30_000 }).toEqual(workers.map(({ child }) => child.pid).sort());
    expect((await client.get<Stats>("/api/v1/stats")).body.queue!.waiting).toEqual({ search: 0, import: 0 });
    expect((await client.text("/metrics")).split("\n")).toContain("diptych_queue_depth_search 0");
  });

  test("hands the id of a request on into the worker's log", async () => {
    const worker = await fleet.startWorker([], { DIPTYCH_LOG: "debug" });
    await ready();
    const headers = { "X-Request-Id": "traced-7" };
    const { status } = await client.send("/api/v1/searches", {
      ...{ method: "POST", headers },
      body: await query("C"),
    });
    expect(status).toBe(201);
    await worker.until(/"requestIds":\["traced-7"\]/u);
  });

  test("drops the picture of a client that goes away before the model sees it", async () => {
    const port = await freePort();
    const slow = await fleet.startMisbehaving({ ms: -1 });
    await ready();
    const gone = new AbortController();
    const body = await query("A");
    const asked = fetch(`${address}/api/v1/searches`, { method: "POST", body, signal: gone.signal });
    await slow.until(/^batch /mu);
    gone.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => fleet.redis().client.keys("diptych:pixels:*"), { timeout: 30_000 }).toEqual([]);
    slow.child.kill("SIGKILL");
    // The one that takes over what was lost finds that nobody waits for it.
    const worker = await fleet.startWorker(["--metrics-port", `${port}`]);
    const metric = async (name: string) => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\d+)$`, "mu").exec(text)?.[1]);
    };
    await expect.poll(() => metric("diptych_dropped_total"), { timeout: 60_000 }).toBe(1);
    expect(await metric("diptych_batch_size_count")).toBe(0);
    expect(worker.told()).toContain("nobody waits for it any more");
  });

  test("changes no design once its sender has gone", async () => {
    const slow = await fleet.startMisbehaving({ ms: -1 });
    await ready();
    const gone = new AbortController();
    const sent = { method: "PUT", body: await query("A"), signal: gone.signal };
    const asked = fetch(`${address}/api/v1/designs/G`, sent);
    await slow.until(/^batch /mu);
    gone.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => fleet.redis().client.keys("diptych:pixels:*"), { timeout: 30_000 }).toEqual([]);
    expect((await client.get("/api/v1/designs/G")).status).toBe(404);
  });

  test("refuses searches beyond the bound of its queue, and says when to come again", async ({
    onTestFinished,
  }) => {
    await fleet.startMisbehaving({ ms: -1 });
    await ready();
    const clients = Array.from({ length: MOST_WAITING + 1 }, () => new AbortController());
    const pictures = { front: await readFile(flat("A")) };
    const asked = clients.map(({ signal }) => diptych.embed({ pictures }, { signal }));
    const leave = async () => {
      for (const client of clients) client.abort();
      await Promise.allSettled(asked);
    };
    onTestFinished(leave);
    // None is ever answered: the first to hear anything is the one for which there is no room.
    await expect(Promise.race(asked)).rejects.toMatchObject({ code: "QUEUE_FULL" });
    const { response, status, body } = await search("A");
    expect([status, body.code]).toEqual([503, "QUEUE_FULL"]);
    expect(Number(response.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
    await leave();
    await expect.poll(async () => (await diptych.load()).waiting.search, { timeout: 60_000 }).toBe(0);
  });

  const startImport = async (id: string) =>
    (await client.startImport({ [`${id}_front.png`]: await readFile(flat("A")) })).body.id;
  /** Those of the tests before are thought to live until they were not heard of for a while. */
  const waitsForWorker = (id: string) =>
    expect
      .poll(async () => (await client.get<Import>(`/api/v1/imports/${id}`)).body.waitsForWorker, {
        timeout: 60_000,
      })
      .toBe(true);

  test("an import tells on its page that no worker runs, waits for one and goes on", async () => {
    const id = await startImport("E");
    await waitsForWorker(id);
    expect(await client.text(`/imports/${id}`)).toMatch(/class="note waits-for-worker" >No worker runs/u);
    await fleet.startWorker();
    const over = await client.reached(id, "done", "failed");
    expect(over).toMatchObject({ state: "done", imported: 1, failed: 0, waitsForWorker: false });
    expect(await client.text(`/imports/${id}`)).not.toMatch(/No worker runs/u);
  });

  test("an import that waits for a worker can be cancelled", async () => {
    const id = await startImport("F");
    await waitsForWorker(id);
    expect((await client.post(`/api/v1/imports/${id}/cancel`)).status).toBe(202);
    const over = await client.reached(id, "done", "failed", "cancelled");
    expect(over).toMatchObject({ state: "cancelled", rows: 0, errorCount: 0, waitsForWorker: false });
    await expect.poll(async () => (await diptych.load()).waiting.import, { timeout: 30_000 }).toBe(0);
  });
});
