import { percentile } from "../measure.js";
import { Client } from "./client.js";
import { LOADS, type Tally } from "./loads.js";
import { type Measured, type Measurement, measure } from "./measured.js";
import type { Processes } from "./processes.js";
import type { Pictures } from "./queries.js";
import { warmUp } from "./warm-up.js";
import { type Serving, WAYS, type WayName } from "./ways.js";

const TURNS = 5;

interface Up {
  readonly way: WayName;
  readonly serving: Serving;
}

/**
 * Saturation, of one way after another and again, while all of them are up: machines change their speed within minutes by more than
 * the ways differ, and what is compared shall have had the same one.
 */
export async function saturateInTurns(
  processes: Processes,
  catalog: string,
  queries: readonly Pictures[],
  ways: readonly WayName[],
): Promise<Measured[]> {
  const turns = new Map<WayName, Measurement[]>(ways.map((way) => [way, []]));
  await withAllUp(processes, catalog, ways, [], async (up) => {
    for (const { serving } of up) await warmUp(serving.searches, queries);
    for (let turn = 1; turn <= TURNS; turn++) {
      for (const { way, serving } of up) {
        console.error(`${way}: saturation, turn ${turn} of ${TURNS}`);
        const client = new Client(serving.searches, queries);
        turns.get(way)!.push(await measure(serving, () => LOADS.saturation(client)));
        client.close();
      }
    }
  });
  return ways.map((way) => ({ way, load: "saturation", ...joined(turns.get(way)!) }));
}

async function withAllUp(
  processes: Processes,
  catalog: string,
  [way, ...others]: readonly WayName[],
  up: readonly Up[],
  work: (up: readonly Up[]) => Promise<void>,
): Promise<void> {
  if (way === undefined) return work(up);
  await WAYS[way](processes, catalog, (serving) =>
    withAllUp(processes, catalog, others, [...up, { way, serving }], work),
  );
}

/** All searches of the turns, and of what they took that of the turn in the middle; of pauses and crashes the worst. */
function joined(turns: readonly Measurement[]): Measurement {
  const turnsPerS = turns.map(({ tally }) => tally.perS);
  const middle = turns[turnsPerS.indexOf(percentile(turnsPerS, 0.5))]!;
  const sum = (of: (tally: Tally) => number) => turns.reduce((total, { tally }) => total + of(tally), 0);
  return {
    ...middle,
    tally: {
      ...middle.tally,
      sent: sum(({ sent }) => sent),
      answered: sum(({ answered }) => answered),
      refused: sum(({ refused }) => refused),
      late: sum(({ late }) => late),
      failed: sum(({ failed }) => failed),
      lost: sum(({ lost }) => lost),
    },
    turnsPerS,
    crashed: Math.max(...turns.map(({ crashed }) => crashed)),
    eventLoopMs: Math.max(...turns.map(({ eventLoopMs }) => eventLoopMs ?? Number.POSITIVE_INFINITY)),
  };
}
