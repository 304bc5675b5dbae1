import { html } from "hono/html";
import { VIEWS } from "../../core/design.js";
import { type Language, textsOf } from "./language.js";
import { type Html, page } from "./layout.js";

/** Two places for pictures and a button; a plain form. */
export function searchPage(language: Language, designs: number): Html {
  const texts = textsOf(language);
  const zones = VIEWS.map(
    (view) => html`<label class="zone">
<strong>${texts[view]}</strong>
<span class="hint quiet small">${texts.drop}</span>
<input type="file" name="${view}" accept="image/*" aria-label="${texts[view]}: ${texts.choose}">
<button class="remove small" type="button">${texts.remove}</button>
</label>`,
  );
  return page(
    { language, title: texts.title, address: "/", script: "search" },
    html`<section class="intro"><h1>${texts.title}</h1><p class="quiet">${texts.lead}</p></section>
<form class="pair-form" method="post" action="/search" enctype="multipart/form-data">
<div class="zones">${zones}</div>
<div class="actions"><button class="swap small" type="button">${texts.swap}</button><button class="primary">${texts.search}</button></div>
<p class="actions small quiet"><span>${designs > 0 ? texts.designsOf(designs) : texts.empty}</span><span>${texts.formats}</span></p>
</form>`,
  );
}
