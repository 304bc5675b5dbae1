import { createRequire } from "node:module";
import { Piscina } from "piscina";
import type { EmbeddingAnswer, EmbeddingTask, LoadAnswer } from "./embedding-task.js";
import type { ModelRecipe } from "./model.js";

// Worker threads run the built file, also when this one runs from the sources: Node.js loads no TypeScript in them.
const workerFile = createRequire(import.meta.url).resolve("#embedding-worker");

/**
 * Worker threads of this process, each with a model loaded. One that is lost is replaced, if another comes up. Where the system gives
 * none at all, as beyond a limit on processes (EAGAIN), Piscina throws within an event, which ends this process.
 */
export interface ModelThreads {
  /** Has one of them embed a batch. Rejects when that is lost, or none is left and none comes up. */
  embed(task: EmbeddingTask): Promise<EmbeddingAnswer>;
  /** Ends them. What they are at then is lost. */
  end(): Promise<void>;
}

/**
 * Resolves when every thread has loaded the model.
 *
 * @throws Error when one has failed to, or does not come up; no thread is left then. Where the system gives fewer threads than are
 * asked for, those that it gave stay until the process ends.
 */
export async function startModelThreads(recipe: ModelRecipe, threads: number): Promise<ModelThreads> {
  const pool = new Piscina({
    filename: workerFile,
    workerData: recipe,
    minThreads: threads,
    maxThreads: threads,
  });
  const waiting = new Set<AbortController>();
  let lastLoss = "";
  // A thread that ends between two tasks is replaced, and told here; unheard it would end the process.
  pool.on("error", (error) => {
    lastLoss = error.message;
  });
  // The pool gives up on threads that fail before they are ready, and lets what waits for one wait for ever.
  pool.on("workerDestroy", () => {
    setImmediate(() => {
      if (pool.threads.length === 0) for (const each of waiting) each.abort();
    });
  });

  async function run<T>(task: EmbeddingTask | null, options: Parameters<typeof pool.run>[1]): Promise<T> {
    const controller = new AbortController();
    const { signal } = controller;
    waiting.add(controller);
    try {
      return await pool.run(task, { ...options, signal });
    } catch (cause) {
      throw signal.aborted ? new Error(`no thread can be started: ${lastLoss}`, { cause }) : cause;
    } finally {
      waiting.delete(controller);
    }
  }

  const load = () => loadOnEach(pool, () => run<LoadAnswer>(null, { name: "load" }));
  const failure = await load();
  if (failure !== null) {
    // Those that took the place of lost ones may be loading yet.
    await load();
    await pool.destroy();
    throw new Error(failure);
  }
  return {
    embed: (task) => run(task, { transferList: [task.pixels.buffer as ArrayBuffer] }),
    end: () => pool.destroy(),
  };
}

/**
 * Resolves when every thread that is there has loaded the model, has failed to, or is lost: why, or null. None may be ended
 * before that, for onnxruntime aborts the whole process when its thread ends in the middle of loading.
 */
async function loadOnEach(pool: Piscina, load: () => Promise<LoadAnswer>): Promise<string | null> {
  const { threads } = pool;
  const answers = new Map<number, string | null>();
  let loss: string | null = null;
  const isAwaited = (thread: (typeof threads)[number]) =>
    pool.threads.includes(thread) && !answers.has(thread.threadId);
  while (threads.some(isAwaited)) {
    for (const told of await Promise.allSettled(threads.map(load))) {
      if (told.status === "fulfilled") answers.set(told.value.threadId, told.value.failure);
      else loss ??= (told.reason as Error).message;
    }
  }
  return loss ?? [...answers.values()].find((failure) => failure !== null) ?? null;
}
