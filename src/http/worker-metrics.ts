import { Hono } from "hono";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AccessToken } from "../access-tokens.js";
import type { AppError, ErrorCode } from "../errors.js";
import { Access } from "./access/access.js";
import { BatchMetrics } from "./batch-metrics.js";
import { loopbackHost } from "./loopback-host.js";
import { failureOf, isForKeeper, problem } from "./problem.js";
import { safeHeaders } from "./safe-headers.js";

/** What a worker that embeds for other processes tells Prometheus. */
export class WorkerMetrics {
  readonly registry = new Registry();
  readonly #waited = new Histogram({
    name: "diptych_queue_wait_seconds",
    help: "How long pictures waited in the queue.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly #batches = new BatchMetrics(this.registry);
  readonly #inFlight = new Gauge({
    name: "diptych_pictures_in_flight",
    help: "Pictures that were taken from the queue and are not answered yet.",
    registers: [this.registry],
  });
  readonly #dropped = new Counter({
    name: "diptych_dropped_total",
    help: "Pictures that nobody waited for any more.",
    registers: [this.registry],
  });
  readonly #failures = new Counter({
    name: "diptych_failures_total",
    help: "Pictures that failed, by the code of the failure.",
    labelNames: ["code"],
    registers: [this.registry],
  });

  noteTaken(waitedMs: number): void {
    this.#waited.observe(waitedMs / 1000);
    this.#inFlight.inc();
  }

  noteDone(): void {
    this.#inFlight.dec();
  }

  noteBatch(pictures: number, ms: number): void {
    this.#batches.note(pictures, ms);
  }

  noteDropped(): void {
    this.#dropped.inc();
  }

  noteFailure(code: ErrorCode): void {
    this.#failures.inc({ code });
  }
}

export interface WorkerAppOptions {
  /** Who may read the metrics. Default: everybody. */
  readonly tokens?: readonly AccessToken[];
  /** Whether only requests for this machine's own names are answered. Default: no. */
  readonly loopbackOnly?: boolean;
  /** Told of failures that are not a stranger's making. Default: nobody. */
  readonly onDefect?: (error: AppError) => void;
}

/** Answers `/metrics`, and `/livez` for whoever looks after the process. */
export function createWorkerApp({ registry }: WorkerMetrics, options: WorkerAppOptions = {}): Hono {
  const { tokens = [], loopbackOnly = false, onDefect = () => {} } = options;
  const app = new Hono();
  app.use(safeHeaders);
  if (loopbackOnly) app.use(loopbackHost);
  app.use(new Access({ tokens, trustProxy: false, now: () => performance.now() }).middleware);
  app.get("/livez", (context) => context.json({ status: "live" }));
  app.get("/metrics", async (context) =>
    context.body(await registry.metrics(), 200, { "Content-Type": registry.contentType }),
  );
  app.onError((error, context) => {
    const failure = failureOf(error);
    if (isForKeeper(failure)) onDefect(failure);
    return problem(context, failure);
  });
  return app;
}
