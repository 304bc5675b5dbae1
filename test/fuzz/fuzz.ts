import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ProcessLostError, ProcessPool } from "../../src/adapters/image/isolated/process-pool.js";
import type { FuzzAnswer, FuzzTask } from "./fuzzed-process.js";
import { makeInput } from "./mutate.js";
import { TARGETS, type TargetName } from "./targets/all.js";

/** Nothing of a few hundred kilobytes takes this long to be read, on a busy machine either. */
const TIME_LIMIT_MS = 20_000;
/** The most one input may make a process take, above what it had before. Pictures of 100 megapixels are allowed. */
const MAX_GROWTH_BYTES = 1536 * 1024 * 1024;
/** A process is replaced after so many inputs: HDF5 keeps a file open for each error. */
const INPUTS_PER_PROCESS = 400;

/** What was found in one target. */
export interface Tally {
  readonly target: TargetName;
  runs: number;
  accepted: number;
  refused: number;
  slowestMs: number;
  /** Of the processes that read, in bytes. */
  peakBytes: number;
  readonly findings: Finding[];
}

/** An input that was neither accepted nor refused. */
export interface Finding {
  readonly sha256: string;
  readonly reason: string;
  readonly file: string;
}

export interface FuzzOptions {
  /** Reads the inputs. Whoever made it ends it. */
  readonly process: FuzzedProcess;
  readonly target: TargetName;
  readonly seed: number;
  /** Inputs at most. Default: any number. */
  readonly inputs?: number;
  /** When to stop, as `performance.now()` tells time. Default: never. */
  readonly until?: number;
  readonly signal?: AbortSignal;
  /** Told after every input, and of what was found. */
  readonly onRun?: (tally: Tally, found: Finding | null) => void;
  /** Where inputs that are findings are kept. */
  readonly findings: string;
}

/** Reads inputs of a target, one after another. */
export async function fuzz(options: FuzzOptions): Promise<Tally> {
  const { process, target, seed, inputs = Infinity, until = Infinity, signal, onRun = () => {} } = options;
  const tally = emptyTally(target);
  for (let number = 0; number < inputs; number++) {
    if (signal?.aborted || performance.now() >= until) break;
    const { answer, growth } = await process.read({ target, input: { seed, number } });
    tally.runs += 1;
    tally.slowestMs = Math.max(tally.slowestMs, answer.ms);
    tally.peakBytes = Math.max(tally.peakBytes, answer.peakBytes);
    const reason = growth > MAX_GROWTH_BYTES ? `It took ${Math.round(growth / 1e6)} MB.` : answer.reason;
    let found: Finding | null = null;
    if (answer.outcome === "finding" || growth > MAX_GROWTH_BYTES) {
      found = await keep(options, number, reason);
      tally.findings.push(found);
    } else tally[answer.outcome] += 1;
    onRun(tally, found);
  }
  return tally;
}

function emptyTally(target: TargetName): Tally {
  return { target, runs: 0, accepted: 0, refused: 0, slowestMs: 0, peakBytes: 0, findings: [] };
}

/** A process that may be lost over an input, and is then replaced. */
export class FuzzedProcess {
  #pool: ProcessPool<FuzzTask, FuzzAnswer> | null = null;
  /** Holds what it writes, and goes with it: killed, it cannot tidy up itself. */
  #directory: string | null = null;
  #pid = 0;
  #peakBytes = Number.POSITIVE_INFINITY;
  #inputs = 0;

  async read(task: FuzzTask): Promise<{ answer: FuzzAnswer; growth: number }> {
    if (this.#inputs >= INPUTS_PER_PROCESS) this.end();
    this.#directory ??= mkdtempSync(path.join(tmpdir(), "diptych-fuzz-"));
    this.#pool ??= createPool(this.#directory);
    this.#inputs += 1;
    try {
      const answer = await this.#pool.run(task);
      this.#pid = answer.pid;
      const growth = answer.peakBytes - Math.min(this.#peakBytes, answer.peakBytes);
      this.#peakBytes = answer.peakBytes;
      return { answer, growth };
    } catch (error) {
      if (!(error instanceof ProcessLostError)) throw error;
      this.#pid = 0;
      this.end();
      const ms = error.reason === "time-limit" ? TIME_LIMIT_MS : 0;
      return { answer: { pid: 0, outcome: "finding", reason: error.message, ms, peakBytes: 0 }, growth: 0 };
    }
  }

  /** Another process reads what comes next. */
  end(): void {
    if (this.#pid > 0) process.kill(this.#pid, "SIGKILL");
    if (this.#directory !== null) rmSync(this.#directory, { recursive: true, maxRetries: 5 });
    this.#directory = null;
    this.#pool = null;
    this.#pid = 0;
    this.#peakBytes = Number.POSITIVE_INFINITY;
    this.#inputs = 0;
  }
}

function createPool(directory: string) {
  return new ProcessPool<FuzzTask, FuzzAnswer>({
    file: fileURLToPath(new URL("fuzzed-process.ts", import.meta.url)),
    size: 1,
    timeLimitMs: TIME_LIMIT_MS,
    env: {
      TMPDIR: directory,
      NODE_OPTIONS: `--import=${import.meta.resolve("tsx")} --max-old-space-size=1024`,
    },
  });
}

/** Makes the input once more, here, and keeps it. */
async function keep(
  { target, seed, findings }: FuzzOptions,
  number: number,
  reason: string,
): Promise<Finding> {
  const directory = await mkdtemp(path.join(tmpdir(), "diptych-fuzz-"));
  try {
    const bytes = makeInput(await (await TARGETS[target]())(directory), seed, number);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const file = path.join(findings, `${target}-${sha256.slice(0, 16)}`);
    await mkdir(findings, { recursive: true });
    await writeFile(file, bytes);
    return { sha256, reason, file };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
