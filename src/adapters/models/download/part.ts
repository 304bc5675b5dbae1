import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { z } from "zod";
import { AppError } from "../../../errors.js";

/** What the bytes of a part belong to. */
const originSchema = z.strictObject({
  /** A hash, since a URL can hold passwords and tokens. */
  urlSha256: z.string(),
  /** The ETag or the date of the file they are of, as If-Range takes it. */
  version: z.string().regex(/^[\x20-\x7e]+$/u),
});

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
   * Brings the bytes to the disk and gives them the file's name.
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
  const originPath = `${path}.json`;
  const urlSha256 = createHash("sha256").update(url.href).digest("hex");
  let version = await versionLeft(originPath, urlSha256);
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
      await rm(originPath, { force: true });
      await handle.truncate(0);
      version = newVersion;
      bytes = 0;
      hash = createHash("sha256");
      if (version !== null) await writeFile(originPath, JSON.stringify({ urlSha256, version }));
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
      await rename(path, file);
      await rm(originPath, { force: true });
    },
    close: () => handle.close(),
    async remove() {
      await rm(path, { force: true });
      await rm(originPath, { force: true });
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

/** The version of the bytes that were left; null when they are of another URL, or nothing tells. */
async function versionLeft(originPath: string, urlSha256: string): Promise<string | null> {
  try {
    const origin = originSchema.parse(JSON.parse(await readFile(originPath, "utf8")));
    return origin.urlSha256 === urlSha256 ? origin.version : null;
  } catch {
    return null;
  }
}
