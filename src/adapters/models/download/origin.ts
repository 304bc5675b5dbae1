import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { z } from "zod";

/** Where the bytes of a file are from, as it is kept beside the file. */
const originSchema = z.strictObject({
  /** A hash, since a URL can hold passwords and tokens. */
  urlSha256: z.string(),
  /** The ETag or the date of the file they are of, as If-Range takes it. */
  version: z.string().regex(/^[\x20-\x7e]+$/u),
});

/** The version of a file of this URL that was left; null when it is of another URL, or nothing tells. */
export async function versionLeft(file: string, url: URL): Promise<string | null> {
  try {
    const origin = originSchema.parse(JSON.parse(await readFile(originPath(file), "utf8")));
    return origin.urlSha256 === hashOf(url) ? origin.version : null;
  } catch {
    return null;
  }
}

export async function writeOrigin(file: string, url: URL, version: string): Promise<void> {
  await writeFile(originPath(file), JSON.stringify({ urlSha256: hashOf(url), version }));
}

export async function removeOrigin(file: string): Promise<void> {
  await rm(originPath(file), { force: true });
}

function originPath(file: string): string {
  return `${file}.origin`;
}

function hashOf(url: URL): string {
  return createHash("sha256").update(url.href).digest("hex");
}
