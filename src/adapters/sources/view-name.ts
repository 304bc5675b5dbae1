import { basename, relative, sep } from "node:path";
import { VIEWS, type View } from "../../core/design.js";

const PICTURE_ENDING = /\.(?:jpe?g|png|webp|avif|gif|tiff?|svg)$/i;

/** A view at the end of a file name: `x_front`, `x-front`, `x front`, `x.front`, `front`, `x_f`; and so for back. */
const VIEW_SUFFIX: Readonly<Record<View, RegExp>> = {
  front: /(?:(?:^|[-_ .])front|_f)$/i,
  back: /(?:(?:^|[-_ .])back|_b)$/i,
};

/** Whether the file's name ends as a picture's does. */
export function isPictureName(name: string): boolean {
  return PICTURE_ENDING.test(name);
}

/**
 * The view that a picture's path tells, by the end of its name or else by the nearest folder called `front` or `back`;
 * null when neither does.
 *
 * @param path relative, with forward slashes.
 */
export function recogniseView(path: string): View | null {
  const segments = path.split("/");
  const stem = segments.pop()!.replace(PICTURE_ENDING, "");
  const bySuffix = VIEWS.find((view) => VIEW_SUFFIX[view].test(stem));
  const folder = segments.findLast((segment) => VIEWS.some((view) => isFolderOf(view, segment)));
  return bySuffix ?? VIEWS.find((view) => folder !== undefined && isFolderOf(view, folder)) ?? null;
}

/**
 * The id of a design that has none of its own: its picture's path below the base folder, with forward slashes, without
 * the picture's ending, the view at the end of the name and the nearest folder called as the view. `tops/A1_front.jpg`,
 * `tops/front/A1.jpg`, `front/tops/A1.jpg` and `tops/A1/front.jpg` all give `tops/A1`. When nothing is left
 * (`front.jpg`), it is the base folder's name.
 */
export function idFromPicture(baseDirectory: string, path: string, view: View): string {
  const segments = relative(baseDirectory, path)
    .split(sep)
    .filter((segment) => segment !== "..");
  // A path such as `..` leads to no picture, and has no name of one.
  const stem = (segments.pop() ?? "").replace(PICTURE_ENDING, "").replace(VIEW_SUFFIX[view], "");
  const folder = segments.findLastIndex((segment) => isFolderOf(view, segment));
  if (folder !== -1) segments.splice(folder, 1);
  if (stem !== "") segments.push(stem);
  return segments.join("/") || basename(baseDirectory);
}

function isFolderOf(view: View, segment: string): boolean {
  return segment.toLowerCase() === view;
}
