import { serve } from "@hono/node-server";
import { collectDefaultMetrics } from "prom-client";
import { openWorker, type WorkerRequest } from "../compose.js";
import type { Config } from "../config.js";
import { createWorkerApp, WorkerMetrics } from "../http/worker-metrics.js";
import { createLog } from "../log.js";
import { untilToldToEnd } from "./interruptible.js";

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
  const worker = await openWorker(
    { ...config, threads: concurrency },
    { maxBatchSize, maxQueueDelayMs, listeners },
  );
  const server =
    metricsPort === undefined
      ? null
      : serve({ fetch: createWorkerApp(metrics).fetch, port: metricsPort, hostname: "0.0.0.0" });
  process.stderr.write(`This worker embeds pictures with ${worker.model.id}, process ${process.pid}\n`);
  try {
    await untilToldToEnd();
    log.info("ending: what was taken is finished");
  } finally {
    server?.close();
    await worker.close();
  }
}
