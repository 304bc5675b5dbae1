/**
 * `npm run fuzz -- [--minutes 5] [--seed N] [--target NAME]... [--json]`: inputs that are made from right ones by mutation, and from
 * the formats' parts, to everything that reads what strangers make. An input is to be accepted, or refused with a code of the table
 * that is not INTERNAL; anything else is kept in `fuzz-findings/`, and the exit status is 1.
 * `npm run fuzz -- --target NAME --replay FILE` reads one input again. Ctrl-C ends it with what it has.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { INTERRUPTED, interruptible } from "../../src/cli/interruptible.js";
import { formatTable } from "../../src/text-table.js";
import { type Finding, FuzzedProcess, fuzz, type Tally } from "./fuzz.js";
import { TARGET_NAMES, type TargetName } from "./targets/all.js";

const FINDINGS = "fuzz-findings";
/** Inputs between two lines of progress. */
const PROGRESS_EVERY = 100;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string" },
    target: { type: "string", multiple: true },
    replay: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const targets = (values.target ?? TARGET_NAMES).map(targetNamed);
const minutes = positive("--minutes", values.minutes);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : positive("--seed", values.seed);

let exitStatus: number;
if (values.replay === undefined) exitStatus = await fuzzInTurn();
else {
  const process = new FuzzedProcess();
  const { answer } = await process.read({ target: targets[0]!, input: await readFile(values.replay) });
  process.end();
  console.log(`${answer.outcome} in ${Math.round(answer.ms)} ms: ${answer.reason}`);
  exitStatus = answer.outcome === "finding" ? 1 : 0;
}
process.exitCode = exitStatus;

async function fuzzInTurn(): Promise<number> {
  const tallies: Tally[] = [];
  const end = performance.now() + minutes * 60_000;
  const interrupted = await interruptible(async (signal) => {
    for (const [i, target] of targets.entries()) {
      // What one leaves of its share is shared among those after it.
      const until = performance.now() + (end - performance.now()) / (targets.length - i);
      const process = new FuzzedProcess();
      tallies.push(await fuzz({ process, target, seed, until, signal, findings: FINDINGS, onRun: tell }));
      process.end();
    }
    return signal.aborted;
  });
  report(tallies);
  if (tallies.some(({ findings }) => findings.length > 0)) return 1;
  return interrupted ? INTERRUPTED : 0;
}

function tell({ target, runs, findings }: Tally, found: Finding | null): void {
  if (found) {
    const again = `npm run fuzz -- --target ${target} --replay ${found.file}`;
    console.error(`${target}: ${found.reason}\n  ${again}  (seed ${seed})`);
  }
  if (runs % PROGRESS_EVERY === 0) console.error(`${target}: ${runs} inputs, ${findings.length} findings`);
}

function report(tallies: readonly Tally[]): void {
  if (values.json) {
    console.log(JSON.stringify({ seed, targets: tallies }, null, 2));
    return;
  }
  const rows = tallies.map((tally) =>
    [
      tally.target,
      tally.runs,
      tally.accepted,
      tally.refused,
      tally.findings.length,
      Math.round(tally.slowestMs),
      Math.round(tally.peakBytes / 1e6),
    ].map(String),
  );
  const head = ["target", "runs", "accepted", "refused", "findings", "slowest ms", "peak MB"];
  process.stdout.write(`seed ${seed}\n${formatTable([head, ...rows])}`);
}

function targetNamed(name: string): TargetName {
  const known = TARGET_NAMES.find((each) => each === name);
  if (known === undefined)
    throw new Error(`There is no target "${name}"; there are ${TARGET_NAMES.join(", ")}.`);
  return known;
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${flag} is a number above 0; received "${text}".`);
  return value;
}
