import { fileURLToPath } from "node:url";
import { freePort, type Processes, type Running } from "./processes.js";
import { withRedis } from "./redis.js";

/** Threads that run the model, in every way of serving. */
const MODEL_THREADS = 2;
/** As the worker's own defaults are. */
const WORKER = ["--max-batch-size", "16", "--max-queue-delay-ms", "5"];

/** One way of serving the same search, up and warm. */
export interface Serving {
  /** Where front and back are posted to. */
  readonly searches: string;
  /** Where the process that answers tells of itself. */
  readonly webMetrics: string;
  /** Where those that run the model for it tell of theirs. */
  readonly modelMetrics: readonly string[];
  readonly web: Running;
  readonly models: readonly Running[];
}

type Work = (serving: Serving) => Promise<void>;
type Way = (processes: Processes, catalog: string, work: Work) => Promise<void>;

export const WAYS = {
  async "in-process"(processes, catalog, work) {
    const web = await startServe(processes, catalog, ["--threads", String(MODEL_THREADS)]);
    await whileServing(servedBy(web, []), work);
  },
  "one-worker": withWorkers([MODEL_THREADS]),
  "two-workers": withWorkers([1, 1]),
  polling: (processes, catalog, work) =>
    withRedis(processes, async (redis) => {
      const port = await freePort();
      const start = (name: string, args: readonly string[], ready: RegExp) =>
        processes.start(process.execPath, [...script(name), redis, ...args], ready);
      const model = await start("model", [String(MODEL_THREADS), String(port)], /polls for pictures/u);
      const web = await start("web", [catalog], /answers at (http:\S+)$/u);
      const serving = servedBy(web, [{ port, running: model }]);
      await whileServing({ ...serving, searches: `${web.told[1]}/predict` }, work);
    }),
} as const satisfies Record<string, Way>;
export type WayName = keyof typeof WAYS;

function withWorkers(threads: readonly number[]): Way {
  return (processes, catalog, work) =>
    withRedis(processes, async (redis) => {
      const workers = await Promise.all(
        threads.map(async (count) => {
          const port = await freePort();
          const running = await startWorker(processes, redis, count, ["--metrics-port", String(port)]);
          return { port, running };
        }),
      );
      const web = await startServe(processes, catalog, ["--redis", redis]);
      await whileServing(servedBy(web, workers), work);
    });
}

async function whileServing(serving: Serving, work: Work): Promise<void> {
  await work(serving);
  for (const running of [serving.web, ...serving.models]) await running.end();
}

export function startWorker(
  processes: Processes,
  redis: string,
  threads: number,
  more: readonly string[] = [],
): Promise<Running> {
  const settings = ["--redis", redis, "--concurrency", String(threads), "--log", "warn", ...WORKER, ...more];
  return processes.start(process.execPath, ["dist/main.js", "worker", ...settings], /^This worker embeds/u);
}

function script(name: string): string[] {
  return ["--import", "tsx", fileURLToPath(new URL(`polling/${name}.ts`, import.meta.url))];
}

function startServe(processes: Processes, catalog: string, how: readonly string[]): Promise<Running> {
  const settings = ["--port", "0", "--catalog", catalog, "--log", "error", ...how];
  return processes.start(process.execPath, ["dist/main.js", "serve", ...settings], /answers at (http:\S+)$/u);
}

function servedBy(
  web: Running,
  models: readonly { readonly port: number; readonly running: Running }[],
): Serving {
  return {
    searches: `${web.told[1]}/api/v1/searches`,
    webMetrics: `${web.told[1]}/metrics`,
    modelMetrics: models.map(({ port }) => `http://127.0.0.1:${port}/metrics`),
    web,
    models: models.map(({ running }) => running),
  };
}
