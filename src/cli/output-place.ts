import { AppError } from "../errors.js";

/**
 * Runs what writes to a place that the user named.
 *
 * @throws AppError INVALID_REQUEST when the file system refuses; whatever else `write` fails with.
 */
export async function writeTo<T>(place: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new AppError(
      "INVALID_REQUEST",
      `${place} cannot be written (${error.code}); name a place in an existing folder that this user may write to.`,
      { cause: error },
    );
  }
}

function isRefusal(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "path" in error;
}
