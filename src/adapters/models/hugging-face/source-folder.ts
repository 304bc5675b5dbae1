import { stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../../errors.js";

/** Where the files of an encoder come from: a folder, or something that fetches them. It cannot be listed. */
export interface SourceFolder {
  /**
   * The absolute path of a file of the source on this machine, fetched if need be; null when the source does not have it.
   *
   * @throws AppError INVALID_REQUEST when the name leads out of the source.
   */
  file(name: string): Promise<string | null>;
  /** For people: the folder or URL. */
  readonly name: string;
}

/** A folder on this machine. Links in it are followed, as Hugging Face's own cache is made of them. */
export function localFolder(directory: string): SourceFolder {
  const name = path.resolve(directory);
  return {
    name,
    async file(relative) {
      holdWithin(name, relative);
      const absolute = path.resolve(name, relative);
      const stats = await stat(absolute).catch(() => null);
      return stats?.isFile() ? absolute : null;
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
