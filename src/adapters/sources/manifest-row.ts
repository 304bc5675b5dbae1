import { resolve } from "node:path";
import type { AttributeValue, View } from "../../core/design.js";
import { missingViewsError, rowError, type SourceItem } from "../../core/import-rows.js";
import { AppError } from "../../errors.js";
import { idFromPicture } from "./view-name.js";

/** What a manifest says of one design; an empty text stands for nothing. */
export interface ManifestEntry {
  readonly line: number;
  readonly id: string;
  readonly front: string;
  readonly back: string;
  readonly attributes: Iterable<readonly [key: string, value: AttributeValue]>;
}

/** The row that an entry stands for. Relative paths are below the base directory. */
export function toSourceItem(entry: ManifestEntry, baseDirectory: string): SourceItem {
  const views: { [V in View]?: string } = {};
  const front = entry.front.trim();
  const back = entry.back.trim();
  if (front !== "") views.front = resolve(baseDirectory, front);
  if (back !== "") views.back = resolve(baseDirectory, back);
  const id = entry.id.trim() || idFromViews(views, baseDirectory);
  if (id === null) return { error: missingViewsError({ line: entry.line, id }) };
  // fromEntries defines own properties, so that a column called __proto__ is an attribute like any other.
  return { row: { line: entry.line, id, views, attributes: Object.fromEntries(entry.attributes) } };
}

function idFromViews(views: { [V in View]?: string }, baseDirectory: string): string | null {
  if (views.front !== undefined) return idFromPicture(baseDirectory, views.front, "front");
  if (views.back !== undefined) return idFromPicture(baseDirectory, views.back, "back");
  return null;
}

/** The report of a row that could not be read. */
export function unreadableRow(line: number, reason: string): SourceItem {
  return { error: rowError({ line, id: null }, null, new AppError("INVALID_REQUEST", reason)) };
}
