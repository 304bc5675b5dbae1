/** Lets work run beside other work, or alone. */
export class Gate {
  #shared = 0;
  #alone: Promise<void> = Promise.resolve();
  #onIdle: (() => void) | null = null;

  /** Runs beside other shared work, after what runs alone. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    await this.#untilOpen();
    this.#shared += 1;
    try {
      return await work();
    } finally {
      this.#shared -= 1;
      if (this.#shared === 0) this.#onIdle?.();
    }
  }

  /** Runs when nothing else does; nothing else begins until it is done. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#alone;
    const result = before.then(async () => {
      if (this.#shared > 0) {
        await new Promise<void>((resolve) => {
          this.#onIdle = resolve;
        });
        this.#onIdle = null;
      }
      return work();
    });
    this.#alone = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  async #untilOpen(): Promise<void> {
    for (let seen: Promise<void> | null = null; seen !== this.#alone; ) {
      seen = this.#alone;
      await seen;
    }
  }
}
