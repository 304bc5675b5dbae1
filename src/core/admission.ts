import { AppError } from "../errors.js";
import { Throughput } from "./throughput.js";

/** After so long an answer is too late: whoever waits for it has given up. It counts from when the pictures have come. */
export const ANSWER_TIMEOUT_MS = 15_000;
/** Searches that are worked on or wait, at most. */
const MOST_SEARCHES = 256;
/** And no more than should be done in this share of their time; but always so many. */
const SHARE_OF_TIME = 0.9;
const LEAST_SEARCHES = 16;
/** Until so many are answered nothing is known of how fast they are: the first wait for compilers, and for one another. */
const LEAST_ANSWERED = 16;

/** Refuses searches that would not be answered in time, or for whose pictures there is no memory. */
export class Admission {
  readonly #throughput: Throughput;
  readonly #mostBytes: number;
  #admitted = 0;
  #bytes = 0;
  #answered = 0;

  /**
   * @param now a clock in milliseconds that never goes back.
   * @param mostBytes what searches that are worked on or wait may have sent, together; one alone may send more.
   */
  constructor(now: () => number, mostBytes: number) {
    this.#throughput = new Throughput(now);
    this.#mostBytes = mostBytes;
  }

  /**
   * Lets one search in, from its first byte until it is answered.
   *
   * @param bytes that it sends, at most.
   * @throws AppError QUEUE_FULL with the time after which those before it should be done.
   */
  async admit<T>(bytes: number, search: () => Promise<T>): Promise<T> {
    const { perSecond } = this.#throughput;
    const isKnown = this.#answered >= LEAST_ANSWERED && perSecond > 0;
    const inTime = isKnown ? (perSecond * SHARE_OF_TIME * ANSWER_TIMEOUT_MS) / 1000 : MOST_SEARCHES;
    if (this.#admitted >= Math.min(MOST_SEARCHES, Math.max(LEAST_SEARCHES, inTime)))
      throw this.#full("as many as can be answered in time");
    if (this.#admitted > 0 && this.#bytes + bytes > this.#mostBytes)
      throw this.#full("with as many bytes of pictures as there is memory for");
    this.#admitted += 1;
    this.#bytes += bytes;
    try {
      return await search();
    } finally {
      this.#admitted -= 1;
      this.#bytes -= bytes;
    }
  }

  #full(why: string): AppError {
    const wait = Math.ceil(this.#admitted / Math.max(1, this.#throughput.perSecond));
    const retryAfterS = Math.min(ANSWER_TIMEOUT_MS / 1000, Math.max(1, wait));
    return new AppError(
      "QUEUE_FULL",
      `${this.#admitted === 1 ? "1 search waits" : `${this.#admitted} searches wait`} already, ${why}; try again in ${retryAfterS} s.`,
      { retryAfterS },
    );
  }

  /** Does what searches wait for, whose pictures have come, and learns from it how fast they are; what fails tells nothing of that. */
  async measure<T>(work: () => Promise<T>): Promise<T> {
    const result = await this.#throughput.measure(1, work);
    this.#answered += 1;
    return result;
  }
}
