import { collectDefaultMetrics } from "prom-client";
import type { AccessToken } from "../access-tokens.js";
import type { Config } from "../config.js";
import { openWorker, type WorkerRequest } from "../embedders.js";
import type { AppError } from "../errors.js";
import { createWorkerApp, WorkerMetrics } from "../http/worker-metrics.js";
import { createLog } from "../log.js";
import { refuseExposure } from "../loopback.js";
import { lowerPriority } from "../lower-priority.js";
import { letGarbageGather } from "./garbage.js";
import { untilToldToEnd } from "./interruptible.js";
import { listen, stopListening } from "./listen.js";

export interface WorkerFlags {
  readonly concurrency?: number;
  readonly maxBatchSize: number;
  readonly maxQueueDelayMs: number;
  readonly metricsPort?: number;
  readonly metricsHost: string;
  /** Who may read the metrics; none: everybody. */
  readonly tokens: readonly AccessToken[];
  readonly insecure?: boolean;
}

/**
 * `diptych worker`: embeds pictures until it is told to end, then finishes what it has taken.
 *
 * @throws AppError INVALID_REQUEST when the address of the metrics cannot be listened on, or may not be without tokens; as openWorker.
 */
export async function runWorker(flags: WorkerFlags, config: Config): Promise<void> {
  const { concurrency = config.threads, maxBatchSize, maxQueueDelayMs } = flags;
  const { metricsPort, metricsHost: host, tokens, insecure } = flags;
  const loopbackOnly = refuseExposure(host, tokens, { flag: "--metrics-host", insecure });
  lowerPriority("worker");
  const log = createLog(config.log);
  const metrics = new WorkerMetrics();
  collectDefaultMetrics({ register: metrics.registry });
  const onDefect = (error: AppError) => log.error({ err: error.cause ?? error }, error.message);
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
      : await listen(createWorkerApp(metrics, { tokens, loopbackOnly, onDefect }).fetch, {
          port: metricsPort,
          host,
          flags: "--metrics-port or --metrics-host",
        });
  try {
    await work(
      await openWorker({ ...config, threads: concurrency }, { maxBatchSize, maxQueueDelayMs, listeners }),
    );
  } finally {
    if (server) stopListening(server);
  }

  async function work(worker: Awaited<ReturnType<typeof openWorker>>): Promise<void> {
    letGarbageGather();
    await untilToldToEnd(() => {
      process.stderr.write(`This worker embeds pictures with ${worker.model.id}, process ${process.pid}\n`);
    });
    log.info("ending: what was taken is finished");
    await worker.close();
  }
}
