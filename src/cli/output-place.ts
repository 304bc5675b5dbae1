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
      `${place} cannot be written (${error.code}); name a place in an existing folder that this user may write to, on a disk that has room.`,
      { cause: error },
    );
  }
}

/** What a disk says to a file that is open already: without its path, which failures of a connection lack too. */
const DISK_REFUSALS = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EIO", "EROFS"]);

function isRefusal(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error && "syscall" in error)) return false;
  return "path" in error || DISK_REFUSALS.has((error as NodeJS.ErrnoException).code ?? "");
}
