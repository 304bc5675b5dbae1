import { access, mkdir, rename, rm } from "node:fs/promises";
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
  const unfinished = `${directory}.${process.pid}.part`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  try {
    await fill(unfinished);
    await openPack(unfinished);
    await rename(unfinished, directory);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return openPack(directory);
}

/** Whether there is nothing at the path. */
export function isFree(directory: string): Promise<boolean> {
  return access(directory).then(
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
  throw new AppError(
    "INVALID_REQUEST",
    `A new model pack gets an id of its own; there is a pack "${id}" already, so choose another with --id.`,
  );
}
