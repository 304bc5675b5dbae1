import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";

/** A file below a catalog's folder that no program but Diptych puts there. */
export interface KeptFile {
  /** Below the catalog's folder, with slashes. */
  readonly path: string;
  /** When it was written, or used again, in milliseconds since 1970. */
  readonly usedAt: number;
  /** Whether it was never finished. */
  readonly isDraft: boolean;
}

/** The pictures that the catalog keeps, and files that a killed process left half written. */
export async function* keptFiles(directory: string): AsyncGenerator<KeptFile> {
  for (const name of await namesIn(directory)) {
    if (/^catalog\.json\..*\.tmp$/u.test(name)) yield* await describe(directory, name, true);
  }
  for (const folder of await namesIn(path.join(directory, "pictures"))) {
    for (const name of await namesIn(path.join(directory, "pictures", folder))) {
      yield* await describe(directory, path.posix.join("pictures", folder, name), name.endsWith(".tmp"));
    }
  }
}

/** What a kept picture is: there and whole, another's bytes, or gone. */
export async function stateOfPicture(file: string, sha256: string): Promise<"whole" | "damaged" | "gone"> {
  try {
    const bytes = await readFile(file);
    return createHash("sha256").update(bytes).digest("hex") === sha256 ? "whole" : "damaged";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? "gone" : "damaged";
  }
}

/**
 * Removes a file unless it was used since it was looked at. It is taken out of the way first: whoever keeps the same picture in
 * that moment either has renewed it, so that it is put back, or misses it and writes it anew.
 */
export async function removeUnused(
  directory: string,
  { path: relative, usedAt }: KeptFile,
): Promise<boolean> {
  const file = path.join(directory, relative);
  const away = `${file}.${randomUUID()}.tmp`;
  try {
    await rename(file, away);
    const { mtimeMs } = await stat(away);
    if (mtimeMs <= usedAt) {
      await rm(away);
      return true;
    }
    await rename(away, file);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

async function describe(directory: string, relative: string, isDraft: boolean): Promise<KeptFile[]> {
  const known = await stat(path.join(directory, relative)).catch(() => null);
  return known?.isFile() ? [{ path: relative, usedAt: known.mtimeMs, isDraft }] : [];
}

/** None of what is no folder, or gone. */
async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
