import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { Throughput } from "../core/throughput.js";
import { AppError } from "../errors.js";

/** After so long an answer is too late: whoever searches has given up. */
const SEARCH_TIMEOUT_MS = 15_000;
/** Searches that are worked on or wait, at most: their pictures are in memory. */
const MOST_SEARCHES = 256;
/** And no more than should be done in this share of their time; but always so many. */
const SHARE_OF_TIME = 0.9;
const LEAST_SEARCHES = 16;

/**
 * Refuses searches that would not be answered in time, before their pictures are read: a server that decodes what it cannot
 * answer answers nothing.
 */
export function admitSearches() {
  const throughput = new Throughput(() => performance.now());
  let admitted = 0;
  return createMiddleware<{ Variables: { arrivedAt: number } }>(async (context, next) => {
    if (context.req.method !== "POST") return next();
    const { perSecond } = throughput;
    const inTime = perSecond > 0 ? (perSecond * SHARE_OF_TIME * SEARCH_TIMEOUT_MS) / 1000 : MOST_SEARCHES;
    if (admitted >= Math.min(MOST_SEARCHES, Math.max(LEAST_SEARCHES, inTime))) {
      const retryAfterS = Math.max(1, Math.ceil(admitted / Math.max(1, perSecond)));
      throw new AppError(
        "QUEUE_FULL",
        `${admitted} searches wait already, as many as can be answered in time; try again in ${retryAfterS} s.`,
        { retryAfterS },
      );
    }
    admitted += 1;
    context.set("arrivedAt", performance.now());
    try {
      await throughput.measure(1, next);
    } finally {
      admitted -= 1;
    }
  });
}

/** What is left of the time of an admitted search, in milliseconds, 1 or more. */
export function timeLeftMs(context: Context): number {
  return Math.max(1, SEARCH_TIMEOUT_MS - (performance.now() - context.get("arrivedAt")));
}
