import { html } from "hono/html";
import type { AttributeSummary } from "../../core/attribute-summary.js";
import type { Design } from "../../core/design.js";
import { thumbnailUrlsOf } from "../served.js";
import { clearFilters, filterControls } from "./filter-controls.js";
import { textsOf } from "./language.js";
import { type Html, type PageContext, page } from "./layout.js";
import { pair } from "./pair.js";
import { emptyNote } from "./search-page.js";
import type { Texts } from "./texts-en.js";

export interface CataloguePage extends PageContext {
  readonly designs: readonly Design[];
  /** How many the catalogue has in all. */
  readonly total: number;
  readonly attributes: readonly AttributeSummary[];
  readonly filter: readonly string[];
  /** Whether there are designs before these. */
  readonly isFirst: boolean;
  /** Addresses of the first page, and of the next if there is one, with the same filter. */
  readonly first: string;
  readonly next: string | null;
  /** A design that was just deleted, and one that was looked for in vain. */
  readonly deleted?: string | undefined;
  readonly missing?: string | undefined;
}

/** The designs in the order of their ids, a page at a time. */
export function cataloguePage(shown: CataloguePage): Html {
  const { designs, total, attributes, filter, deleted, missing, may } = shown;
  const texts = textsOf(shown.language);
  return page(
    { ...shown, title: texts.catalogue, place: "catalogue" },
    html`${deleted === undefined || !may("write") ? "" : deletedNote(deleted, texts)}
${missing === undefined ? "" : html`<p class="note" role="status">${designs.length > 0 ? texts.notFound(missing) : texts.nothingFollows(missing)}</p>`}
<div class="heading"><div><h1>${texts.catalogue}</h1><p class="quiet">${texts.designsOf(total)}</p></div>
${may("write") ? html`<p class="actions"><a class="button" href="/catalogue/new">${texts.add}</a><a class="button" href="/catalogue/import">${texts.import}</a></p>` : ""}</div>
${
  total === 0
    ? emptyNote(shown)
    : html`<div class="result">
<aside class="query" aria-label="${texts.filters}">
<form class="controls" method="get"><label class="find">${texts.find}<input type="search" name="id" value="${missing ?? ""}" autocomplete="off"></label></form>
<form class="controls" method="get">
<label class="button toggle"><input type="checkbox">${texts.filters}</label>
<div class="toggled"><fieldset class="facets"><legend>${texts.filters}</legend>${filterControls(attributes, filter, texts)}</fieldset>
<button class="primary">${texts.showOnly}</button></div>
</form>
</aside>
<section>
${designs.length === 0 && filter.length > 0 ? html`<p class="note">${texts.noDesign}</p>` : ""}
${clearFilters(filter, "/catalogue", texts)}
<ul class="grid">${designs.map((design) => card(design, texts))}</ul>
${pages(shown, texts)}
</section>
</div>`
}`,
  );
}

function deletedNote(id: string, texts: Texts): Html {
  return html`<form class="note undo" role="status" method="post" action="/designs/${encodeURIComponent(id)}/restore">
<span>${texts.deleted(id)}</span><button class="quiet-button">${texts.undo}</button></form>`;
}

function card(design: Design, texts: Texts): Html {
  const { id, attributes } = design;
  const told = Object.values(attributes).slice(0, 3).join(" · ");
  return html`<li class="match"><a class="look" href="/designs/${encodeURIComponent(id)}">${pair(thumbnailUrlsOf(design), id, texts)}
<span class="facts"><span class="id">${id}</span></span></a>
<p class="more">${told}</p></li>`;
}

function pages({ isFirst, first, next }: CataloguePage, texts: Texts): Html | "" {
  if (isFirst && next === null) return "";
  return html`<nav class="actions" aria-label="${texts.catalogue}">
${isFirst ? "" : html`<a class="button" href="${first}">${texts.firstPage}</a>`}
${next === null ? "" : html`<a class="button" rel="next" href="${next}">${texts.nextPage}</a>`}</nav>`;
}
