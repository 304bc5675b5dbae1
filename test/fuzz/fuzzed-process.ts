import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { serveParent } from "../../src/adapters/image/isolated/process-pool.js";
import { AppError } from "../../src/errors.js";
import { makeInput } from "./mutate.js";
import type { Target } from "./target.js";
import { TARGETS, type TargetName } from "./targets/all.js";

/** One input for this process: the bytes, or a number to make it of. */
export interface FuzzTask {
  readonly target: TargetName;
  readonly input: Uint8Array | { readonly seed: number; readonly number: number };
}

/** What became of it. */
export interface FuzzAnswer {
  readonly pid: number;
  readonly outcome: "accepted" | "refused" | "finding";
  /** Of a finding or a refusal. */
  readonly reason: string;
  readonly ms: number;
  /** The most that this process has had resident, in bytes. */
  readonly peakBytes: number;
}

const opened = new Map<TargetName, Promise<Target>>();
let stray: unknown = null;
// What is thrown where nobody waits for it would end a server.
process.on("unhandledRejection", (error) => {
  stray = error;
});
process.on("uncaughtException", (error) => {
  stray = error;
});

serveParent(async ({ target, input }: FuzzTask): Promise<FuzzAnswer> => {
  if (!opened.has(target)) opened.set(target, openTarget(target));
  const reader = await opened.get(target)!;
  const bytes = input instanceof Uint8Array ? input : makeInput(reader, input.seed, input.number);
  const started = performance.now();
  const [outcome, reason] = await outcomeOf(() => reader.read(bytes));
  return {
    pid: process.pid,
    outcome,
    reason,
    ms: performance.now() - started,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
});

async function openTarget(target: TargetName): Promise<Target> {
  const open = await TARGETS[target]();
  return open(mkdtempSync(path.join(tmpdir(), "target-")));
}

async function outcomeOf(read: () => Promise<void>): Promise<[FuzzAnswer["outcome"], string]> {
  try {
    await read();
    await new Promise(setImmediate);
    if (stray) throw stray;
    return ["accepted", ""];
  } catch (error) {
    stray = null;
    if (error instanceof AppError && error.code !== "INTERNAL") return ["refused", error.message];
    return ["finding", error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}
