import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "../../src/core/random.js";
import { percentile } from "../measure.js";
import type { Client, Outcome } from "./client.js";

const SEED = 1;

/** How long a client pauses at low load at most: as long as the article's processes sleep. */
const PAUSE_MS = 250;
const OVERLOAD_S = 15;

/** `capacity`: searches a second. */
export const LOADS = {
  // Without pauses a search would set out just when the last was answered, always at the same point of a polling interval.
  low: (client: Client) => closedLoop(client, { clients: 1, searches: 40, pauseMs: PAUSE_MS }),
  saturation: (client: Client) => closedLoop(client, { clients: 32, searches: 240 }),
  stress: (client: Client) => openLoop(client, { searches: 500, everyMs: 50 }),
  "at-once": (client: Client) => openLoop(client, { searches: 200, everyMs: 0 }),
  overload: (client: Client, capacity: number) =>
    openLoop(client, { searches: Math.round(2 * capacity * OVERLOAD_S), everyMs: 500 / capacity }),
} as const satisfies Record<string, (client: Client, capacity: number) => Promise<Tally>>;
export type LoadName = keyof typeof LOADS;

/** What a load came to. */
export interface Tally {
  readonly sent: number;
  readonly answered: number;
  /** Told to come again, for too many wait. */
  readonly refused: number;
  /** Told that the deadline has passed. */
  readonly late: number;
  /** Any other answer. */
  readonly failed: number;
  /** Neither answered nor refused. */
  readonly lost: number;
  readonly perS: number;
  /** Of those that were answered; null when none was. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  /** Null when none was refused. */
  readonly refusalP50Ms: number | null;
  readonly slowestRefusalMs: number | null;
}

interface ClosedLoop {
  readonly clients: number;
  readonly searches: number;
  /** How long a client pauses before each search at most, drawn at random. Default: not at all. */
  readonly pauseMs?: number;
}

/** A fixed number of clients, each of which sends its next search once the last one is answered. */
async function closedLoop(client: Client, { clients, searches, pauseMs = 0 }: ClosedLoop): Promise<Tally> {
  let next = 0;
  const random = createRandom(SEED);
  const one = async (): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    while (next < searches) {
      if (pauseMs > 0) await sleep(random() * pauseMs);
      outcomes.push(await client.search(next++));
    }
    return outcomes;
  };
  return tally(async () => (await Promise.all(Array.from({ length: clients }, one))).flat());
}

/** Searches of different clients that are sent one after another at fixed moments, whatever becomes of those before. */
async function openLoop(
  client: Client,
  { searches, everyMs }: { readonly searches: number; readonly everyMs: number },
): Promise<Tally> {
  const started = performance.now();
  return tally(() =>
    Promise.all(
      Array.from({ length: searches }, async (_, i) => {
        const due = started + i * everyMs;
        const wait = due - performance.now();
        if (wait > 0) await sleep(wait);
        return client.search(i, { due, isNew: true });
      }),
    ),
  );
}

async function tally(load: () => Promise<Outcome[]>): Promise<Tally> {
  const started = performance.now();
  const outcomes = await load();
  const seconds = (performance.now() - started) / 1000;
  const times = (wanted: Fate) =>
    outcomes.filter((outcome) => fateOf(outcome) === wanted).map(({ ms }) => ms);
  const [answered, refused] = [times("answered"), times("refused")];
  for (const fate of ["failed", "lost"] as const) {
    const one = outcomes.find((outcome) => fateOf(outcome) === fate);
    if (one) console.error(`${fate}, for example: ${one.status} ${one.body}`);
  }
  const of = (samples: readonly number[], share: number) =>
    samples.length > 0 ? percentile(samples, share) : null;
  return {
    sent: outcomes.length,
    answered: answered.length,
    refused: refused.length,
    late: times("late").length,
    failed: times("failed").length,
    lost: times("lost").length,
    perS: answered.length / seconds,
    p50Ms: of(answered, 0.5),
    p95Ms: of(answered, 0.95),
    p99Ms: of(answered, 0.99),
    refusalP50Ms: of(refused, 0.5),
    slowestRefusalMs: of(refused, 1),
  };
}

type Fate = "answered" | "refused" | "late" | "failed" | "lost";

function fateOf({ status, body }: Outcome): Fate {
  if (status === null) return "lost";
  if (status < 300) return "answered";
  if (body.includes('"QUEUE_FULL"')) return "refused";
  return body.includes('"DEADLINE_EXCEEDED"') ? "late" : "failed";
}
