import { readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "../../errors.js";
import { type ModelPack, openPack } from "./pack.js";

/** Where the packs that come with Diptych lie: beside the folder of the sources or the build. */
const builtInDirectory = fileURLToPath(new URL("../../../packs/", import.meta.url));

/**
 * Opens the pack of an id: of the user's own in `directory`, else of those that come with Diptych.
 *
 * @throws AppError NOT_FOUND when there is none; as {@link openPack}.
 */
export async function findPack(id: string, directory: string): Promise<ModelPack> {
  const known: string[] = [];
  for (const place of [directory, builtInDirectory]) {
    const ids = (await readdir(place, { withFileTypes: true }).catch(() => []))
      .filter((entry) => entry.isDirectory() && !entry.name.includes(".part"))
      .map((entry) => entry.name);
    if (ids.includes(id)) return openPack(path.join(place, id));
    known.push(...ids);
  }
  const told = known.length > 0 ? known.join(", ") : 'none: build the default one with "npm run build"';
  throw new AppError("NOT_FOUND", `There is no model pack "${id}"; there are: ${told}.`);
}
