import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { type Admission, ANSWER_TIMEOUT_MS } from "../core/admission.js";
import type { EmbedOptions } from "../core/ports.js";

/**
 * Refuses searches that would not be answered in time, before their pictures are read: a server that decodes what it cannot
 * answer answers nothing.
 */
export function admitSearches(admission: Admission) {
  return createMiddleware(async (context, next) =>
    context.req.method === "POST" ? admission.admit(next) : next(),
  );
}

/** How the pictures of a request, which have come, are embedded: while somebody waits for the answer. */
export function whileAwaited(context: Context): EmbedOptions {
  return {
    timeoutMs: ANSWER_TIMEOUT_MS,
    signal: context.req.raw.signal,
    requestId: context.get("requestId"),
  };
}
