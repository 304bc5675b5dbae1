import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { View } from "../../core/design.js";
import { rowError, type SourceItem } from "../../core/import-rows.js";
import { AppError } from "../../errors.js";
import { unreadable } from "./unreadable.js";
import { idFromPicture, isPictureName, recogniseView } from "./view-name.js";

/**
 * The designs of a folder and its subfolders, in the order of their ids, then the pictures that belong to none: those
 * whose path tells no view, and those whose view another picture is already. Files that are no pictures, and files and
 * folders whose name begins with a dot, are passed over. Last come folders that cannot be read. The paths are held in memory; front
 * and back may lie anywhere.
 *
 * @throws AppError INVALID_REQUEST when there is no picture of a front or a back; NOT_FOUND when there is none as a folder cannot be
 * read.
 */
export async function readPictureFolder(folder: string): Promise<SourceItem[]> {
  const closed: AppError[] = [];
  const pictures: string[] = [];
  for await (const path of walkPictures(folder, "", closed)) pictures.push(path);
  if (pictures.length === 0 && closed[0]) throw closed[0];
  const items = pairPictures(folder, pictures);
  const line = items.length + 1;
  return [
    ...items,
    ...closed.map((error, i): SourceItem => ({ error: rowError({ line: line + i, id: null }, null, error) })),
  ];
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

/**
 * The paths of the pictures below the folder, relative, with forward slashes, in the order of their names.
 *
 * @param closed takes why a folder cannot be read; the others are.
 */
async function* walkPictures(folder: string, below: string, closed: AppError[]): AsyncGenerator<string> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((error: unknown) => {
    closed.push(unreadable("A folder of pictures", join(folder, below), error));
    return [];
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* walkPictures(folder, path, closed);
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
