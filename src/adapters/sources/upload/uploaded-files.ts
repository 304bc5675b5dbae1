import { readFile, stat } from "node:fs/promises";
import { posix } from "node:path";
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
export function looseFiles(files: ReadonlyMap<string, string>): UploadedFiles {
  const paths = new Map<string, string>();
  for (const [sentName, path] of files) {
    const name = shownName(sentName);
    if (name !== null) paths.set(name, path);
  }
  return {
    names: [...paths.keys()],
    async read(name, maxBytes) {
      const path = paths.get(name)!;
      const { size } = await stat(path);
      if (size > maxBytes) throw tooLarge(name, maxBytes, size);
      return readFile(path);
    },
    close() {},
  };
}

/** The file's name without detours such as `./x`; null for a file that no person put there. */
export function shownName(name: string): string | null {
  const plain = posix.normalize(name);
  const isHidden = plain.split("/").some((segment) => segment.startsWith(".") || segment === "__MACOSX");
  return isHidden ? null : plain;
}

export function tooLarge(name: string, maxBytes: number, bytes: number): AppError {
  return new AppError(
    "IMAGE_TOO_LARGE",
    `A file of an upload has at most ${maxBytes} bytes; "${name}" has ${bytes}.`,
  );
}
