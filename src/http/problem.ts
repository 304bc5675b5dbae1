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

/** Whether the keeper of the server is told of a failure, for strangers are told little of it. */
export function isForKeeper({ code }: AppError): boolean {
  return code in HIDDEN;
}

/** What strangers may read of a failure. */
export function detailOf(failure: AppError): string {
  return HIDDEN[failure.code] ?? failure.message;
}

/** Any failure of a request as one of the table; what Hono refuses by itself is no defect: no form, or none of the kind asked for. */
export function failureOf(error: unknown): AppError {
  if (!(error instanceof HTTPException) || error.status >= 500) return AppError.from(error);
  const told = error.message || "it cannot be understood";
  return new AppError(
    "INVALID_REQUEST",
    `The request cannot be used (${told}); see /api/v1/openapi.json for what is expected.`,
    { cause: error },
  );
}
