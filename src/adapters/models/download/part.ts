import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { AppError } from "../../../errors.js";
import { removeOrigin, versionLeft, writeOrigin } from "./origin.js";

/** The first bytes of a file, and where they are from. */
export interface Part {
  readonly bytes: number;
  /** The version of the file they are of; null when there are none, or they are not worth going on with. */
  readonly version: string | null;
  /** Whether there are bytes that the rest can be asked for. */
  readonly canGoOn: boolean;
  append(chunk: Uint8Array): Promise<void>;
  /** Begins anew, with bytes of this version; without one, a later call does not go on with them. */
  restart(version: string | null): Promise<void>;
  /** The SHA-256 of the bytes. */
  sha256(): string;
  /**
   * Brings the bytes to the disk and gives them the file's name; where they are from stays beside it.
   *
   * @throws AppError INVALID_REQUEST when another process has written there too.
   */
  commit(): Promise<void>;
  /** Leaves the bytes to a later call. */
  close(): Promise<void>;
  /** Leaves nothing; for a closed part. */
  remove(): Promise<void>;
}

/** Opens `file`.part with the bytes of `url` that an earlier call left there, or empty. */
export async function openPart(file: string, url: URL, signal?: AbortSignal): Promise<Part> {
  const path = `${file}.part`;
  let version = await versionLeft(path, url);
  // For appending: the end stays the place to write at, even after a truncation.
  const handle = await open(path, "a");
  let bytes = 0;
  let hash = createHash("sha256");

  const part: Part = {
    get bytes() {
      return bytes;
    },
    get version() {
      return version;
    },
    get canGoOn() {
      return bytes > 0 && version !== null;
    },
    async append(chunk) {
      await handle.appendFile(chunk);
      hash.update(chunk);
      bytes += chunk.length;
    },
    async restart(newVersion) {
      // In this order a kill in between leaves bytes that nothing tells the origin of, never bytes of another file.
      await removeOrigin(path);
      await handle.truncate(0);
      version = newVersion;
      bytes = 0;
      hash = createHash("sha256");
      if (version !== null) await writeOrigin(path, url, version);
    },
    sha256: () => hash.copy().digest("hex"),
    async commit() {
      const { size } = await handle.stat();
      if (size !== bytes) {
        throw new AppError(
          "INVALID_REQUEST",
          `The file ${path} must have the ${bytes} bytes that were written to it; received ${size}: another process downloads the same file, so try again after it.`,
        );
      }
      await handle.sync();
      await handle.close();
      await removeOrigin(file);
      await rename(path, file);
      await removeOrigin(path);
      if (version !== null) await writeOrigin(file, url, version);
    },
    close: () => handle.close(),
    async remove() {
      await rm(path, { force: true });
      await removeOrigin(path);
    },
  };

  try {
    if (version === null) await part.restart(null);
    for await (const chunk of createReadStream(path, { signal })) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return part;
  } catch (error) {
    await handle.close();
    signal?.throwIfAborted();
    throw error;
  }
}
