import { html } from "hono/html";
import { VIEWS, type View } from "../../core/design.js";
import { failureTexts } from "./failure-page.js";
import { textsOf } from "./language.js";
import { type Html, type PageContext, page } from "./layout.js";
import type { Texts } from "./texts-en.js";

/** Two places for pictures and a button; a plain form. */
export function searchPage(context: PageContext, designs: number): Html {
  const texts = textsOf(context.language);
  return page(
    { ...context, title: texts.title, place: "search", scripts: ["search", "crop", "failure"] },
    html`<section class="intro"><h1>${texts.title}</h1><p class="quiet">${texts.lead}</p></section>
${designs === 0 ? emptyNote(context) : ""}
<form class="pair-form" method="post" action="/search" enctype="multipart/form-data" data-searching="${texts.searching}" ${failureTexts(texts.lost, texts)}>
<div class="zones">${VIEWS.map((view) => zone(view, texts))}</div>
<p class="note failure" role="alert" hidden></p>
<div class="actions"><button class="swap quiet-button small" type="button">${texts.swap}</button><button class="primary">${texts.search}</button></div>
<p class="actions small quiet"><span>${texts.designsOf(designs)}</span><span>${texts.formats}</span></p>
</form>`,
  );
}

function zone(view: View, texts: Texts): Html {
  return html`<div class="zone" role="group" aria-labelledby="zone-${view}">
<strong id="zone-${view}">${texts[view]}</strong>
<div class="stage" data-crop-label="${texts.cropLabel}"></div>
<span class="hint quiet small">${texts.drop}</span>
<span class="crop-hint quiet small">${texts.cropHint}</span>
<div class="buttons small">
<label class="button choose">${texts.choose}<input type="file" name="${view}" accept="image/*" aria-label="${texts[view]}: ${texts.choose}"></label>
<label class="button camera">${texts.camera}<input type="file" accept="image/*" capture="environment" aria-label="${texts[view]}: ${texts.camera}"></label>
<button class="start-crop quiet-button" type="button">${texts.startCrop}</button>
<button class="whole quiet-button" type="button">${texts.whole}</button>
<button class="remove quiet-button" type="button">${texts.remove}</button>
</div>
<input name="${view}Crop" value="" hidden>
</div>`;
}

/** What to do where there is nothing to search yet. */
export function emptyNote({ language, may }: PageContext): Html {
  const texts = textsOf(language);
  if (!may("write")) return html`<div class="note empty"><h2>${texts.empty}</h2></div>`;
  return html`<div class="note empty"><h2>${texts.empty}</h2><p class="quiet">${texts.emptyLead}</p>
<p class="actions"><a class="button" href="/catalogue/import">${texts.import}</a><a class="button" href="/catalogue/new">${texts.add}</a></p></div>`;
}
