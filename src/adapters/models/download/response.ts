import type { IncomingHttpHeaders } from "node:http";
import { AppError } from "../../../errors.js";
import type { Part } from "./part.js";
import { type Answer, sourceUnavailable } from "./request.js";

/** What asks for all that the part lacks, if it is still of the same file. */
export function rangeHeaders({ canGoOn, bytes, version }: Part): Record<string, string> {
  return canGoOn ? { range: `bytes=${bytes}-`, "if-range": version! } : {};
}

/** What asks for a file unless it is still of this version: the server answers with the status 304 then. */
export function unlessHeaders(version: string): Record<string, string> {
  return version.startsWith('"') ? { "if-none-match": version } : { "if-modified-since": version };
}

/** Refusals of the server that are none of the request: it asks to come again later. */
const LATER = new Set([408, 425, 429]);

/** What a status that brings no bytes means; null for one that does, or that tells to begin anew. */
export function refusalOfStatus({ status, headers, shownUrl }: Answer, part: Part): AppError | null {
  if (status === 404 || status === 410) {
    return new AppError(
      "NOT_FOUND",
      `There is no file at ${shownUrl}: the server answered ${status}; check the URL.`,
    );
  }
  if (status === 401 || status === 403) {
    return new AppError(
      "FORBIDDEN",
      `The server refused ${shownUrl}: expected the file, received the status ${status}; check the URL and whether it needs a login.`,
    );
  }
  if (status >= 400 && status < 500 && !LATER.has(status) && !(status === 416 && part.canGoOn)) {
    return new AppError(
      "INVALID_REQUEST",
      `The server refused ${shownUrl}: expected the file, received the status ${status}; check the URL.`,
    );
  }
  const isExpected = status === 200 || (part.canGoOn && (status === 206 || status === 416));
  if (!isExpected) return sourceUnavailable(shownUrl, `the server answered with the status ${status}`);
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return null;
  return new AppError(
    "INVALID_REQUEST",
    `The server sent ${shownUrl} compressed: expected the file as it is; give a URL that serves it so.`,
  );
}

/** Whether the bytes that come follow those of the part. */
export function goesOn(answer: Answer, part: Part): boolean {
  if (answer.status === 200) return true;
  if (answer.status !== 206 || contentRange(answer)?.start !== part.bytes) return false;
  // Some servers know ranges but not If-Range, and send the rest of whatever is there now.
  const version = versionOf(answer.headers);
  return version === null || version === part.version;
}

/** How large the whole file is; null when the server does not tell. */
export function fileSize(answer: Answer, part: Part): number | null {
  if (answer.status === 206) return contentRange(answer)?.total ?? null;
  const length = answer.headers["content-length"];
  return length === undefined ? null : part.bytes + Number(length);
}

function contentRange({ headers }: Answer): { start: number; total: number | null } | null {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/u.exec(headers["content-range"] ?? "");
  return match && { start: Number(match[1]), total: match[2] === "*" ? null : Number(match[2]) };
}

/**
 * What If-Range can ask for: the ETag, or else the date. A weak ETag (W/) is none that bytes can be compared by. Null when the
 * server tells neither, or not in plain ASCII.
 */
export function versionOf(headers: IncomingHttpHeaders): string | null {
  const { etag, "last-modified": date } = headers;
  const version = etag !== undefined && !etag.startsWith("W/") ? etag : date;
  return version !== undefined && /^[\x20-\x7e]+$/u.test(version) ? version : null;
}
