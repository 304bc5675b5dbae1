import { RateLimit } from "../../core/rate-limit.js";
import { AppError } from "../../errors.js";
import { isReading, isSearch } from "./needed-scope.js";

/** Of one token or address: a person searches a few times a minute, and a company's people may share an address. */
const SEARCHES = { burst: 600, perMinute: 600 };
/** Single designs: a program that has more of them imports them. */
const WRITES = { burst: 1200, perMinute: 1200 };
/** Of one address. */
const FAILED_SIGN_INS = { burst: 20, perMinute: 10 };

/** How often one side may ask. An address that is none, this machine, has no limit but that of its token. */
export class Limits {
  readonly #searches: RateLimit;
  readonly #writes: RateLimit;
  readonly #failedSignIns: RateLimit;

  /** @param now milliseconds, from any beginning. */
  constructor(now: () => number) {
    this.#searches = new RateLimit({ ...SEARCHES, now });
    this.#writes = new RateLimit({ ...WRITES, now });
    this.#failedSignIns = new RateLimit({ ...FAILED_SIGN_INS, now });
  }

  /**
   * Counts a request that is let in; what only reads is not limited.
   *
   * @throws AppError RATE_LIMITED
   */
  countRequest(method: string, path: string, from: { token: string | null; address: string | null }): void {
    if (isReading(method)) return;
    const [limit, what] = isSearch(method, path)
      ? [this.#searches, "searches"]
      : [this.#writes, "changes of the catalog"];
    for (const key of [from.token && `token ${from.token}`, from.address && `address ${from.address}`]) {
      if (key) refuse(limit.take(key), what);
    }
  }

  /**
   * Counts a token that is not known. This machine is limited here, too: it may be a proxy.
   *
   * @throws AppError RATE_LIMITED
   */
  countFailedSignIn(address: string | null): void {
    refuse(this.#failedSignIns.take(address ?? "this machine"), "tokens that are not known");
  }
}

function refuse(retryAfterS: number, what: string): void {
  if (retryAfterS === 0) return;
  throw new AppError(
    "RATE_LIMITED",
    `There were too many ${what} from one side within a minute; try again in ${retryAfterS} s.`,
    { retryAfterS },
  );
}
