import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type AttributeValue, type Design, type View, viewsOf } from "../../core/design.js";
import type { SourceItem } from "../../core/import-rows.js";
import { manifestField } from "../../core/manifest-field.js";
import { AppError } from "../../errors.js";
import { type ManifestEntry, toSourceItem, unreadableRow } from "./manifest-row.js";
import { MAX_ROW_CHARACTERS, readManifestText } from "./manifest-text.js";

/**
 * The rows of a JSON Lines manifest: an object to a line, blank lines are passed over. Numbers and texts are
 * attributes, booleans become "true" and "false", null and a blank text stand for nothing.
 *
 * @throws AppError INVALID_REQUEST when a line is longer than any row is.
 */
export async function* readJsonLinesManifest(
  path: string,
  baseDirectory: string,
): AsyncGenerator<SourceItem> {
  let line = 0;
  for await (const text of readLines(path)) {
    line += 1;
    if (text.trim() === "") continue;
    yield toItem(text, line, baseDirectory);
  }
}

/**
 * The line by which an import brings the design back, just as it is but for space around its texts.
 *
 * @param baseDirectory what its pictures' relative paths are below.
 * @returns null where no line does: a picture has no path, or an attribute is called as a field is or has space around its name.
 */
export function toJsonLine({ id, attributes, views }: Design, baseDirectory: string): string | null {
  const paths: { [V in View]?: string | null } = {};
  const places: { [V in View]?: string } = {};
  for (const view of viewsOf(views)) {
    const { path } = views[view]!;
    paths[view] = path;
    places[view] = resolve(baseDirectory, path ?? "");
  }
  const kept = Object.entries(attributes).flatMap(([key, value]) => {
    const told = trimmed(value);
    return told === "" ? [] : [[key, told] as const];
  });
  const line = JSON.stringify({ ...attributes, id, ...paths });
  const item = toItem(line, 1, baseDirectory);
  if (line.length > MAX_ROW_CHARACTERS || !("row" in item)) return null;
  const expected = { line: 1, id, views: places, attributes: Object.fromEntries(kept) };
  return isDeepStrictEqual(item.row, expected) ? line : null;
}

function toItem(text: string, line: number, baseDirectory: string): SourceItem {
  const entry = parseEntry(text, line);
  return typeof entry === "string" ? unreadableRow(line, entry) : toSourceItem(entry, baseDirectory);
}

/** The entry on a line, or one sentence that says why there is none. */
function parseEntry(text: string, line: number): ManifestEntry | string {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    object = undefined;
  }
  if (typeof object !== "object" || object === null || Array.isArray(object)) {
    return `A line of this manifest is one JSON object; received ${text.slice(0, 60)}`;
  }

  const entry = { line, id: "", front: "", back: "", attributes: new Map<string, AttributeValue>() };
  const seen = new Set<string>();
  for (const [name, written] of Object.entries(object)) {
    const value = trimmed(written);
    const field = manifestField(name);
    const key = field ?? name.trim();
    if (seen.has(key)) return `A JSON object names every key once; received "${key}" twice.`;
    seen.add(key);
    if (value === null || value === "" || key === "") continue;
    if (field === null) {
      const attribute = toAttributeValue(value);
      if (attribute === null) {
        return `An attribute is a text, a number or a boolean; received ${describe(value)} for "${key}".`;
      }
      entry.attributes.set(key, attribute);
    } else if (typeof value === "string" || (field === "id" && typeof value === "number")) {
      entry[field] = String(value);
    } else {
      return `"${field}" is a text; received ${describe(value)}.`;
    }
  }
  return entry;
}

/** Filters ask for values without what is around them. */
function trimmed<T>(value: T): T | string {
  return typeof value === "string" ? value.trim() : value;
}

/** A list or an object is not written out: it may be nested too deep for that. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null
    ? "an object"
    : String(JSON.stringify(value)).slice(0, 60);
}

function toAttributeValue(value: unknown): AttributeValue | null {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Lines end in LF or CRLF alone: readline would also break at U+2028, which JSON texts may hold as it is. */
async function* readLines(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of readManifestText(path)) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    if (rest.length > MAX_ROW_CHARACTERS) {
      throw new AppError(
        "INVALID_REQUEST",
        `A line of ${path} is one JSON object of at most ${MAX_ROW_CHARACTERS} characters; received a longer line.`,
      );
    }
    yield* lines;
  }
  yield rest;
}
