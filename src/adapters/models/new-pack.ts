import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../errors.js";
import { packIds } from "./find-pack.js";
import { PACK_ID } from "./manifest.js";
import { type ModelPack, openPack } from "./pack.js";

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
  const unfinished = `${directory}.${process.pid}.part`;
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
  const unnamed = `${directory}.${process.pid}.part`;
  await rename(directory, unnamed);
  await rm(unnamed, { recursive: true });
}

/** What processes that were killed left behind. */
async function removeLeftovers(models: string): Promise<void> {
  for (const name of await readdir(models).catch(() => [])) {
    const [, pid] = /\.(\d+)\.part$/u.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) {
      await rm(path.join(models, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It may be another user's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
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
