import { access, constants } from "node:fs/promises";
import path from "node:path";
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

/**
 * Holds that a folder may be written to, or made, before the work whose result it is for. Makes nothing.
 *
 * @throws AppError INVALID_REQUEST when the file system refuses.
 */
export function requireWritable(folder: string): Promise<void> {
  return writeTo(folder, () => tryFolder(path.resolve(folder)));
}

/** The folder, or the nearest one above it that is there. */
async function tryFolder(folder: string): Promise<void> {
  try {
    // A file is no folder that has itself in it.
    await access(`${folder}${path.sep}.`, constants.W_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || path.dirname(folder) === folder) throw error;
    await tryFolder(path.dirname(folder));
  }
}

/** What a disk says to a file that is open already: without its path, which failures of a connection lack too. */
const DISK_REFUSALS = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EIO", "EROFS"]);

function isRefusal(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error && "syscall" in error)) return false;
  return "path" in error || DISK_REFUSALS.has((error as NodeJS.ErrnoException).code ?? "");
}
