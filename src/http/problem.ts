import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { AppError, errorTable } from "../errors.js";

/** What strangers are told of a defect, whose own text may hold anything. */
const DEFECT = "Something went wrong inside Diptych; it was logged.";

/** A failure as an RFC 9457 problem document. */
export function problem(context: Context, failure: AppError): Response {
  const { httpStatus, title, retryable } = errorTable[failure.code];
  const detail = detailOf(failure);
  if (retryable) context.header("Retry-After", "1");
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

/** What strangers may read of a failure. */
export function detailOf(failure: AppError): string {
  return failure.code === "INTERNAL" ? DEFECT : failure.message;
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
