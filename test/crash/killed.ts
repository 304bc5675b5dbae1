import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Change, Operation } from "./operations.js";
import type { Message } from "./process.js";
import { MODELS, modelsOf, type World } from "./world.js";

const processPath = fileURLToPath(new URL("process.ts", import.meta.url));
const command = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** What may be known of a catalog's designs. */
export class Knowledge {
  readonly #certain = new Map<string, number | null>();
  readonly #pending = new Map<string, Set<number | null>>();
  /** Changes that were acknowledged. */
  acknowledged = 0;

  constructor(before: readonly Change[]) {
    this.done(before);
    this.acknowledged = 0;
  }

  begun(changes: readonly Change[]): void {
    for (const [id, revision] of changes) {
      this.#pending.set(id, (this.#pending.get(id) ?? new Set()).add(revision));
    }
  }

  done(changes: readonly Change[]): void {
    for (const [id, revision] of changes) {
      if (this.#certain.get(id) !== revision || this.#pending.has(id)) this.acknowledged += 1;
      this.#certain.set(id, revision);
      this.#pending.delete(id);
    }
  }

  /** Every design that there is, was or may be. */
  ids(): string[] {
    return [...new Set([...this.#certain.keys(), ...this.#pending.keys()])];
  }

  /** Which revisions a design may have: null: it may be missing. */
  allowed(id: string): (number | null)[] {
    return [this.#certain.get(id) ?? null, ...(this.#pending.get(id) ?? [])];
  }
}

/** How a process ended. */
export interface Ended {
  /** From the moment that it was ready, in milliseconds. */
  readonly ms: number;
  readonly wasKilled: boolean;
}

/**
 * Makes an operation's changes in a process of its own.
 *
 * @param killAfterMs after so long from the moment that it is ready it is killed; null: it runs to its end, and must succeed.
 */
export async function runOperation(
  operation: Operation,
  world: World,
  knowledge: Knowledge,
  killAfterMs: number | null,
): Promise<Ended> {
  const told = {
    begun: async (changes: readonly Change[]) => knowledge.begun(changes),
    done: (changes: readonly Change[]) => knowledge.done(changes),
  };
  const { child, ready, errors } = operation.run
    ? startProcess(operation.name, world, knowledge)
    : startServer(world);
  const exited = once(child, "exit");
  const address = await Promise.race([ready, exited.then(() => "")]);
  if (address === "") throw new Error(`${operation.name} did not begin: ${errors()}`);
  const started = performance.now();
  let isKilled = false;
  const stop = new AbortController();
  const kill = async (afterMs: number) => {
    await sleep(afterMs, undefined, { signal: stop.signal }).catch(() => {});
    if (!stop.signal.aborted) isKilled = child.kill("SIGKILL");
  };
  const killing = killAfterMs === null ? null : kill(killAfterMs);
  try {
    await operation.request?.(address, world, told);
  } catch (error) {
    if (!isKilled && killAfterMs === null) throw error;
  }
  const ms = performance.now() - started;
  if (operation.request && !isKilled) {
    stop.abort();
    child.kill("SIGTERM");
  }
  const [code, signal] = await exited;
  stop.abort();
  await killing;
  if (signal === "SIGKILL") return { ms, wasKilled: true };
  if (code !== 0) throw new Error(`${operation.name} failed: ${errors()}`);
  return { ms: operation.request ? ms : performance.now() - started, wasKilled: false };
}

interface Started {
  readonly child: ChildProcess;
  /** The server's address; of a process that is none, nothing but a word. */
  readonly ready: Promise<string>;
  /** What it said. */
  readonly errors: () => string;
}

function startProcess(name: string, world: World, knowledge: Knowledge): Started {
  const child = fork(processPath, [name, JSON.stringify(world)], {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const ready = new Promise<string>((resolve) => {
    child.on("message", (message: Message) => {
      if (message === "ready") resolve("ready");
      else if ("begun" in message) knowledge.begun(message.begun);
      else knowledge.done(message.done);
    });
  });
  return { child, ready, errors: gather(child) };
}

function startServer(world: World): Started {
  const settings = ["--catalog", world.catalog, "--models", modelsOf(world), "--model", MODELS[0]];
  const args = [command, "serve", "--port", "0", "--log", "silent", "--threads", "1", ...settings];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  const errors = gather(child);
  const ready = new Promise<string>((resolve) => {
    child.stderr.on("data", () => {
      const address = /answers at (http:\S+)/u.exec(errors())?.[1];
      if (address) resolve(address);
    });
  });
  return { child, ready, errors };
}

function gather(child: ChildProcess): () => string {
  let said = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return () => said;
}
