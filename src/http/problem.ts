import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { AppError, type ErrorCode, errorTable } from "../errors.js";

/** What strangers are told of what is not of their making, whose own text may hold anything, such as where the catalog lies. */
const HIDDEN: Partial<Record<ErrorCode, string>> = {
  INTERNAL: "Something went wrong inside Diptych; it was logged.",
  CATALOG_UNAVAILABLE: "The catalog cannot be read or written now; it was logged. Try again later.",
};

/** A failure as an RFC 9457 problem document. */
export function problem(context: Context, failure: AppError): Response {
  const { httpStatus, title } = errorTable[failure.code];
  const detail = detailOf(failure);
  setFailureHeaders(context, failure);
  return context.body(
    JSON.stringify({
      // No page tells more than the title; `code` is what programs go by.
      type: "about:blank",
      title,
      status: httpStatus,
      detail,
      code: failure.code,
    }),
    httpStatus,
    { "Content-Type": "application/problem+json" },
  );
}

/** When to come again, and by what means to be let in. */
export function setFailureHeaders(context: Context, { code, retryAfterS }: AppError): void {
  if (errorTable[code].retryable) context.header("Retry-After", String(retryAfterS ?? 1));
  if (code === "UNAUTHENTICATED") context.header("WWW-Authenticate", 'Bearer realm="Diptych"');
}

/** Whether the keeper of the server is told of a failure: strangers are told little of it, or can do nothing about the model. */
export function isForKeeper({ code }: AppError): boolean {
  return code in HIDDEN || code === "MODEL_INVALID";
}

/** What strangers may read of a failure. */
export function detailOf(failure: AppError): string {
  return HIDDEN[failure.code] ?? failure.message;
}

/**
 * Any failure of a request as one of the table. No defect is what Hono refuses by itself, no form or none of the kind asked for, nor
 * a client that goes away while it sends.
 */
export function failureOf(error: unknown): AppError {
  if (isCutOff(error)) {
    return new AppError("INVALID_REQUEST", "The request ended before its body did; send it again.", {
      cause: error,
    });
  }
  if (!(error instanceof HTTPException) || error.status >= 500) return AppError.from(error);
  const told = error.message || "it cannot be understood";
  return new AppError(
    "INVALID_REQUEST",
    `The request cannot be used (${told}); see /api/v1/openapi.json for what is expected.`,
    { cause: error },
  );
}

/** As Node.js tells of a connection that ended within a request. */
function isCutOff(error: unknown): boolean {
  return (
    error instanceof Error && error.message === "aborted" && "code" in error && error.code === "ECONNRESET"
  );
}
