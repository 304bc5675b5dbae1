/** Time at work after which what was measured counts half. */
const HALF_LIFE_MS = 10_000;

/** How fast work gets done, over the last seconds in which there was some. */
export class Throughput {
  readonly #now: () => number;
  #active = 0;
  #since = 0;
  #busyMs = 0;
  #done = 0;

  /** @param now a clock in milliseconds that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Measures a piece of work that gets `count` items done, or none where it fails. */
  async measure<T>(count: number, work: () => Promise<T>): Promise<T> {
    this.#passTime();
    this.#active += 1;
    try {
      const result = await work();
      this.#done += count;
      return result;
    } finally {
      this.#passTime();
      this.#active -= 1;
    }
  }

  /** Items per second of work; 0 before any is done. */
  get perSecond(): number {
    this.#passTime();
    return this.#busyMs > 0 ? (1000 * this.#done) / this.#busyMs : 0;
  }

  #passTime(): void {
    const now = this.#now();
    if (this.#active > 0) this.#busyMs += now - this.#since;
    this.#since = now;
    if (this.#busyMs > HALF_LIFE_MS) {
      this.#busyMs /= 2;
      this.#done /= 2;
    }
  }
}
