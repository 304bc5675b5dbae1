import { buffer } from "node:stream/consumers";
import * as zlib from "node:zlib";
import yauzl, { type Entry } from "yauzl";
import { AppError } from "../../../errors.js";
import { shownName, tooLarge, type UploadedFiles } from "./uploaded-files.js";

/** More than any catalogue has pictures; each takes memory for its name and place. */
const MOST_FILES = 500_000;

/**
 * The files of a ZIP archive. They are read where they lie and never unpacked to the disk, so that their names lead nowhere,
 * and what they say of their size bounds what is read of them.
 *
 * @throws AppError INVALID_REQUEST when it is no archive that can be read.
 */
export async function openZip(path: string): Promise<UploadedFiles> {
  try {
    const archive = await yauzl.openPromise(path, { autoClose: false, lazyEntries: true });
    const entries = new Map<string, Entry>();
    try {
      if (archive.entryCount > MOST_FILES) throw new Error(`it has ${archive.entryCount} files`);
      for await (const entry of archive.eachEntry()) {
        const name = shownName(entry.fileName);
        if (name !== null && !name.endsWith("/")) entries.set(name, entry);
      }
    } catch (error) {
      archive.close();
      throw error;
    }
    return {
      names: [...entries.keys()],
      async read(name, maxBytes) {
        const entry = entries.get(name)!;
        if (entry.uncompressedSize > maxBytes) throw tooLarge(name, maxBytes, entry.uncompressedSize);
        try {
          // It ends with an error where there is more than the entry says.
          const bytes = await buffer(await archive.openReadStreamPromise(entry));
          if (!isWhole(bytes, entry)) throw new Error("it is damaged");
          return bytes;
        } catch (cause) {
          throw unreadable(`"${name}" in the ZIP archive`, cause);
        }
      },
      close: () => archive.close(),
    };
  } catch (cause) {
    throw unreadable("The ZIP archive", cause);
  }
}

/** yauzl leaves checksums to its callers. */
function isWhole(bytes: Uint8Array, { crc32 }: Entry): boolean {
  // Node.js before 20.15 has no function for it.
  return zlib.crc32 === undefined || zlib.crc32(bytes) === crc32;
}

function unreadable(what: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    "INVALID_REQUEST",
    `${what} cannot be read (${why}); pack it again, without a password.`,
    {
      cause,
    },
  );
}
