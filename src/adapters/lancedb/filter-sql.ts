import type { Condition, Filter } from "../../core/filter.js";
import { attributePrefix, label } from "./schema.js";

/** The SQL literal of a text: the one place where foreign text enters SQL. Backslashes mean nothing there. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Rows with one of these ids, of which there is at least one. */
export function idIn(ids: readonly string[]): string {
  return `id IN (${ids.map(quote).join(", ")})`;
}

/** All of the predicates that are not null, joined; null when there is none. */
export function allOf(predicates: readonly (string | null)[]): string | null {
  const present = predicates.filter((predicate) => predicate !== null);
  return present.length > 0 ? present.map((predicate) => `(${predicate})`).join(" AND ") : null;
}

/** The rows that `matchesFilter` of core lets through, as a predicate; null when it lets all through. */
export function filterSql(filter: Filter): string | null {
  return allOf(filter.map(conditionSql));
}

function conditionSql(condition: Condition): string {
  if ("values" in condition) {
    const labels = condition.values.map((value) => quote(label(condition.key, value)));
    const hasOne = `array_has_any(labels, [${labels.join(", ")}])`;
    return condition.operator === "=" ? hasOne : `NOT ${hasOne}`;
  }
  // A text begins with a quotation mark: the pattern finds no number there, and null compares as false.
  const pattern = `${escapePattern(attributePrefix(condition.key))}(-?[0-9.eE+-]+)`;
  const attribute = `regexp_match(attributes, ${quote(pattern)})[1]`;
  return `cast(${attribute} as double) ${condition.operator} cast(${quote(String(condition.value))} as double)`;
}

/** The pattern that matches this very text, in the syntax of Rust's regular expressions. */
function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|\-#&~]/g, "\\$&");
}
