import { mkdir, utimes } from "node:fs/promises";
import path from "node:path";
import type { PictureStore } from "../../core/ports.js";
import { AppError } from "../../errors.js";
import { createAtomicFile } from "./atomic-file.js";
import { stateOfPicture } from "./kept-files.js";

const FOLDER = "pictures";

/**
 * Keeps picture files in a catalog's folder, each under the hash of its bytes, so that one that comes twice is there once.
 * The paths it gives are below that folder, which may therefore be moved.
 */
export function createPictureStore(catalogDirectory: string): PictureStore {
  return {
    async keep(bytes, sha256) {
      const relativePath = path.posix.join(FOLDER, sha256.slice(0, 2), sha256);
      const file = path.join(catalogDirectory, relativePath);
      try {
        if ((await stateOfPicture(file, sha256)) === "whole") {
          await renewFile(file);
          return relativePath;
        }
        await mkdir(path.dirname(file), { recursive: true });
        const written = await createAtomicFile(file);
        try {
          await written.handle.writeFile(bytes);
          await written.commit();
        } finally {
          await written.discard();
        }
      } catch (cause) {
        throw new AppError(
          "CATALOG_UNAVAILABLE",
          `A picture cannot be written to ${path.join(catalogDirectory, FOLDER)} (${(cause as NodeJS.ErrnoException).code}); check that this user may write there and that the disk has room.`,
          { cause },
        );
      }
      return relativePath;
    },
    async renew({ path: relativePath }) {
      if (relativePath === null || !isKept(relativePath)) return;
      await renewFile(path.join(catalogDirectory, relativePath)).catch(() => {});
    },
  };
}

/** Whether a path of a design's picture is that of one that the catalog keeps. */
export function isKept(relativePath: string): boolean {
  return relativePath.startsWith(`${FOLDER}/`);
}

/** What is young is not taken for what nobody needs any more. */
async function renewFile(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now);
}
