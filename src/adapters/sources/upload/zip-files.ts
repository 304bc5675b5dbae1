import { buffer } from "node:stream/consumers";
import * as zlib from "node:zlib";
import yauzl, { type Entry } from "yauzl";
import { shortened } from "../../../core/shortened.js";
import { AppError } from "../../../errors.js";
import { shownName, tooLarge, type UploadedFiles } from "./uploaded-files.js";

/** More than any catalogue has pictures; each takes memory for its name and place. */
const MOST_FILES = 500_000;
/** Of a file with its folders, which no file system takes longer. */
const MOST_NAME_CHARACTERS = 1024;
/** Names, comments and the like of all files: 256 bytes for each of the most that may be. */
const MOST_DIRECTORY_BYTES = 128 * 1024 * 1024;
/** Some reasons name the file. */
const MOST_REASON_CHARACTERS = 200;

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
      let directoryBytes = 0;
      for await (const entry of archive.eachEntry()) {
        const { length } = entry.fileName;
        if (length > MOST_NAME_CHARACTERS)
          throw new Error(`the name of a file in it has ${length} characters`);
        directoryBytes += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
        if (directoryBytes > MOST_DIRECTORY_BYTES)
          throw new Error(
            `it needs more than ${MOST_DIRECTORY_BYTES} bytes to tell what its files are called`,
          );
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
  const told = cause instanceof Error ? cause.message : String(cause);
  const why = shortened(told, MOST_REASON_CHARACTERS);
  return new AppError(
    "INVALID_REQUEST",
    `${what} cannot be read (${why}); pack it again, without a password.`,
    {
      cause,
    },
  );
}
