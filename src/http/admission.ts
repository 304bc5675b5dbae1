import { totalmem } from "node:os";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { type Admission, ANSWER_TIMEOUT_MS } from "../core/admission.js";
import type { EmbedOptions } from "../core/ports.js";
import { MAX_FORM_BYTES } from "./form-limit.js";

/** Of this machine, or of the part of it that this process may use, in bytes. */
const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/** What the forms of searches may take together, in bytes. Each is in memory up to three times while its pictures are taken out. */
export const MAX_FORMS_BYTES = memory / 4;

/**
 * Refuses searches that would not be answered in time, before their pictures are read: a server that decodes what it cannot
 * answer answers nothing.
 */
export function admitSearches(admission: Admission) {
  return createMiddleware(async (context, next) =>
    context.req.method === "POST" ? admission.admit(formBytes(context), next) : next(),
  );
}

/** What a form has at most: what it tells, as browsers do, or what any may have where it comes in pieces. */
function formBytes({ req }: Context): number {
  if (req.header("Transfer-Encoding") !== undefined) return MAX_FORM_BYTES;
  return Math.min(Number(req.header("Content-Length") ?? 0), MAX_FORM_BYTES);
}

/** How the pictures of a request, which have come, are embedded: while somebody waits for the answer. */
export function whileAwaited(context: Context): EmbedOptions {
  return {
    timeoutMs: ANSWER_TIMEOUT_MS,
    signal: context.req.raw.signal,
    requestId: context.get("requestId"),
  };
}
