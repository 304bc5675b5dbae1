/**
 * `npm run bench:load [PAIRS] [WAY...] [LOAD...]`: what the served product bears, over a catalogue of 300 drawn pairs, or as many as
 * are told, in every way of serving the same search, and beside them the loop of Flask, Redis and Keras that is copied everywhere,
 * written anew for the same pictures, model and catalog (bench/load/polling). All or those that are named:
 *
 * - ways: in-process, one-worker, two-workers, polling.
 * - loads: low (one client), saturation (as many at a time as keep the model busy; all ways in turns), stress (the article's test: 500 clients, one
 *   every 50 ms), at-once (200 clients), overload (twice what saturation came to, whatever becomes of it; needs saturation), kills
 *   (workers are killed while 2,000 pictures wait).
 *
 * Every process runs on the same processors, this one too, which sends the searches: where they are all busy, what the loop's
 * sleeps cost does not show. The event loop is as the web process tells Prometheus of it at the end of each load, which is of that
 * load alone, for prom-client begins anew when it is read; 10 ms of it are the interval of the timer that it is measured by.
 */
import { loadavg } from "node:os";
import { readArguments } from "./load/arguments.js";
import { Client } from "./load/client.js";
import { type KillTally, killWorkers } from "./load/kills.js";
import { LOADS, type LoadName } from "./load/loads.js";
import { type Measured, measure } from "./load/measured.js";
import { Processes } from "./load/processes.js";
import { prepare } from "./load/queries.js";
import { batchRow, cpuRow, killRow, loadRow } from "./load/rows.js";
import { targetRows } from "./load/targets.js";
import { saturateInTurns } from "./load/turns.js";
import { warmUp } from "./load/warm-up.js";
import { WAYS, type WayName } from "./load/ways.js";
import { reportTables } from "./measure.js";

const QUERIES = 20;

const { size, ways, loads, kills } = readArguments(process.argv.slice(2));
const processes = new Processes();
const measured: Measured[] = [];
let killed: KillTally | null = null;
const loadBefore = loadavg()[0]!;
try {
  const { catalog, queries } = await prepare(size, QUERIES);
  if (loads.includes("saturation")) {
    measured.push(...(await saturateInTurns(processes, catalog, queries, ways)));
  }
  for (const way of ways) {
    const own = loads.filter((load) => load !== "saturation" && bears(way, load));
    if (own.length === 0) continue;
    const capacity = measured.find((row) => row.way === way)?.tally.perS ?? Number.NaN;
    await WAYS[way](processes, catalog, async (serving) => {
      await warmUp(serving.searches, queries);
      const client = new Client(serving.searches, queries);
      for (const load of own) {
        console.error(`${way}: ${load}`);
        measured.push({ way, load, ...(await measure(serving, () => LOADS[load](client, capacity))) });
      }
      client.close();
    });
  }
  if (kills) {
    console.error("kills");
    killed = await killWorkers(processes, queries);
  }
} finally {
  await processes.endAll();
}
const tablesOfLoads = loads.map((load) => [load, measured.filter((row) => row.load === load).map(loadRow)]);
reportTables({
  ...Object.fromEntries(tablesOfLoads),
  ...(measured.length > 0 && {
    "batches by how many pictures they had": measured.map(batchRow),
    "ms of the processors for each search that was sent": measured.map(cpuRow),
  }),
  ...(killed && { kills: [killRow(killed)] }),
  "targets of the plan": targetRows(measured, killed),
  machine: [{ "load average before": loadBefore, after: loadavg()[0]! }],
});

/** Nothing bounds the queue of the polling loop. */
function bears(way: WayName, load: LoadName): boolean {
  return way !== "polling" || load !== "overload";
}
