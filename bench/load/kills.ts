import { setTimeout as sleep } from "node:timers/promises";
import { createEmbedder } from "../../src/adapters/onnx/embedder.js";
import { createQueuedEmbedder } from "../../src/adapters/redis/queued-embedder.js";
import { readConfig } from "../../src/config.js";
import type { Embedding } from "../../src/core/embedding.js";
import type { ItemResult, PixelTensor } from "../../src/core/ports.js";
import { createRandom } from "../../src/core/random.js";
import { readerFor } from "../../src/embedders.js";
import { AppError } from "../../src/errors.js";
import { findPack } from "../../src/model-packs.js";
import type { Processes, Running } from "./processes.js";
import type { Pictures } from "./queries.js";
import { withRedis } from "./redis.js";
import { startWorker } from "./ways.js";

const JOBS = 2000;
const KILLS = 20;
const WORKERS = 2;
/** Pictures that wait at once. */
const WAITING = 64;
/** As searches over HTTP have it. Here later answers count, too: what is late is not lost. */
const DEADLINE_MS = 15_000;
const TIMEOUT_MS = 60_000;
/** An answer that is not there by then, long after its time was up, is lost. */
const PATIENCE_MS = 90_000;
const SEED = 1;

/** What became of the pictures; `failed` by the code of the failure. */
export interface KillTally {
  readonly jobs: number;
  readonly kills: number;
  readonly right: number;
  readonly wrong: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly lost: number;
  /** Of the answers: those that took longer than a search over HTTP may. */
  readonly late: number;
  readonly slowestMs: number;
  readonly seconds: number;
}

/**
 * Hands in pictures one by one while workers are killed at random and started again at once. Right is an answer equal, number by
 * number, to what the model in this process answers.
 */
export async function killWorkers(processes: Processes, queries: readonly Pictures[]): Promise<KillTally> {
  const config = readConfig({}, {});
  const pack = await findPack(config.model, config.models);
  const reader = readerFor(pack);
  const tensors = await Promise.all(
    queries.flatMap(({ front, back }) => [front, back]).map((bytes) => reader.toTensor(bytes)),
  );
  const expected = await embeddingsOf(tensors);
  return withRedis(processes, async (redis) => {
    const fleet = await Promise.all(
      Array.from({ length: WORKERS }, async () => startWorker(processes, redis, 1)),
    );
    const embedder = await createQueuedEmbedder(pack, redis);
    const killer = createKiller(fleet, () => startWorker(processes, redis, 1));
    const failed: Record<string, number> = {};
    const times: number[] = [];
    let [next, right, wrong, lost] = [0, 0, 0, 0];

    const resultOf = async (tensor: PixelTensor): Promise<ItemResult<Embedding>> => {
      try {
        return (await embedder.embed([tensor], { timeoutMs: TIMEOUT_MS }))[0]!;
      } catch (error) {
        return { error: AppError.from(error) };
      }
    };

    async function one(): Promise<void> {
      while (next < JOBS) {
        const which = next++ % tensors.length;
        const asked = performance.now();
        const result = await Promise.race([
          resultOf(tensors[which]!),
          sleep(PATIENCE_MS, null, { ref: false }),
        ]);
        if (result === null) lost += 1;
        else if ("error" in result) failed[result.error.code] = (failed[result.error.code] ?? 0) + 1;
        else if (isEqual(result.value, expected[which]!)) right += 1;
        else wrong += 1;
        times.push(performance.now() - asked);
        killer.progress(times.length);
      }
    }

    const started = performance.now();
    await Promise.all(Array.from({ length: WAITING }, one));
    const seconds = (performance.now() - started) / 1000;
    await killer.settled();
    await embedder.close();
    await Promise.all(fleet.map((worker) => worker.end()));
    const late = times.filter((ms) => ms > DEADLINE_MS).length;
    const slowestMs = Math.max(...times);
    return { jobs: JOBS, kills: killer.kills, right, wrong, failed, lost, late, slowestMs, seconds };
  });
}

async function embeddingsOf(tensors: readonly PixelTensor[]): Promise<Embedding[]> {
  const config = readConfig({}, {});
  const embedder = await createEmbedder(await findPack(config.model, config.models), { threads: 1 });
  try {
    const results = await embedder.embed(tensors);
    return results.map((result) => {
      if ("error" in result) throw result.error;
      return result.value;
    });
  } finally {
    await embedder.close();
  }
}

/** Kills a worker of the fleet at random moments of the work; the next one begins in its place. */
function createKiller(fleet: Running[], startAnother: () => Promise<Running>) {
  const random = createRandom(SEED);
  const moments = Array.from({ length: KILLS }, () => Math.floor(random() * JOBS * 0.98)).sort(
    (a, b) => a - b,
  );
  let kills = 0;
  let turn: Promise<void> = Promise.resolve();
  const restarts = new Map<number, Promise<void>>();

  async function killOne(): Promise<void> {
    const place = Math.floor(random() * fleet.length);
    await restarts.get(place);
    await fleet[place]!.kill();
    kills += 1;
    restarts.set(
      place,
      startAnother().then((worker) => {
        fleet[place] = worker;
      }),
    );
  }

  return {
    /** Told how many are done. */
    progress(done: number): void {
      while (moments.length > 0 && done >= moments[0]!) {
        moments.shift();
        turn = turn.then(killOne);
      }
    },
    get kills() {
      return kills;
    },
    async settled(): Promise<void> {
      await turn;
      await Promise.all(restarts.values());
    },
  };
}

function isEqual(a: Embedding, b: Embedding): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
