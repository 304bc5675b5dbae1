export interface RateLimitOptions {
  /** How many may come at once, 1 or more. */
  readonly burst: number;
  /** How many may come each minute in the long run. */
  readonly perMinute: number;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
  /** Keys that are remembered, 1 or more; those that came longest ago are forgotten first. Default 10,000. */
  readonly maxKeys?: number;
}

/** A token bucket for each key: it holds `burst`, each request takes one, and `perMinute` flow back. */
export class RateLimit {
  readonly #options: Required<RateLimitOptions>;
  /** In the order in which the keys last came. */
  readonly #buckets = new Map<string, { left: number; at: number }>();

  constructor(options: RateLimitOptions) {
    this.#options = { maxKeys: 10_000, ...options };
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one for the key. Returns 0, or the whole seconds after which there is one again. */
  take(key: string): number {
    const { burst, perMinute, maxKeys } = this.#options;
    const at = this.#options.now();
    const bucket = this.#buckets.get(key) ?? { left: burst, at };
    const left = Math.min(burst, bucket.left + ((at - bucket.at) * perMinute) / 60_000);
    const isFree = left >= 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: isFree ? left - 1 : left, at });
    if (this.#buckets.size > maxKeys) this.#buckets.delete(this.#buckets.keys().next().value!);
    return isFree ? 0 : Math.max(1, Math.ceil(((1 - left) * 60) / perMinute));
  }
}
