import { cpuMs } from "./cpu.js";
import type { LoadName, Tally } from "./loads.js";
import { batchCounts, eventLoopP99Ms, read } from "./scrape.js";
import type { Serving, WayName } from "./ways.js";

/** What a load came to in a way of serving. */
export interface Measured extends Measurement {
  readonly way: WayName;
  readonly load: LoadName;
}

export interface Measurement {
  readonly tally: Tally;
  /** Searches a second of each turn, of loads that come in turns; in the same order for all ways. */
  readonly turnsPerS?: readonly number[];
  /** Processes that ended meanwhile. */
  readonly crashed: number;
  /** Of the process that answers; null when it tells nothing any more. */
  readonly eventLoopMs: number | null;
  /** As {@link batchCounts}; null when the processes tell nothing any more. */
  readonly batches: readonly number[] | null;
  /** What each search took of the processors, in milliseconds. */
  readonly cpu: Readonly<Record<"web" | "model" | "client", number>>;
}

/** Runs a load, and reads before and after it what the processes tell of themselves. */
export async function measure(serving: Serving, run: () => Promise<Tally>): Promise<Measurement> {
  const { web, models, webMetrics, modelMetrics } = serving;
  const readCpu = () => ({ web: cpuMs([web]), model: cpuMs(models), client: ownCpuMs() });
  const readAll = () => Promise.all([webMetrics, ...modelMetrics].map(read));
  const batchesBefore = batchCounts(await readAll());
  const cpuBefore = readCpu();
  const tally = await run();
  const cpu = readCpu();
  const told = await readAll().catch(() => null);
  const perSearch = (of: keyof typeof cpu) => (cpu[of] - cpuBefore[of]) / tally.sent;
  return {
    tally,
    crashed: [web, ...models].filter(({ ended }) => ended).length,
    eventLoopMs: told && eventLoopP99Ms(told[0]!),
    batches: told && batchCounts(told).map((count, i) => count - batchesBefore[i]!),
    cpu: { web: perSearch("web"), model: perSearch("model"), client: perSearch("client") },
  };
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
