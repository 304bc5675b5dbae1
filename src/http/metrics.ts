import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { Counter, Gauge, Histogram, Registry, Summary } from "prom-client";
import type { Diptych } from "../compose.js";
import type { ErrorCode } from "../errors.js";
import { BatchMetrics } from "./batch-metrics.js";

const STAGES = ["embed", "rank"] as const;
type Stage = (typeof STAGES)[number];

/** Over the last ten minutes. */
export interface Latency {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

const WINDOW_S = 600;

/** What the server tells of itself, in Prometheus's names and units. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Histogram({
    name: "diptych_http_request_duration_seconds",
    help: "Time to answer a request, by its route.",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly #failures = new Counter({
    name: "diptych_failures_total",
    help: "Requests that failed, by the code of the failure.",
    labelNames: ["code"],
    registers: [this.registry],
  });
  readonly #stages = new Summary({
    name: "diptych_search_stage_seconds",
    help: "Time of a search's stages: embed (decoding and the model), rank (the catalog).",
    labelNames: ["stage"],
    percentiles: [0.5, 0.95, 0.99],
    maxAgeSeconds: WINDOW_S,
    ageBuckets: 5,
    registers: [this.registry],
  });
  readonly #batches = new BatchMetrics(this.registry);
  #searchesEmbedding = 0;

  /** Measures every request. */
  readonly middleware = createMiddleware(async (context, next) => {
    const end = this.#requests.startTimer({ method: context.req.method });
    await next();
    end({ route: routePath(context, -1), status: context.res.status });
  });

  /** A number that is asked for when the metrics are read. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        this.set(await read());
      },
    });
  }

  /** Of a model that runs in this process. */
  noteBatch(pictures: number, ms: number): void {
    this.#batches.note(pictures, ms);
  }

  countFailure(code: ErrorCode): void {
    this.#failures.inc({ code });
  }

  /** How many searches are at the model now. */
  get searchesEmbedding(): number {
    return this.#searchesEmbedding;
  }

  /** The same catalog, with the stages of its searches measured. */
  measured(diptych: Diptych): Diptych {
    return {
      ...diptych,
      embed: (query, options) =>
        this.#whileEmbedding(() => this.#time("embed", diptych.embed(query, options))),
      rank: (embeddings, request) => this.#time("rank", diptych.rank(embeddings, request)),
    };
  }

  async latency(): Promise<Record<Stage, Latency>> {
    const { values } = await this.#stages.get();
    const valuesOf = (stage: Stage) => values.filter(({ labels }) => labels.stage === stage);
    const quantileOf = (stage: Stage, quantile: number) =>
      valuesOf(stage).find(({ labels }) => "quantile" in labels && labels.quantile === quantile)?.value;
    const countOf = (stage: Stage) =>
      valuesOf(stage).find((value) => "metricName" in value && String(value.metricName).endsWith("_count"))
        ?.value;
    const ms = (seconds: number | undefined) =>
      seconds === undefined || seconds === 0 ? null : Math.round(seconds * 1e4) / 10;
    const told = STAGES.map((stage) => [
      stage,
      { count: countOf(stage) ?? 0, p50Ms: ms(quantileOf(stage, 0.5)), p95Ms: ms(quantileOf(stage, 0.95)) },
    ]);
    return Object.fromEntries(told);
  }

  async #whileEmbedding<T>(work: () => Promise<T>): Promise<T> {
    this.#searchesEmbedding += 1;
    try {
      return await work();
    } finally {
      this.#searchesEmbedding -= 1;
    }
  }

  async #time<T>(stage: Stage, work: Promise<T>): Promise<T> {
    const end = this.#stages.startTimer({ stage });
    const result = await work;
    end();
    return result;
  }
}
