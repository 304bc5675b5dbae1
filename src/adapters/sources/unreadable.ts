import { AppError } from "../../errors.js";

/**
 * What the system says when a file or folder is not there, or may not be read.
 *
 * @param what was expected at the path, such as `A picture`.
 */
export function unreadable(what: string, path: string, error: unknown): AppError {
  const { code } = error as NodeJS.ErrnoException;
  const found = code === "ENOENT" || code === "ENOTDIR" ? "there is none" : `it cannot be read (${code})`;
  return new AppError("NOT_FOUND", `${what} was expected at ${path}; ${found}.`, { cause: error });
}
