import { readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "../../errors.js";
import { PACK_ID } from "./manifest.js";
import { type ModelPack, openPack } from "./pack.js";

/** Where the packs that come with Diptych lie: beside the folder of the sources or the build. */
const builtInDirectory = fileURLToPath(new URL("../../../packs/", import.meta.url));

/** A pack by the folder it lies in. */
interface KnownPack {
  readonly id: string;
  /** Whether it is the user's own, and did not come with Diptych. */
  readonly own: boolean;
  readonly directory: string;
}

/** Every pack there is, the user's own, in `directory`, before those that come with Diptych. */
export async function packIds(directory: string): Promise<KnownPack[]> {
  const [own, builtIn] = await Promise.all([packsIn(directory, true), packsIn(builtInDirectory, false)]);
  return [...own, ...builtIn.filter(({ id }) => !own.some((pack) => pack.id === id))];
}

async function packsIn(directory: string, own: boolean): Promise<KnownPack[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && PACK_ID.test(entry.name))
    .map(({ name }) => ({ id: name, own, directory: path.join(directory, name) }));
}

/**
 * Opens the pack of an id: of the user's own in `directory`, else of those that come with Diptych.
 *
 * @throws AppError NOT_FOUND when there is none; as {@link openPack}.
 */
export async function findPack(id: string, directory: string): Promise<ModelPack> {
  const known = await packIds(directory);
  const found = known.find((pack) => pack.id === id);
  if (!found) throw unknownPack(id, known);
  const pack = await openPack(found.directory);
  if (pack.manifest.id === id) return pack;
  throw new AppError(
    "MODEL_INVALID",
    `The model pack in ${found.directory} calls itself "${pack.manifest.id}"; give the folder that name, for catalogs know a pack by it.`,
  );
}

export function unknownPack(id: string, known: readonly Pick<KnownPack, "id">[]): AppError {
  const ids = known.map((pack) => pack.id).join(", ");
  const told = ids || 'none: build the default one with "npm run build"';
  return new AppError("NOT_FOUND", `There is no model pack "${id}"; there are: ${told}.`);
}
