import { z } from "zod";
import { type Attributes, type AttributeValue, attributeValue } from "../core/design.js";
import { manifestField } from "../core/manifest-field.js";
import { AppError } from "../errors.js";

/** Bounds of what one design may say of itself. */
const MOST_ATTRIBUTES = 100;
const MOST_CHARACTERS = { key: 100, value: 2000 };

/**
 * Attributes as JSON.
 *
 * @throws AppError INVALID_REQUEST for anything but an object of texts and numbers.
 */
export function parseAttributes(json: string): Attributes {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    parsed = null;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new AppError(
      "INVALID_REQUEST",
      `Attributes are a JSON object such as {"category": "tee", "price": 19.5}; received ${json.slice(0, 60)}`,
    );
  }
  // Filters ask for names and values without what is around them.
  const entries = Object.entries(parsed).map(([key, value]): [string, unknown] => [
    key.trim(),
    typeof value === "string" ? value.trim() : value,
  ]);
  checkAttributes(entries);
  return attributesOf(entries);
}

/** A form's fields for attributes: names and values, side by side. */
export interface AttributeFields {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

/**
 * Attributes as a form's fields. One whose value was emptied is left out; one that nobody changed stays as it is, whatever it is.
 *
 * @param stored what the form showed before.
 * @throws AppError as {@link parseAttributes}, for those that are new or changed.
 */
export function attributesOfFields({ keys, values }: AttributeFields, stored: Attributes = {}): Attributes {
  const before = Object.entries(stored);
  const storedKeys = new Map(before.map(([key]) => [asTyped(key), key]));
  const rowOf = (key: string, value: AttributeValue) =>
    JSON.stringify([asTyped(key), asTyped(String(value))]);
  const storedRows = new Map(before.map((entry) => [rowOf(...entry), entry]));
  const entries = keys.flatMap((typedKey, i): [string, AttributeValue][] => {
    const [key, value] = [asTyped(typedKey), asTyped(values[i] ?? "")];
    if (key === "" && value === "") return [];
    const unchanged = storedRows.get(rowOf(key, value));
    if (unchanged) return [unchanged];
    return value === "" ? [] : [[storedKeys.get(key) ?? key, attributeValue(value)]];
  });
  checkAttributes(entries, stored);
  return attributesOf(entries);
}

/** As an input shows it, and sends it again, without what is around it. */
function asTyped(text: string): string {
  return text.replaceAll(/[\r\n]/gu, "").trim();
}

const attribute = z.tuple([
  z
    .string()
    .trim()
    .min(1)
    .max(MOST_CHARACTERS.key)
    // A manifest that tells of the design would mean something else by it.
    .refine((key) => manifestField(key) === null),
  z.union([z.string().max(MOST_CHARACTERS.value), z.number()]),
]);

function checkAttributes(entries: readonly (readonly [string, unknown])[], stored: Attributes = {}): void {
  const isKnown = (key: string) => Object.hasOwn(stored, key);
  for (const [key, value] of entries) {
    if (isKnown(key) && stored[key] === value) continue;
    if (attribute.safeParse([key, value]).success) continue;
    throw new AppError(
      "INVALID_REQUEST",
      `An attribute is a text of at most ${MOST_CHARACTERS.value} characters or a number, under a name of 1 to ${MOST_CHARACTERS.key} other than id, front and back; received ${String(JSON.stringify(value)).slice(0, 60)} for "${key.slice(0, 60)}".`,
    );
  }
  const keys = new Set(entries.map(([key]) => key));
  const areTooMany = keys.size > MOST_ATTRIBUTES && ![...keys].every(isKnown);
  if (keys.size < entries.length || areTooMany) {
    throw new AppError(
      "INVALID_REQUEST",
      `A design has at most ${MOST_ATTRIBUTES} attributes, each under a name of its own; received ${entries.length} under ${keys.size}.`,
    );
  }
}

/** As own properties, so that one called __proto__ is an attribute like any other. */
function attributesOf(entries: readonly (readonly [string, unknown])[]): Attributes {
  return Object.fromEntries(entries) as Attributes;
}
