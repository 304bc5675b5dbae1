import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../errors.js";
import { packIds } from "./find-pack.js";
import { PACK_ID } from "./manifest.js";
import { type ModelPack, openPack } from "./pack.js";

/** No pack takes longer from one of its files to the next. */
const LEFTOVER_AGE_MS = 3_600_000;

/**
 * Makes the folder of a pack, which appears whole or not at all: its files are written beside its place, read back as they
 * will be, and renamed.
 *
 * @param directory must not be there yet: renaming to it fails otherwise.
 * @param fill writes the files, `manifest.json` among them, into the folder it is told.
 */
export async function createPack(
  directory: string,
  fill: (unfinished: string) => Promise<void>,
): Promise<ModelPack> {
  await removeLeftovers(path.dirname(directory));
  const unfinished = partOf(directory);
  await mkdir(unfinished, { recursive: true });
  try {
    await fill(unfinished);
    await openPack(unfinished);
    await rename(unfinished, directory).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster.
      if (error.code === "ENOTEMPTY" || error.code === "EEXIST") throw takenId(path.basename(directory));
      throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return openPack(directory);
}

/** Removes a pack's folder: first its name, so that no half of it is ever found. */
export async function removeDirectory(directory: string): Promise<void> {
  const unnamed = partOf(directory);
  await rename(directory, unnamed);
  await rm(unnamed, { recursive: true });
}

/** Where a pack lies that is not whole. Its process cannot be told by a number: in containers each may have the same. */
function partOf(directory: string): string {
  return `${directory}.${randomUUID()}.part`;
}

/** Removes what processes that were killed left behind, once it is old enough to be no one's. */
async function removeLeftovers(models: string): Promise<void> {
  for (const entry of await readdir(models, { withFileTypes: true }).catch(() => [])) {
    const [, id = ""] = /^(.+)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/u.exec(entry.name) ?? [];
    if (!entry.isDirectory() || !PACK_ID.test(id)) continue;
    const directory = path.join(models, entry.name);
    const { mtimeMs } = await stat(directory).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs < Date.now() - LEFTOVER_AGE_MS) await rm(directory, { recursive: true, force: true });
  }
}

/** Whether there is nothing at the path. */
export function isFree(directory: string): Promise<boolean> {
  return lstat(directory).then(
    () => false,
    () => true,
  );
}

/**
 * The folder of a new pack among the user's own.
 *
 * @throws AppError INVALID_REQUEST for an id that cannot be used or is taken.
 */
export async function freeDirectory(models: string, id: string): Promise<string> {
  if (!PACK_ID.test(id)) {
    throw new AppError(
      "INVALID_REQUEST",
      `The id of a model pack consists of up to 64 lower-case letters, digits, dots and hyphens; received "${id}".`,
    );
  }
  const directory = path.join(models, id);
  if ((await isFree(directory)) && !(await packIds(models)).some((known) => known.id === id))
    return directory;
  throw takenId(id);
}

function takenId(id: string): AppError {
  return new AppError(
    "INVALID_REQUEST",
    `A new model pack gets an id of its own; there is a pack "${id}" already, so choose another with --id.`,
  );
}
