import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import type { PictureStore } from "../../core/ports.js";
import { createAtomicFile } from "./atomic-file.js";

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
      const known = await stat(file).catch(() => null);
      if (known?.size === bytes.length) return relativePath;
      await mkdir(path.dirname(file), { recursive: true });
      const written = await createAtomicFile(file);
      try {
        await written.handle.writeFile(bytes);
        await written.commit();
      } finally {
        await written.discard();
      }
      return relativePath;
    },
  };
}
