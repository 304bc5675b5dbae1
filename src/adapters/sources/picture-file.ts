import { readFile, stat } from "node:fs/promises";
import { AppError } from "../../errors.js";
import { unreadable } from "./unreadable.js";

/**
 * Makes the function that reads picture files for an import.
 *
 * @param maxImageBytes files above this size are refused without being read.
 * @returns a function that throws AppError NOT_FOUND when there is no file to read at the path, IMAGE_TOO_LARGE when it
 * is above the limit.
 */
export function createPictureFileReader(maxImageBytes: number): (path: string) => Promise<Uint8Array> {
  return async (path) => {
    try {
      // Asked before opening, as opening a pipe would wait for a writer for ever.
      const stats = await stat(path);
      if (!stats.isFile()) {
        throw new AppError("NOT_FOUND", `A picture is a file; received ${path}, which is something else.`);
      }
      if (stats.size > maxImageBytes) {
        throw new AppError(
          "IMAGE_TOO_LARGE",
          `A picture file has at most ${maxImageBytes} bytes; received ${stats.size} bytes in ${path}.`,
        );
      }
      return await readFile(path);
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw unreadable("A picture", path, error);
    }
  };
}
