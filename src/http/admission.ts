import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { Admission, SEARCH_TIMEOUT_MS } from "../core/admission.js";

/**
 * Refuses searches that would not be answered in time, before their pictures are read: a server that decodes what it cannot
 * answer answers nothing.
 */
export function admitSearches() {
  const admission = new Admission(() => performance.now());
  return createMiddleware<{ Variables: { arrivedAt: number } }>(async (context, next) => {
    if (context.req.method !== "POST") return next();
    context.set("arrivedAt", performance.now());
    await admission.admit(next);
  });
}

/** What is left of the time of an admitted search, in milliseconds, 1 or more. */
export function timeLeftMs(context: Context): number {
  return Math.max(1, SEARCH_TIMEOUT_MS - (performance.now() - context.get("arrivedAt")));
}
