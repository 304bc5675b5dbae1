import { stat } from "node:fs/promises";
import path from "node:path";
import { AppError, errorTable } from "../../../errors.js";
import { verifyFile } from "../file-hash.js";

/** Where the files of an encoder come from: a folder, or something that fetches them. It cannot be listed. */
export interface SourceFolder {
  /**
   * The absolute path of a text of the source on this machine, fetched if need be; null when the source does not have it.
   *
   * @throws AppError INVALID_REQUEST when the name leads out of the source.
   */
  text(name: string): Promise<string | null>;
  /**
   * The same for the model, whatever it is called.
   *
   * @throws AppError also MODEL_INVALID when it has not the SHA-256 that it must have.
   */
  model(name: string): Promise<string | null>;
  /** For people: the folder or URL. */
  readonly name: string;
}

/**
 * A folder on this machine. Links in it are followed, as Hugging Face's own cache is made of them.
 *
 * @param sha256 what the model must have, when it is known.
 */
export function localFolder(directory: string, sha256?: string): SourceFolder {
  const name = path.resolve(directory);
  const text = async (relative: string) => {
    holdWithin(name, relative);
    const absolute = path.resolve(name, relative);
    const stats = await stat(absolute).catch(() => null);
    return stats?.isFile() ? absolute : null;
  };
  return {
    name,
    text,
    async model(relative) {
      const file = await text(relative);
      if (file !== null) await verifyFile(file, sha256);
      return file;
    },
  };
}

/**
 * Refuses a file's name that leads out of its source, whatever the source is.
 *
 * @param source its name, for the message.
 * @throws AppError INVALID_REQUEST.
 */
export function holdWithin(source: string, name: string): void {
  const normal = path.posix.normalize(name.replaceAll("\\", "/"));
  if (normal === ".." || normal.startsWith("../") || path.posix.isAbsolute(normal) || path.isAbsolute(name)) {
    throw new AppError(
      "INVALID_REQUEST",
      `A model's file is named relative to ${source} and lies in it; received "${name}".`,
    );
  }
}

/**
 * The first of the names that the source has something of. Some hosts forbid what they do not have, so that is told only when
 * nothing is found.
 *
 * @param look null when it does not have the name.
 */
export async function firstOf<T>(
  names: readonly string[],
  look: (name: string) => Promise<T | null>,
): Promise<T | null> {
  let forbidden: AppError | null = null;
  for (const name of names) {
    try {
      const found = await look(name);
      if (found !== null) return found;
    } catch (error) {
      if (!isForbidden(error)) throw error;
      forbidden ??= error;
    }
  }
  if (forbidden) throw forbidden;
  return null;
}

/** For the failure of a file that may be missing. */
export function nullIfForbidden(error: unknown): null {
  if (isForbidden(error)) return null;
  throw error;
}

/** For the failure of a file that nothing depends on: whatever speaks against it, unless trying again may mend that. */
export function nullIfRefused(error: unknown): null {
  if (error instanceof AppError && !errorTable[error.code].retryable) return null;
  throw error;
}

function isForbidden(error: unknown): error is AppError {
  return error instanceof AppError && error.code === "FORBIDDEN";
}
