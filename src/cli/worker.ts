import { collectDefaultMetrics } from "prom-client";
import type { Config } from "../config.js";
import { openWorker, type WorkerRequest } from "../embedders.js";
import { createWorkerApp, WorkerMetrics } from "../http/worker-metrics.js";
import { createLog } from "../log.js";
import { untilToldToEnd } from "./interruptible.js";
import { listen } from "./listen.js";

export interface WorkerFlags {
  readonly concurrency?: number;
  readonly maxBatchSize: number;
  readonly maxQueueDelayMs: number;
  readonly metricsPort?: number;
}

/**
 * `diptych worker`: embeds pictures until it is told to end, then finishes what it has taken.
 *
 * @throws AppError as openWorker.
 */
export async function runWorker(flags: WorkerFlags, config: Config): Promise<void> {
  const { concurrency = config.threads, maxBatchSize, maxQueueDelayMs, metricsPort } = flags;
  const log = createLog(config.log);
  const metrics = new WorkerMetrics();
  collectDefaultMetrics({ register: metrics.registry });
  const listeners: WorkerRequest["listeners"] = {
    onTaken: (waitedMs) => metrics.noteTaken(waitedMs),
    onDone: () => metrics.noteDone(),
    onBatch(pictures, ms, requestIds) {
      metrics.noteBatch(pictures, ms);
      log.debug({ pictures, ms: Math.round(ms), requestIds }, "batch");
    },
    onDropped(jobId) {
      metrics.noteDropped();
      log.info({ jobId }, "dropped: nobody waits for it any more");
    },
    onFailure(error, jobId, requestId) {
      metrics.noteFailure(error.code);
      log.warn({ jobId, requestId, code: error.code, reason: error.message }, "failed");
    },
  };
  // Before the model is loaded: a port that is taken is told at once.
  const server =
    metricsPort === undefined
      ? null
      : await listen(createWorkerApp(metrics).fetch, {
          port: metricsPort,
          host: "0.0.0.0",
          flags: "--metrics-port",
        });
  try {
    await work(
      await openWorker({ ...config, threads: concurrency }, { maxBatchSize, maxQueueDelayMs, listeners }),
    );
  } finally {
    server?.close();
  }

  async function work(worker: Awaited<ReturnType<typeof openWorker>>): Promise<void> {
    process.stderr.write(`This worker embeds pictures with ${worker.model.id}, process ${process.pid}\n`);
    await untilToldToEnd();
    log.info("ending: what was taken is finished");
    await worker.close();
  }
}
