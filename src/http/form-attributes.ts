import { z } from "zod";
import { type Attributes, attributeValue } from "../core/design.js";
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
  return checkAttributes(Object.entries(parsed));
}

/**
 * Attributes as a form's fields `key` and `value`, side by side. One whose value was emptied is left out.
 *
 * @throws AppError as {@link parseAttributes}.
 */
export function attributesOfFields(keys: readonly string[], values: readonly string[]): Attributes {
  const entries = keys.map((key, i) => [key.trim(), (values[i] ?? "").trim()] as const);
  const told = entries.filter(([, value]) => value !== "");
  return checkAttributes(told.map(([key, value]) => [key, attributeValue(value)]));
}

const attribute = z.tuple([
  z.string().trim().min(1).max(MOST_CHARACTERS.key),
  z.union([z.string().max(MOST_CHARACTERS.value), z.number()]),
]);

function checkAttributes(entries: readonly (readonly [string, unknown])[]): Attributes {
  for (const [key, value] of entries) {
    if (attribute.safeParse([key, value]).success) continue;
    throw new AppError(
      "INVALID_REQUEST",
      `An attribute is a text of at most ${MOST_CHARACTERS.value} characters or a number, under a name of 1 to ${MOST_CHARACTERS.key}; received ${String(JSON.stringify(value)).slice(0, 60)} for "${key.slice(0, 60)}".`,
    );
  }
  const keys = new Set(entries.map(([key]) => key));
  if (keys.size < entries.length || keys.size > MOST_ATTRIBUTES) {
    throw new AppError(
      "INVALID_REQUEST",
      `A design has at most ${MOST_ATTRIBUTES} attributes, each under a name of its own; received ${entries.length} under ${keys.size}.`,
    );
  }
  // fromEntries defines own properties, so that one called __proto__ is an attribute like any other.
  return Object.fromEntries(entries) as Attributes;
}
