import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { PackManifest } from "../../src/adapters/models/manifest.js";
import { type ModelPack, openPack } from "../../src/adapters/models/pack.js";
import { createEmbedder } from "../../src/adapters/onnx/embedder.js";
import { createQueuedEmbedder } from "../../src/adapters/redis/queued-embedder.js";
import type { Embedder, ItemResult, PixelTensor } from "../../src/core/ports.js";
import { RandomNumbers } from "../fixtures/random-numbers.js";
import { type RedisServer, startRedis } from "../fixtures/redis-server.js";
import { identityNetwork, SMALL, writePack } from "../fixtures/small-packs.js";
import { startDiptych, startNode } from "./diptych-process.js";
import type { Misbehaviour } from "./fleet-worker.js";

const misbehavingWorker = fileURLToPath(new URL("fleet-worker.ts", import.meta.url));

/** A picture of its own, told by its number: its first byte. */
export function picture(number: number): PixelTensor {
  const data = Uint8Array.from(new RandomNumbers(number).integers(SMALL * SMALL * 3, 0, 255));
  data[0] = number;
  return { data, width: SMALL, height: SMALL };
}

export const pictures = (count: number) => Array.from({ length: count }, (_, i) => picture(i));

/** Sees where colours are, so that it tells drawings apart. */
const FINE: Partial<PackManifest> = {
  outputs: [{ name: "features", pooling: { kind: "average", grid: 4 } }],
};

/** A worker, or whoever asks for one, in a process of its own. */
export interface FleetProcess extends ReturnType<typeof startNode> {
  /** What it told so far. */
  readonly told: () => string;
  /** Resolves when it told something like that; fails when it ends before. */
  until(pattern: RegExp): Promise<void>;
}

interface AnswerCount {
  /** How often each was answered so far. */
  readonly counts: () => readonly number[];
  /** Holds that so many were answered once, and none twice; ends the count. */
  expectOnceEach(pictures: number): Promise<void>;
}

/**
 * A Redis, small packs and an embedder, and workers in processes of their own: there for the tests of the file that calls this.
 * Whatever a test started is ended after it.
 */
export function createFleet() {
  let directory: string;
  let redis: RedisServer;
  let pack: ModelPack;
  let local: Embedder;
  const processes: FleetProcess[] = [];
  const embedders: Embedder[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), "diptych-fleet-"));
    const packs = path.join(directory, "packs");
    pack = await openPack(await writePack(path.join(packs, "small"), identityNetwork(), FINE));
    await writePack(path.join(packs, "other"), identityNetwork(), { id: "other" });
    local = await createEmbedder(pack, { threads: 1 });
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const { child } of processes) child.kill("SIGKILL");
    await Promise.all(processes.splice(0).map(({ ended }) => ended));
    await Promise.all(embedders.splice(0).map((embedder) => embedder.close()));
    await redis.client.flushall();
  });
  afterAll(async () => {
    await local.close();
    await redis.close();
    await rm(directory, { recursive: true });
  });

  function watch(started: ReturnType<typeof startNode>): FleetProcess {
    const { child, ended } = started;
    let told = "";
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on("data", (text: Buffer) => {
        told += text.toString();
      });
    }
    const process: FleetProcess = {
      ...started,
      told: () => told,
      until: async (pattern) => {
        const hasEnded = ended.then(() => true);
        while (!pattern.test(told)) {
          const turn = new Promise<false>((resolve) => setTimeout(resolve, 10, false));
          if ((await Promise.race([turn, hasEnded])) && !pattern.test(told)) {
            throw new Error(`The process ended and told: ${told}`);
          }
        }
      },
    };
    processes.push(process);
    return process;
  }

  return {
    redis: () => redis,
    directory: () => directory,
    packs: () => path.join(directory, "packs"),
    pack: () => pack,

    /** What each picture must become. */
    async expected(tensors: readonly PixelTensor[]): Promise<ItemResult<Float32Array>[]> {
      return local.embed(tensors);
    },

    async openEmbedder(): Promise<Embedder> {
      const embedder = await createQueuedEmbedder(pack, redis.url);
      embedders.push(embedder);
      return embedder;
    },

    /** `diptych` with these arguments. */
    start: (args: readonly string[]) => watch(startDiptych(args)),

    /** `diptych worker`, ready. */
    async startWorker(flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<FleetProcess> {
      const models = ["--models", path.join(directory, "packs"), "--model", "small"];
      const worker = watch(startDiptych(["worker", "--redis", redis.url, ...models, ...flags], { env }));
      await worker.until(/This worker embeds pictures with/u);
      return worker;
    },

    /** A worker that misbehaves, ready. */
    async startMisbehaving(how: Omit<Misbehaviour, "url" | "pack">): Promise<FleetProcess> {
      const told: Misbehaviour = { url: redis.url, pack: path.join(directory, "packs/small"), ...how };
      const worker = watch(startNode(["--import", "tsx", misbehavingWorker, JSON.stringify(told)]));
      await worker.until(/^ready$/mu);
      return worker;
    },

    /** Counts the answers to each picture, by the id of its job. */
    async countAnswers(): Promise<AnswerCount> {
      const subscriber = redis.client.duplicate();
      const counts = new Map<string, number>();
      subscriber.on("pmessageBuffer", (_: Buffer, __: Buffer, message: Buffer) => {
        const id = message.toString("latin1", 0, 36);
        counts.set(id, (counts.get(id) ?? 0) + 1);
      });
      await subscriber.psubscribe("diptych:answers:*");
      const told = () => [...counts.values()];
      return {
        counts: told,
        async expectOnceEach(pictures) {
          await expect.poll(() => told().length, { timeout: 30_000 }).toBe(pictures);
          expect(new Set(told())).toEqual(new Set([1]));
          subscriber.disconnect();
        },
      };
    },

    /** Once the fleet has so many workers of the model. */
    async seen(embedder: Embedder, count: number): Promise<void> {
      const own = async () =>
        (await embedder.load()).workers!.filter(({ model }) => model === embedder.model.sha256).length;
      await expect.poll(own, { timeout: 60_000 }).toBe(count);
    },
  };
}
