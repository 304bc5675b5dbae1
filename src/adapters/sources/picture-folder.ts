import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { View } from "../../core/design.js";
import { rowError, type SourceItem } from "../../core/import-rows.js";
import { AppError } from "../../errors.js";
import { idFromPicture, isPictureName, recogniseView } from "./view-name.js";

/**
 * The designs of a folder and its subfolders, in the order of their ids, then the pictures that belong to none: those
 * whose path tells no view, and those whose view another picture is already. Files that are no pictures, and files and
 * folders whose name begins with a dot, are passed over. The paths are held in memory; front and back may lie anywhere.
 *
 * @throws AppError INVALID_REQUEST when there is no picture of a front or a back.
 */
export async function readPictureFolder(folder: string): Promise<SourceItem[]> {
  const pictures: string[] = [];
  for await (const path of walkPictures(folder, "")) pictures.push(path);
  return pairPictures(folder, pictures);
}

/**
 * The same for pictures whose paths are known.
 *
 * @param pictures paths below the folder, relative, with forward slashes.
 * @param told what the folder is called in a failure.
 */
export function pairPictures(folder: string, pictures: readonly string[], told = folder): SourceItem[] {
  const designs = new Map<string, { [V in View]?: string }>();
  const strays: { id: string | null; view: View | null; reason: string }[] = [];
  for (const relativePath of pictures) {
    const path = join(folder, relativePath);
    const view = recogniseView(relativePath);
    if (!view) {
      strays.push({
        id: null,
        view,
        reason: `A picture tells its view by its name (x_front.jpg, x_back.jpg) or its folder (front/x.jpg, back/x.jpg); received ${path}.`,
      });
      continue;
    }
    const id = idFromPicture(folder, path, view);
    const views = designs.get(id) ?? {};
    designs.set(id, views);
    if (views[view] === undefined) views[view] = path;
    else {
      strays.push({
        id,
        view,
        reason: `A design has one picture of its ${view}; received ${path} besides ${views[view]}.`,
      });
    }
  }
  if (designs.size === 0) {
    throw new AppError(
      "INVALID_REQUEST",
      `A folder holds pictures called x_front.jpg and x_back.jpg, or front/x.jpg and back/x.jpg; found none among the picture files in ${told} (${strays.length}).`,
    );
  }

  const ids = [...designs.keys()].sort();
  return [
    ...ids.map(
      (id, i): SourceItem => ({ row: { line: i + 1, id, views: designs.get(id)!, attributes: {} } }),
    ),
    ...strays.map(({ id, view, reason }, i): SourceItem => {
      const line = ids.length + i + 1;
      return { error: rowError({ line, id }, view, new AppError("INVALID_REQUEST", reason)) };
    }),
  ];
}

/** The paths of the pictures below the folder, relative, with forward slashes, in the order of their names. */
async function* walkPictures(folder: string, below: string): AsyncGenerator<string> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* walkPictures(folder, path);
    else if (isPictureName(entry.name) && (entry.isFile() || (await leadsToFile(join(folder, path))))) {
      yield path;
    }
  }
}

/** Links to pictures are followed; links to folders are not, as they may lead in circles. */
async function leadsToFile(path: string): Promise<boolean> {
  const target = await stat(path).catch(() => null);
  return target?.isFile() ?? false;
}
