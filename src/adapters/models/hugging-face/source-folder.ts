import { stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../../errors.js";
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
