import { createHash } from "node:crypto";
import { mkdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { AppError, errorTable } from "../../../errors.js";
import { urlWithin } from "../source-url.js";
import { type DownloadOptions, download } from "./download.js";

/** A model file may be as large as ONNX files can be; what tells of it is text. */
const MAX_BYTES = { model: 2 ** 31, text: 2 ** 20 };

export interface RemoteFiles {
  /** The path of a downloaded text; null when the host does not have it. */
  text(name: string): Promise<string | null>;
  /** The same of the model, which has the SHA-256 that it must have. */
  model(name: string): Promise<string | null>;
  /**
   * Ends the work with them: after a failure what a next try could go on with is kept, a whole model above all, be it of an earlier
   * try. Only where the model itself cannot be had is there nothing to go on with.
   */
  close(failure?: unknown): Promise<void>;
}

export interface RemoteOptions {
  /** What models must have as their SHA-256, when it is known. */
  readonly sha256?: string | undefined;
  readonly onDownload?: ((name: string, received: number, total: number | null) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Files below a URL, downloaded when they are asked for.
 *
 * @param folder ends with a slash before its query, which each file's URL has too.
 * @param model what of it is the model, as it was asked for: what is fetched for another lies elsewhere.
 * @param directory of the user's packs; downloads lie hidden in it until the work with them is done.
 */
export function remoteFiles(
  folder: URL,
  model: string | undefined,
  directory: string,
  options: RemoteOptions,
): RemoteFiles {
  const key = createHash("sha256").update(JSON.stringify([folder, model]));
  const place = path.join(directory, ".downloads", key.digest("hex").slice(0, 16));
  let lacksModel = false;

  async function fetchFile(name: string, limits: Pick<DownloadOptions, "maxBytes" | "sha256">) {
    const file = path.join(place, path.basename(name));
    await mkdir(place, { recursive: true });
    try {
      await download(urlWithin(folder, name).href, file, {
        ...limits,
        onProgress: (received, total) => options.onDownload?.(path.basename(file), received, total),
        signal: options.signal,
      });
      return file;
    } catch (error) {
      if (error instanceof AppError && error.code === "NOT_FOUND") return null;
      throw error;
    }
  }

  return {
    text: (name) => fetchFile(name, { maxBytes: MAX_BYTES.text }),
    async model(name) {
      lacksModel = true;
      const file = await fetchFile(name, { maxBytes: MAX_BYTES.model, sha256: options.sha256 });
      lacksModel = file === null;
      return file;
    },
    async close(failure) {
      const isKept =
        failure !== undefined && (!lacksModel || options.signal?.aborted || mayWorkLater(failure));
      if (!isKept) await rm(place, { recursive: true, force: true });
      // What holds nothing goes too; the rest stays.
      for (const directory of [place, path.dirname(place)]) await rmdir(directory).catch(() => {});
    },
  };
}

/** What the file system refuses too, as a full disk does: that is no failure of the source. */
function mayWorkLater(failure: unknown): boolean {
  if (failure instanceof AppError) return errorTable[failure.code].retryable;
  return failure instanceof Error && "syscall" in failure;
}
