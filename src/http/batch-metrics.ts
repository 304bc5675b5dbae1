import { Histogram, type Registry } from "prom-client";

/** What a process that runs the model tells Prometheus of its batches. */
export class BatchMetrics {
  readonly #size: Histogram;
  readonly #inference: Histogram;

  constructor(registry: Registry) {
    this.#size = new Histogram({
      name: "diptych_batch_size",
      help: "Pictures of a batch.",
      buckets: [1, 2, 4, 8, 16, 32, 64],
      registers: [registry],
    });
    this.#inference = new Histogram({
      name: "diptych_inference_seconds",
      help: "Time of a batch at the model.",
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers: [registry],
    });
  }

  note(pictures: number, ms: number): void {
    this.#size.observe(pictures);
    this.#inference.observe(ms / 1000);
  }
}
