import { type ChildProcess, fork } from "node:child_process";

export interface ProcessPoolOptions {
  /** The program of every process, as {@link serveParent} makes one. */
  readonly file: string;
  /** Processes at most; each is started when it is needed and then kept. 1 or more. */
  readonly size: number;
  /** A process that takes longer over one task is killed. In milliseconds. */
  readonly timeLimitMs: number;
  /** Added to the environment of the processes. */
  readonly env?: Readonly<Record<string, string>>;
}

const REASONS = {
  "time-limit": "The process took too long and was killed.",
  ended: "The process ended at its task.",
  "not-started": "No process could be started.",
};

/** Why a task has no answer: its process took too long and was killed, or ended by itself, or there is none. */
export class ProcessLostError extends Error {
  readonly reason: keyof typeof REASONS;

  constructor(reason: keyof typeof REASONS) {
    super(REASONS[reason]);
    this.name = "ProcessLostError";
    this.reason = reason;
  }
}

interface Waiting<Task, Answer> {
  readonly task: Task;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Child processes that take one task at a time each, in the order they come; whatever becomes of a process concerns its task alone.
 * While nothing waits they keep nothing alive, and they end with this process.
 */
export class ProcessPool<Task extends object, Answer> {
  readonly #options: ProcessPoolOptions;
  readonly #waiting: Waiting<Task, Answer>[] = [];
  readonly #idle: ChildProcess[] = [];
  #started = 0;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  /** @throws ProcessLostError when the process did not live to answer. */
  run(task: Task): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#waiting.length > 0 && (this.#idle.length > 0 || this.#started < this.#options.size)) {
      const child = this.#idle.pop() ?? this.#start();
      // Those that there are go on with what waits.
      if (!child && this.#started > 0) return;
      const first = this.#waiting.shift()!;
      if (child) this.#give(child, first);
      else first.reject(new ProcessLostError("not-started"));
    }
  }

  /** @returns null where the system has no memory for one. */
  #start(): ChildProcess | null {
    const { file, env } = this.#options;
    let child: ChildProcess;
    try {
      // Without this process's own flags, and without its standard output, which may be what a command answers.
      child = fork(file, {
        execArgv: [],
        serialization: "advanced",
        stdio: ["ignore", "ignore", "inherit", "ipc"],
        env: { ...process.env, ...env },
      });
    } catch {
      return null;
    }
    this.#started += 1;
    // One that cannot even be started tells so, and then closes as one that ended.
    child.on("error", () => {});
    child.once("close", () => {
      this.#started -= 1;
      const index = this.#idle.indexOf(child);
      if (index >= 0) this.#idle.splice(index, 1);
      this.#next();
    });
    return child;
  }

  #give(child: ChildProcess, { task, resolve, reject }: Waiting<Task, Answer>): void {
    let reason: ProcessLostError["reason"] = "ended";
    const timer = setTimeout(() => {
      reason = "time-limit";
      child.kill("SIGKILL");
    }, this.#options.timeLimitMs);
    const end = () => {
      clearTimeout(timer);
      child.off("message", answered).off("close", lost);
    };
    const answered = (answer: unknown) => {
      end();
      child.unref();
      child.channel?.unref();
      this.#idle.push(child);
      resolve(answer as Answer);
      this.#next();
    };
    const lost = () => {
      end();
      reject(new ProcessLostError(reason));
    };
    child.once("message", answered).once("close", lost);
    child.ref();
    child.channel?.ref();
    // One that could not even be started may have no channel. That it closes, which comes as well, tells the rest.
    if (!child.channel) {
      reason = "not-started";
      return;
    }
    child.send(task, (error) => {
      if (error) child.kill("SIGKILL");
    });
  }
}

/** In a process of a {@link ProcessPool}: answers every task of its parent, until that is gone. */
export function serveParent<Task, Answer>(answer: (task: Task) => Promise<Answer>): void {
  // Ctrl-C and a service's stop reach the whole group: the parent decides what is still finished.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => {});
  process.on("disconnect", () => process.exit());
  process.on("message", async (task) => {
    process.send!(await answer(task as Task));
  });
}
