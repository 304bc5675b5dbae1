import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Busboy } from "@fastify/busboy";
import { AppError } from "../../errors.js";

/** Of one upload. */
const MAX_UPLOAD_BYTES = 8 * 1024 ** 3;
const MOST_FILES = 100_000;
/** What the disk refuses, and no client causes. */
const DISK_FAILURES = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO"]);
const STALE_AFTER_MS = 24 * 60 * 60 * 1000;

/** Files that came with a form. */
export interface ReceivedUpload {
  /** Where they lie, by the names they had. */
  readonly files: ReadonlyMap<string, string>;
  /** The folder that holds them; whoever has done with them removes it. */
  readonly directory: string;
}

/**
 * Writes the files of a multipart form to the disk as they come, whatever their size, in memory that does not grow with it.
 *
 * @param directory a folder that is made for them; it is removed again on failure.
 * @param signal once aborted, no more of it is taken. Default: all is.
 * @throws AppError INVALID_REQUEST for no form, or one without files; IMAGE_TOO_LARGE for an upload above 8 GiB;
 * CATALOG_UNAVAILABLE when it cannot be written to the disk; QUEUE_UNAVAILABLE once the signal is aborted.
 */
export async function receiveUpload(
  request: Request,
  directory: string,
  signal?: AbortSignal,
): Promise<ReceivedUpload> {
  const contentType = request.headers.get("Content-Type") ?? "";
  if (!/^multipart\/form-data\s*;/iu.test(contentType) || request.body === null) {
    throw new AppError(
      "INVALID_REQUEST",
      `An upload is a form (multipart/form-data) with files; received ${contentType.slice(0, 60) || "no content type"}.`,
    );
  }
  try {
    await mkdir(directory, { recursive: true });
    const files = await writeFiles(request.body, contentType, directory, signal);
    if (files.size > 0) return { files, directory };
    throw new AppError(
      "INVALID_REQUEST",
      "An import needs a ZIP archive, or a manifest with its pictures, as the form's files; received none.",
    );
  } catch (error) {
    await rm(directory, { recursive: true, force: true }).catch(() => {});
    throw error instanceof AppError ? error : unreadable(error as NodeJS.ErrnoException);
  }
}

/** What a process that was killed left behind, of uploads that no other process may still be at. */
export async function removeStaleUploads(catalogDirectory: string): Promise<void> {
  const uploads = uploadsFolder(catalogDirectory);
  for (const name of await readdir(uploads).catch(() => [])) {
    const folder = path.join(uploads, name);
    const known = await stat(folder).catch(() => null);
    if (known && Date.now() - known.mtimeMs > STALE_AFTER_MS)
      await rm(folder, { recursive: true, force: true });
  }
}

/** A new folder of that name in it holds the files of an upload until they are imported. */
export function uploadsFolder(catalogDirectory: string): string {
  return path.join(catalogDirectory, "uploads");
}

async function writeFiles(
  body: ReadableStream,
  contentType: string,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const open = new Set<Readable>();
  const writing: Promise<void>[] = [];
  const form = new Busboy({
    headers: { "content-type": contentType },
    preservePath: true,
    limits: { files: MOST_FILES, fields: 100, fieldSize: 1024 },
  });
  const refuse = (reason: string) => form.destroy(new AppError("INVALID_REQUEST", reason));
  const end = () => form.destroy(ending());
  form.on("filesLimit", () => refuse(`An upload has at most ${MOST_FILES} files; pack them as ZIP.`));
  form.on("file", (_field, content, fileName) => {
    open.add(content);
    content.once("close", () => open.delete(content));
    // Busboy tells it as the form's failure, too.
    content.on("error", () => {});
    const name = (fileName ?? "").replaceAll("\\", "/").replace(/^\/+/u, "");
    // A file input that was left empty.
    if (name === "") {
      content.resume();
      return;
    }
    if (files.has(name)) {
      refuse(`Every file of an upload has its own name; received two called "${name}", so rename one.`);
      return;
    }
    const file = path.join(directory, String(files.size));
    files.set(name, file);
    const written = pipeline(content, createWriteStream(file));
    written.catch((error) => form.destroy(error));
    writing.push(written);
  });
  signal?.addEventListener("abort", end);
  try {
    if (signal?.aborted) throw ending();
    await readForm(form, Readable.fromWeb(body as never));
    await Promise.all(writing);
    return files;
  } catch (error) {
    // Busboy leaves a file that was cut off open, and with it the one on the disk.
    for (const content of open) content.destroy(error as Error);
    form.destroy();
    await Promise.allSettled(writing);
    throw error;
  } finally {
    signal?.removeEventListener("abort", end);
  }
}

function ending(): AppError {
  const reason = "The server is ending and takes no more files; send them again once it is back.";
  return new AppError("QUEUE_UNAVAILABLE", reason, { retryAfterS: 5 });
}

/**
 * Gives a form all that came. Node's own pipeline would wait for ever where Busboy is done before its input is: with a form that has ended and
 * goes on with what looks like more of it.
 */
async function readForm(form: Writable, input: Readable): Promise<void> {
  let isRead = false;
  const read = once(form, "finish").then(() => {
    isRead = true;
  });
  // What is refused is read no further, though nothing more may come for long.
  read.catch((error) => input.destroy(error));
  // Both are told by the loop; Busboy may tell a failure twice.
  input.on("error", () => {});
  form.on("error", () => {});
  for await (const chunk of limited(input)) {
    if (!isRead && !form.write(chunk)) await Promise.race([once(form, "drain"), read]);
  }
  if (!isRead) form.end();
  await read;
}

async function* limited(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_UPLOAD_BYTES) {
      throw new AppError("IMAGE_TOO_LARGE", `An upload may have ${MAX_UPLOAD_BYTES} bytes; received more.`);
    }
    yield chunk;
  }
}

function unreadable(error: NodeJS.ErrnoException): AppError {
  if (error.code !== undefined && DISK_FAILURES.has(error.code)) {
    return new AppError(
      "CATALOG_UNAVAILABLE",
      `The upload cannot be written to the catalog's folder (${error.code}); check that this user may write there and that the disk has room.`,
      { cause: error },
    );
  }
  return new AppError(
    "INVALID_REQUEST",
    `The upload ended before its last file did, or is no form (${error.message}); send it again.`,
    { cause: error },
  );
}
