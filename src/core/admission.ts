import { AppError } from "../errors.js";
import { Throughput } from "./throughput.js";

/** After so long an answer is too late: whoever waits for it has given up. It counts from when the pictures have come. */
export const ANSWER_TIMEOUT_MS = 15_000;
/** Searches that are worked on or wait, at most: their pictures are in memory. */
const MOST_SEARCHES = 256;
/** And no more than should be done in this share of their time; but always so many. */
const SHARE_OF_TIME = 0.9;
const LEAST_SEARCHES = 16;
/** Until so many are answered nothing is known of how fast they are: the first wait for compilers, and for one another. */
const LEAST_ANSWERED = 16;

/** Refuses searches that would not be answered in time. */
export class Admission {
  readonly #throughput: Throughput;
  #admitted = 0;
  #answered = 0;

  /** @param now a clock in milliseconds that never goes back. */
  constructor(now: () => number) {
    this.#throughput = new Throughput(now);
  }

  /**
   * Lets one search in, from its first byte until it is answered.
   *
   * @throws AppError QUEUE_FULL with the time after which those before it should be done.
   */
  async admit<T>(search: () => Promise<T>): Promise<T> {
    const { perSecond } = this.#throughput;
    const isKnown = this.#answered >= LEAST_ANSWERED && perSecond > 0;
    const inTime = isKnown ? (perSecond * SHARE_OF_TIME * ANSWER_TIMEOUT_MS) / 1000 : MOST_SEARCHES;
    if (this.#admitted >= Math.min(MOST_SEARCHES, Math.max(LEAST_SEARCHES, inTime))) {
      const wait = Math.ceil(this.#admitted / Math.max(1, perSecond));
      const retryAfterS = Math.min(ANSWER_TIMEOUT_MS / 1000, Math.max(1, wait));
      throw new AppError(
        "QUEUE_FULL",
        `${this.#admitted} searches wait already, as many as can be answered in time; try again in ${retryAfterS} s.`,
        { retryAfterS },
      );
    }
    this.#admitted += 1;
    try {
      return await search();
    } finally {
      this.#admitted -= 1;
    }
  }

  /** Does what searches wait for, whose pictures have come, and learns from it how fast they are; what fails tells nothing of that. */
  async measure<T>(work: () => Promise<T>): Promise<T> {
    const result = await this.#throughput.measure(1, work);
    this.#answered += 1;
    return result;
  }
}
