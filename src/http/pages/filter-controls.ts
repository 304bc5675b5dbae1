import { html } from "hono/html";
import type { AttributeSummary } from "../../core/attribute-summary.js";
import type { Html } from "./layout.js";
import { choicesOf } from "./page-query.js";
import type { Texts } from "./texts-en.js";

/** Attributes that are offered, those of most designs. */
const MOST_ATTRIBUTES = 10;
/** Values of an attribute that can be chosen; with more of them it is a name, not a kind. */
const MOST_CHOICES = 50;
/** What a condition's text cannot hold in its key, and in its value. */
const UNTELLABLE = { key: /[=<>!|]|^\s|\s$/u, value: /\||^\s|\s$/u };

/** Controls to filter by the catalogue's attributes: boxes for kinds, bounds for numbers, and what else the filter says. */
export function filterControls(
  attributes: readonly AttributeSummary[],
  filter: readonly string[],
  texts: Texts,
): Html {
  const offered = attributes.filter(({ key }) => !UNTELLABLE.key.test(key));
  const kinds = offered.filter(isKind).slice(0, MOST_ATTRIBUTES);
  const ranges = offered.filter(({ range }) => range && range.min < range.max && !kinds.some(isSame(range)));
  const { chosen, bounds, others } = choicesOf(
    filter,
    (key, value) => kinds.some((kind) => kind.key === key && kind.values.some((one) => one.value === value)),
    (key) => ranges.some((range) => range.key === key),
  );
  return html`${kinds.map((kind) => choice(kind, chosen.get(kind.key) ?? new Set()))}
${ranges.slice(0, MOST_ATTRIBUTES).map((range) => numbers(range, bounds.get(range.key) ?? {}, texts))}
${
  others.length > 0
    ? group(
        texts.otherFilters,
        others.length,
        others.map((text) => box(text, text, true)),
      )
    : ""
}`;
}

/** The way out of a filter, above what it left. */
export function clearFilters(filter: readonly string[], address: string, texts: Texts): Html | "" {
  if (filter.length === 0) return "";
  return html`<p class="actions clear-filters"><a class="button" href="${address}">${texts.clearFilters}</a></p>`;
}

function isKind({ values, complete, range }: AttributeSummary): boolean {
  if (!complete || values.length < 2 || values.length > MOST_CHOICES) return false;
  return values.every(({ value }) => !UNTELLABLE.value.test(value)) && (range === null || values.length <= 6);
}

function isSame(range: AttributeSummary["range"]) {
  return (other: AttributeSummary) => other.range === range;
}

function choice({ key, values }: AttributeSummary, chosen: ReadonlySet<string>): Html {
  const boxes = values.map(({ value, designs }) => box(`${key}=${value}`, value, chosen.has(value), designs));
  return group(key, chosen.size, boxes);
}

function numbers(
  { key, range }: AttributeSummary,
  { min, max }: { readonly min?: number; readonly max?: number },
  texts: Texts,
): Html {
  const { min: least, max: most } = range!;
  const input = (bound: "min" | "max", label: string, value: number | undefined, placeholder: number) =>
    html`<label>${label} <input type="number" step="any" name="${bound}.${key}" value="${value ?? ""}" placeholder="${placeholder}"></label>`;
  const told = Number(min !== undefined) + Number(max !== undefined);
  return group(key, told, [
    html`<div class="bounds">${input("min", texts.from, min, least)}${input("max", texts.to, max, most)}</div>`,
  ]);
}

function group(name: string, told: number, content: readonly Html[]): Html {
  const open = told > 0 ? html` open` : "";
  return html`<details class="facet"${open}><summary>${name} <span class="count"${told > 0 ? "" : html` hidden`}>${told}</span></summary>
<div class="choices" role="group" aria-label="${name}">${content}</div></details>`;
}

function box(condition: string, text: string, checked: boolean, designs?: number): Html {
  const count = designs === undefined ? "" : html` <span class="quiet">${designs}</span>`;
  return html`<label class="box"><input type="checkbox" name="filter" value="${condition}"${checked ? html` checked` : ""}><span>${text}</span>${count}</label>`;
}
