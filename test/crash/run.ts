/** `npm run test:crash -- --runs 50 --seed 1 [--json]`: kills processes and looks at what is left; 1 when anything is lost. */
import { parseArgs } from "node:util";
import { crash, type Run } from "./crash.js";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  throw new Error("--runs is a whole number from 1 up, --seed a whole number.");
}

const results: Run[] = [];
for await (const run of crash(runs, seed)) {
  results.push(run);
  if (!values.json) console.log(describe(run));
}
const good = results.filter(({ failure }) => failure === null).length;
if (values.json) console.log(JSON.stringify({ runs, seed, good, results }, null, 2));
else console.log(`${good}/${runs}`);
process.exitCode = good === runs ? 0 : 1;

function describe({
  number,
  operation,
  killedAfterMs,
  wholeMs,
  wasKilled,
  acknowledged,
  failure,
}: Run): string {
  const when = `${wasKilled ? "killed after" : "ended before"} ${killedAfterMs.toFixed(0)} of ${wholeMs.toFixed(0)} ms`;
  return `${number}/${runs} ${operation}: ${when}, ${acknowledged} changes acknowledged: ${failure ?? "all there"}`;
}
