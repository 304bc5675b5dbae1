import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

/** How long a process may take to end by itself. */
const END_WITHIN_MS = 20_000;

/** A process that has told it is ready. */
export interface Running {
  readonly pid: number;
  /** What its line said that it is ready. */
  readonly told: RegExpExecArray;
  readonly ended: boolean;
  /** Asks it to end, and waits until it has. */
  end(): Promise<void>;
  /** Ends it as `kill -9` does, and waits until it is gone. */
  kill(): Promise<void>;
}

/** The processes of a benchmark: all of them end with it, whatever happens. */
export class Processes {
  readonly #children = new Set<ChildProcess>();
  /** Those that were told to end. */
  readonly #stopping = new WeakSet<ChildProcess>();

  constructor() {
    process.once("exit", () => {
      for (const child of this.#children) child.kill("SIGKILL");
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  }

  /** Ends those that still run. */
  async endAll(): Promise<void> {
    await Promise.all(Array.from(this.#children, (child) => this.#end(child, "SIGTERM")));
  }

  /** @param ready of the line, on either output, that tells that the process is ready. */
  async start(file: string, args: readonly string[], ready: RegExp): Promise<Running> {
    // An address of a Redis that stands in the environment would be used by what is to work without.
    const env = { ...process.env, REDIS_URL: "" };
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], env });
    this.#children.add(child);
    const gone = once(child, "exit").then(([status, signal]) => {
      this.#children.delete(child);
      if (!this.#stopping.has(child)) console.error(`${file} ${args.join(" ")} ended: ${signal ?? status}`);
    });
    const told = await Promise.race([
      tellsReady(child, ready),
      gone.then(() => {
        throw new Error(`${file} ${args.join(" ")} ended before it was ready.`);
      }),
    ]);
    return {
      pid: child.pid!,
      told,
      get ended() {
        return hasEnded(child);
      },
      end: () => this.#end(child, "SIGTERM"),
      kill: () => this.#end(child, "SIGKILL"),
    };
  }

  async #end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#stopping.add(child);
    if (hasEnded(child)) return;
    const gone = once(child, "exit");
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), END_WITHIN_MS);
    await gone;
    clearTimeout(late);
  }
}

/** What else it says is passed on: only failures are said. */
function tellsReady(child: ChildProcess, ready: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve) => {
    for (const output of [child.stdout!, child.stderr!]) {
      createInterface(output).on("line", (line) => {
        const told = ready.exec(line);
        if (told) resolve(told);
        else if (output === child.stderr) console.error(line);
      });
    }
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
