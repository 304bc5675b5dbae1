import type { Context } from "hono";
import { type Condition, parseCondition } from "../../core/filter.js";
import { DEFAULT_TOP_K } from "../../core/query.js";
import { parseRankingQuery, type RankingQuery } from "../schemas.js";

/** A field of a page's form, which has a field for each thing where the API has one for all: `aspect.detail`, `min.price`. */
const ASPECT = "aspect.";
const BOUNDS = { "min.": ">=", "max.": "<=" } as const;

/** The filter that a page's query string asks for, a condition to a text. A field that was left empty asks for nothing. */
export function filterOf(context: Context): string[] {
  const all = context.req.queries();
  const bounds = Object.entries(BOUNDS).flatMap(([prefix, operator]) =>
    fieldsOf(all, prefix).map(([key, value]) => `${key}${operator}${value}`),
  );
  return [...(all.filter ?? []).filter((text) => text !== ""), ...bounds];
}

/** The address of the same page without its filter. */
export function addressWithoutFilter(context: Context): string {
  const address = new URL(context.req.url);
  const isFilter = (name: string) =>
    name === "filter" || Object.keys(BOUNDS).some((prefix) => name.startsWith(prefix));
  for (const name of [...address.searchParams.keys()].filter(isFilter)) address.searchParams.delete(name);
  return address.pathname + address.search;
}

/**
 * The ranking that a page's query string asks for.
 *
 * @throws AppError INVALID_REQUEST for what cannot be.
 */
export function rankingOf(context: Context): RankingQuery {
  const all = context.req.queries();
  const { front, back, topK, aspect, ignoreColour } = context.req.query();
  const aspects = fieldsOf(all, ASPECT).map(([name, weight]) => `${name}=${weight}`);
  const told = { front, back, topK, ignoreColour, aspect: aspects.length > 0 ? aspects.join(",") : aspect };
  const asked = Object.entries(told).filter(([, value]) => value !== undefined && value !== "");
  return parseRankingQuery({ ...Object.fromEntries(asked), filter: filterOf(context) });
}

function fieldsOf(all: Record<string, string[]>, prefix: string): [string, string][] {
  return Object.entries(all).flatMap(([name, [value = ""]]) =>
    name.startsWith(prefix) && value !== "" ? [[name.slice(prefix.length), value] as [string, string]] : [],
  );
}

/** A ranking as the query string by which the API answers the same, with its question mark; empty when it is the default. */
export function apiQuery({ front, back, aspect, ignoreColour, filter, topK }: RankingQuery): string {
  const query = new URLSearchParams();
  if (front !== 0.5 || back !== 0.5) {
    query.set("front", String(front));
    query.set("back", String(back));
  }
  if (aspect !== undefined) query.set("aspect", aspect);
  if (ignoreColour) query.set("ignoreColour", "true");
  for (const text of filter) query.append("filter", text);
  if (topK !== DEFAULT_TOP_K) query.set("topK", String(topK));
  return query.size > 0 ? `?${query}` : "";
}

/** The values chosen of an attribute, and the conditions that are no such choice. */
export interface Choices {
  readonly chosen: ReadonlyMap<string, ReadonlySet<string>>;
  readonly bounds: ReadonlyMap<string, { readonly min?: number; readonly max?: number }>;
  readonly others: readonly string[];
}

/**
 * Sorts the conditions of a filter by the controls that show them.
 *
 * @param isChoice whether a value can be chosen of the attribute, and so is no other condition.
 * @param isRange whether the attribute has bounds to be typed.
 */
export function choicesOf(
  filter: readonly string[],
  isChoice: (key: string, value: string) => boolean,
  isRange: (key: string) => boolean,
): Choices {
  const chosen = new Map<string, Set<string>>();
  const bounds = new Map<string, { min?: number; max?: number }>();
  const others: string[] = [];
  for (const text of filter) {
    const condition: Condition = parseCondition(text);
    const { key, operator } = condition;
    if (operator === "=" && condition.values.every((value) => isChoice(key, value))) {
      chosen.set(key, new Set([...(chosen.get(key) ?? []), ...condition.values]));
    } else if ((operator === ">=" || operator === "<=") && isRange(key)) {
      bounds.set(key, { ...bounds.get(key), [operator === ">=" ? "min" : "max"]: condition.value });
    } else others.push(text);
  }
  return { chosen, bounds, others };
}
