import { readFile, stat } from "node:fs/promises";
import { AppError } from "../../../errors.js";

/** Files that somebody sent, by the names they had there. */
export interface UploadedFiles {
  /** With forward slashes; hidden files and what operating systems add are left out. */
  readonly names: readonly string[];

  /**
   * @param name one of `names`.
   * @throws AppError IMAGE_TOO_LARGE when it has more than `maxBytes`; INVALID_REQUEST when it is damaged.
   */
  read(name: string, maxBytes: number): Promise<Uint8Array>;

  close(): void;
}

/** Files that came one by one and lie on the disk under other names. */
export function looseFiles(paths: ReadonlyMap<string, string>): UploadedFiles {
  return {
    names: [...paths.keys()].filter(isShown),
    async read(name, maxBytes) {
      const path = paths.get(name)!;
      const { size } = await stat(path);
      if (size > maxBytes) throw tooLarge(name, maxBytes, size);
      return readFile(path);
    },
    close() {},
  };
}

/** Whether a person put the file there. */
export function isShown(name: string): boolean {
  return !name.split("/").some((segment) => segment.startsWith(".") || segment === "__MACOSX");
}

export function tooLarge(name: string, maxBytes: number, bytes: number): AppError {
  return new AppError(
    "IMAGE_TOO_LARGE",
    `A file of an upload has at most ${maxBytes} bytes; "${name}" has ${bytes}.`,
  );
}
