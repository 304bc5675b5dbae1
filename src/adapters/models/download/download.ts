import { stat } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { AppError, errorTable } from "../../../errors.js";
import { sha256OfFile } from "../file-hash.js";
import { versionLeft } from "./origin.js";
import { openPart, type Part } from "./part.js";
import { type Answer, httpsUrl, request, sourceUnavailable } from "./request.js";
import { fileSize, goesOn, rangeHeaders, refusalOfStatus, unlessHeaders, versionOf } from "./response.js";
import { shownUrl } from "./url.js";

export interface DownloadOptions {
  /** Bytes at most. */
  readonly maxBytes: number;
  /** Expected SHA-256, lower-case hex; undefined when not known. */
  readonly sha256?: string | undefined;
  /** Told how much of the file is there, what an earlier call left included, and how large it is; null when not known. */
  readonly onProgress?: (received: number, total: number | null) => void;
  readonly signal?: AbortSignal | undefined;
  /** For tests, which cannot wait that long. */
  readonly timing?: DownloadTiming;
}

export interface DownloadTiming {
  /** How long no byte may come before the connection counts as broken. */
  readonly idleMs: number;
  /** The pause before the second try; each further one is twice as long. */
  readonly pauseMs: number;
}

const TIMING: DownloadTiming = { idleMs: 30_000, pauseMs: 500 };
const MAX_TRIES = 4;

export interface Downloaded {
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Downloads `url` to `file`, which appears only once it is whole; its folder must exist. Until then the bytes lie in `file`.part,
 * where the next call goes on after a broken connection or an abort; a failure that calling again cannot mend removes them.
 * A file that an earlier call left is taken as it is when it has the expected SHA-256, or, where none is expected, when the
 * server says that it has still the same.
 *
 * @throws AppError INVALID_REQUEST when the URL, or one it redirects to, is not https, the server refuses it, or the file is
 * larger than allowed; NOT_FOUND; FORBIDDEN, which some servers answer for what they do not have; MODEL_INVALID when it has another SHA-256; SOURCE_UNAVAILABLE when the server does not
 * answer, or breaks off time and again; the signal's reason.
 */
export async function download(url: string, file: string, options: DownloadOptions): Promise<Downloaded> {
  const { sha256: expected, signal } = options;
  const source = httpsUrl(url);
  signal?.throwIfAborted();
  const there = await fileLeft(file);
  if (there !== null && there.sha256 === expected) return there;
  const versionThere = there !== null && expected === undefined ? await versionLeft(file, source) : null;
  const part = await openPart(file, source, signal);
  try {
    const end = await receiveTryingAgain({ source, part, versionThere }, options);
    if (end === "unchanged") {
      await part.close();
      await part.remove();
      return there!;
    }
    const sha256 = part.sha256();
    if (expected !== undefined && sha256 !== expected) {
      throw new AppError(
        "MODEL_INVALID",
        `The file at ${shownUrl(source)} is not the expected one: expected sha256 ${expected}, received ${sha256}; correct the hash or the URL.`,
      );
    }
    await part.commit();
    return { sha256, bytes: part.bytes };
  } catch (error) {
    const isFinal = error instanceof AppError && !errorTable[error.code].retryable && !signal?.aborted;
    await part.close();
    if (isFinal || !part.canGoOn) await part.remove();
    signal?.throwIfAborted();
    throw error;
  }
}

async function fileLeft(file: string): Promise<Downloaded | null> {
  const found = await stat(file).catch(() => null);
  return found?.isFile() ? { sha256: await sha256OfFile(file), bytes: found.size } : null;
}

interface Wanted {
  readonly source: URL;
  readonly part: Part;
  /** Of the whole file that is there already; null when there is none, or the server is to send it anew. */
  readonly versionThere: string | null;
}

/** Whether the part holds the file now, or the one that was there is still the same. */
type End = "received" | "unchanged";

async function receiveTryingAgain(wanted: Wanted, options: DownloadOptions): Promise<End> {
  const { signal, timing = TIMING } = options;
  for (let tries = 1; ; tries++) {
    try {
      return await receive(wanted, options);
    } catch (error) {
      const isBroken = error instanceof AppError && error.code === "SOURCE_UNAVAILABLE";
      if (!isBroken || tries === MAX_TRIES || signal?.aborted) throw error;
      await pause(timing.pauseMs * 2 ** (tries - 1), undefined, { signal });
    }
  }
}

/** Fetches what the part lacks. */
async function receive({ source, part, versionThere }: Wanted, options: DownloadOptions): Promise<End> {
  const { signal, timing = TIMING } = options;
  // A part was begun because the file that is there is an old one.
  const unless = part.canGoOn ? null : versionThere;
  const headers = unless === null ? rangeHeaders(part) : unlessHeaders(unless);
  const answer = await request(source, { headers, idleMs: timing.idleMs, signal });
  try {
    if (unless !== null && answer.status === 304) return "unchanged";
    const refusal = refusalOfStatus(answer, part);
    if (refusal) throw refusal;
    if (answer.status === 200) await part.restart(versionOf(answer.headers));
    if (goesOn(answer, part)) {
      await receiveBody(answer, part, options);
      return "received";
    }
  } finally {
    answer.close();
  }
  // The range cannot be had, or is one of another file: this asks for all of it, once, since an empty part asks for no range.
  await part.restart(null);
  return receive({ source, part, versionThere: null }, options);
}

async function receiveBody(answer: Answer, part: Part, options: DownloadOptions): Promise<void> {
  const { maxBytes, onProgress = () => {} } = options;
  const total = fileSize(answer, part);
  const refuseAbove = (bytes: number, received: string) => {
    if (bytes <= maxBytes) return;
    throw new AppError(
      "INVALID_REQUEST",
      `A file of at most ${maxBytes} bytes was expected at ${answer.shownUrl}; received ${received}: choose a smaller one.`,
    );
  };
  if (total !== null) refuseAbove(total, `one of ${total}`);
  onProgress(part.bytes, total);
  for await (const chunk of answer.body) {
    refuseAbove(part.bytes + chunk.length, `${part.bytes + chunk.length} and more`);
    await part.append(chunk);
    onProgress(part.bytes, total);
  }
  if (total !== null && part.bytes !== total) {
    throw sourceUnavailable(answer.shownUrl, `it sent ${part.bytes} of ${total} bytes`);
  }
}
