/**
 * Data files above which a catalog is compacted. Each write leaves one, and every read opens them all: with 128, among 3,000
 * designs, a search takes twice as long and a look-up by id four times.
 */
const MOST_FILES = 128;

/**
 * The least time between two compactions. Each writes the table anew and leaves the old files until no reader can have them
 * open any more, so that this limits how many times the catalog lies on the disk.
 */
const INTERVAL_MS = 3 * 60_000;

/** Compacts a catalog now and then while it is written to, one time after the other. */
export class BackgroundCompaction {
  readonly #compact: () => Promise<void>;
  readonly #countFiles: () => Promise<number>;
  /** Since the files were counted; earlier processes may have left many. */
  #writes = MOST_FILES;
  #lastMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | null = null;

  /** @param countFiles how many data files a read opens. */
  constructor(compact: () => Promise<void>, countFiles: () => Promise<number>) {
    this.#compact = compact;
    this.#countFiles = countFiles;
  }

  /** To be told after every write, which does not wait for it. */
  wrote(): void {
    this.#writes += 1;
    const isDue = this.#writes > MOST_FILES && performance.now() - this.#lastMs > INTERVAL_MS;
    if (!isDue || this.#running) return;
    // What was written is there whether this succeeds or not; it is tried again after the next write then.
    this.#running = this.#run().catch(() => {});
  }

  /** Whether there are more files than a catalog lets be. */
  async isDue(): Promise<boolean> {
    return (await this.#countFiles()) > MOST_FILES;
  }

  /** Ends when what runs is done. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      this.#writes = await this.#countFiles();
      if (this.#writes <= MOST_FILES) return;
      await this.#compact();
      this.#writes = 0;
      this.#lastMs = performance.now();
    } finally {
      this.#running = null;
    }
  }
}
