/**
 * One row per failure a user can cause.
 *
 * - `httpStatus`: the status an HTTP answer carries.
 * - `exitCode`: the status the command line ends with (2: the request was wrong, 4: the state or a dependency was).
 * - `retryable`: whether the same request may succeed later without being changed.
 */
export const errorTable = {
  INVALID_REQUEST: { httpStatus: 400, exitCode: 2, retryable: false, title: "The request is not valid" },
  UNAUTHENTICATED: { httpStatus: 401, exitCode: 2, retryable: false, title: "A token is needed" },
  FORBIDDEN: { httpStatus: 403, exitCode: 2, retryable: false, title: "The token does not allow that" },
  NOT_FOUND: { httpStatus: 404, exitCode: 2, retryable: false, title: "There is no such thing" },
  IMAGE_TOO_LARGE: { httpStatus: 413, exitCode: 2, retryable: false, title: "The picture is too large" },
  UNSUPPORTED_IMAGE: {
    httpStatus: 415,
    exitCode: 2,
    retryable: false,
    title: "The file is not a picture of a known format",
  },
  IMAGE_UNDECODABLE: { httpStatus: 422, exitCode: 2, retryable: false, title: "The picture is damaged" },
  IMAGE_BLANK: { httpStatus: 422, exitCode: 2, retryable: false, title: "The picture shows nothing" },
  MODEL_INVALID: { httpStatus: 500, exitCode: 2, retryable: false, title: "The model pack cannot be used" },
  MODEL_MISMATCH: {
    httpStatus: 409,
    exitCode: 4,
    retryable: false,
    title: "The catalog was made with another model",
  },
  RATE_LIMITED: { httpStatus: 429, exitCode: 4, retryable: true, title: "Too many requests from one side" },
  QUEUE_FULL: { httpStatus: 503, exitCode: 4, retryable: true, title: "Too many requests are waiting" },
  DEADLINE_EXCEEDED: { httpStatus: 504, exitCode: 4, retryable: true, title: "The answer took too long" },
  QUEUE_UNAVAILABLE: {
    httpStatus: 503,
    exitCode: 4,
    retryable: true,
    title: "The queue does not answer",
  },
  CATALOG_UNAVAILABLE: {
    httpStatus: 503,
    exitCode: 4,
    retryable: true,
    title: "The catalog cannot be opened",
  },
  SOURCE_UNAVAILABLE: {
    httpStatus: 503,
    exitCode: 4,
    retryable: true,
    title: "What was to be downloaded cannot be reached",
  },
  INTERNAL: { httpStatus: 500, exitCode: 1, retryable: false, title: "Something went wrong inside Diptych" },
} as const satisfies Record<
  string,
  { httpStatus: number; exitCode: number; retryable: boolean; title: string }
>;

export type ErrorCode = keyof typeof errorTable;

/**
 * A failure with a code from {@link errorTable} and one sentence for the person who caused it: what was expected, what
 * came, what to do.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** Seconds after which the same may work, 1 or more, where that is known. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly retryAfterS?: number },
  ) {
    super(message, options);
    this.retryAfterS = options?.retryAfterS;
    this.name = "AppError";
    this.code = code;
  }

  /** The given failure as an AppError; anything that is none yet becomes INTERNAL, with the original as its cause. */
  static from(error: unknown): AppError {
    if (error instanceof AppError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new AppError("INTERNAL", message, { cause: error });
  }
}
