/** Waits, such as `setTimeout` does. */
export interface Timer {
  /** @returns ends the wait before its time. */
  after(ms: number, call: () => void): () => void;
}

export interface BatcherOptions<T, R> {
  /** Items of one batch at most, 1 or more. */
  readonly maxBatchSize: number;
  /** How long an item waits for others at most, in milliseconds, from 0 up, once there is room for its batch to run. */
  readonly maxQueueDelayMs: number;
  /** Items that are worked on side by side, 1 or more: while fewer are, none waits for others, which would only make it later. */
  readonly parallelism: number;
  /** Batches that run at once, at most. */
  readonly maxRunning: number;
  /** Works on a batch: one result an item, in the same order. Where it throws, every item of the batch fails so. */
  readonly run: (items: readonly T[]) => Promise<readonly R[]>;
  readonly timer: Timer;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers what is waiting into batches (dynamic batching, as inference servers do it): a full batch leaves at once, a lone item
 * waits for others no longer than it is told to, not at all while somebody is idle, and while all places are taken items gather for the next one that is free.
 */
export class Batcher<T, R> {
  readonly #options: BatcherOptions<T, R>;
  readonly #waiting: Waiting<T, R>[] = [];
  #running = 0;
  #itemsRunning = 0;
  #endWait: (() => void) | null = null;

  constructor(options: BatcherOptions<T, R>) {
    this.#options = options;
  }

  /** Items that are in no batch yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves with what became of the item in its batch. */
  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#leave();
    });
  }

  #leave(): void {
    const { maxBatchSize, maxQueueDelayMs, maxRunning, parallelism, timer } = this.#options;
    const hasRoom = () => this.#running < maxRunning && this.#waiting.length > 0;
    while (hasRoom() && (this.#waiting.length >= maxBatchSize || this.#itemsRunning < parallelism))
      this.#start();
    if (!hasRoom()) {
      this.#endWait?.();
      this.#endWait = null;
    } else {
      this.#endWait ??= timer.after(maxQueueDelayMs, () => {
        this.#endWait = null;
        this.#start();
        this.#leave();
      });
    }
  }

  #start(): void {
    const batch = this.#waiting.splice(0, this.#options.maxBatchSize);
    this.#running += 1;
    this.#itemsRunning += batch.length;
    void this.#work(batch).finally(() => {
      this.#running -= 1;
      this.#itemsRunning -= batch.length;
      this.#leave();
    });
  }

  async #work(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.#options.run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, i) => {
        resolve(results[i]!);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
