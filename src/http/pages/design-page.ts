import { html } from "hono/html";
import {
  type Attributes,
  type AttributeValue,
  type Design,
  type PerView,
  VIEWS,
  type View,
} from "../../core/design.js";
import type { AppError } from "../../errors.js";
import { detailOf } from "../problem.js";
import { fullSizeUrl, thumbnailUrlsOf } from "../served.js";
import { failureTitle } from "./failure-page.js";
import { textsOf } from "./language.js";
import { type Html, type PageContext, page } from "./layout.js";
import type { Texts } from "./texts-en.js";

/** Empty places for further attributes. */
const MORE_ATTRIBUTES = 3;

export interface DesignPage extends PageContext {
  readonly design: Design;
  /** What was just done to it. */
  readonly done?: "saved" | "restored" | undefined;
  /** What was typed to change it, and was refused. */
  readonly edited?: RefusedFields | undefined;
}

/** What was typed into a form, to be shown there again. */
export interface TypedFields {
  readonly id: string;
  /** Names and values of attributes, side by side. */
  readonly keys: readonly string[];
  readonly values: readonly string[];
  /** Views that were ticked to be removed. */
  readonly without: readonly View[];
}

/** What was typed, and why it was refused. */
export interface RefusedFields extends TypedFields {
  readonly failure: AppError;
  /** Whether pictures were chosen, which browsers forget. */
  readonly hadPictures: boolean;
}

/** A design with its pictures, what is known of it, and how to change it. */
export function designPage({ design, done, edited, ...context }: DesignPage): Html {
  const texts = textsOf(context.language);
  const { id, attributes } = design;
  const own = `/designs/${encodeURIComponent(id)}`;
  const pictures = thumbnailUrlsOf(design);
  return page(
    { ...context, title: id, place: "catalogue" },
    html`${done ? html`<p class="note" role="status">${texts[done]}</p>` : ""}
<div class="heading"><h1>${id}</h1><p class="actions"><a class="button" href="${own}/similar">${texts.similar}</a></p></div>
<div class="design">
<div class="sides">${VIEWS.map((view) => figure(view, pictures[view], id, texts))}</div>
<div class="known">
${attributeList(attributes)}
${context.may("write") ? changes({ design, edited }, texts) : ""}
</div>
</div>`,
  );
}

/** The forms to change and to delete it. */
function changes({ design, edited }: Pick<DesignPage, "design" | "edited">, texts: Texts): Html {
  const { id, attributes } = design;
  const own = `/designs/${encodeURIComponent(id)}`;
  const pictures = thumbnailUrlsOf(design);
  return html`<details class="facet"${edited ? html` open` : ""}><summary>${texts.edit}</summary>
${refusal(edited, texts)}
<form class="edit" method="post" action="${own}" enctype="multipart/form-data">
${VIEWS.map((view) => pictureFields(view, pictures, edited?.without.includes(view) ?? false, texts))}
${attributeFields(edited ? typed(edited) : Object.entries(attributes), texts)}
<p class="actions"><button class="primary">${texts.save}</button></p>
</form></details>
<form class="delete" method="post" action="${own}/delete"><button class="quiet-button danger">${texts.delete}</button></form>`;
}

/**
 * A form for a design that is not there yet.
 *
 * @param refused what was typed before, and why it was refused.
 */
export function newDesignPage(context: PageContext, refused?: RefusedFields): Html {
  const texts = textsOf(context.language);
  return page(
    { ...context, title: texts.add, place: "catalogue" },
    html`<section class="narrow"><h1>${texts.add}</h1>
${refusal(refused, texts)}
<form class="edit" method="post" action="/catalogue/new" enctype="multipart/form-data">
<label>${texts.id}<input type="text" name="id" value="${refused?.id ?? ""}" required maxlength="200" autocomplete="off" aria-describedby="id-hint"></label>
<p class="quiet small" id="id-hint">${texts.idHint}</p>
${VIEWS.map((view) => html`<label>${texts[view]}<input type="file" name="${view}" accept="image/*"></label>`)}
${attributeFields(refused ? typed(refused) : [], texts)}
<p class="actions"><button class="primary">${texts.save}</button><a class="button" href="/catalogue">${texts.cancel}</a></p>
</form></section>`,
  );
}

function figure(view: View, thumbnail: string | undefined, id: string, texts: Texts): Html {
  const picture =
    thumbnail === undefined
      ? html`<span class="none quiet">${texts.none}</span>`
      : html`<img src="${fullSizeUrl(thumbnail)}" alt="${id} ${texts[view]}">`;
  return html`<figure><figcaption>${texts[view]}</figcaption>${picture}</figure>`;
}

function attributeList(attributes: Attributes): Html | "" {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return "";
  return html`<dl class="attributes">${entries.map(([key, value]) => html`<div><dt>${key}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function pictureFields(view: View, pictures: PerView<string>, isRemoved: boolean, texts: Texts): Html {
  const isOnly = VIEWS.every((other) => other === view || pictures[other] === undefined);
  const remove =
    pictures[view] === undefined || isOnly
      ? ""
      : html`<label class="box"><input type="checkbox" name="without" value="${view}"${isRemoved ? html` checked` : ""}><span>${texts.without(texts[view])}</span></label>`;
  return html`<label>${pictures[view] === undefined ? texts[view] : texts.replace(texts[view])}<input type="file" name="${view}" accept="image/*"></label>${remove}`;
}

function refusal(refused: RefusedFields | undefined, texts: Texts): Html | "" {
  if (!refused) return "";
  // Below the pictures it would not be seen: the page opens where it is.
  return html`<p class="note failure" role="alert" tabindex="-1" autofocus><strong>${failureTitle(refused.failure, texts)}</strong><span lang="en">${detailOf(refused.failure)}</span>${refused.hadPictures ? ` ${texts.chooseAgain}` : ""}</p>`;
}

function typed({ keys, values }: TypedFields): [string, string][] {
  const rows = keys.map((key, i): [string, string] => [key, values[i] ?? ""]);
  return rows.filter(([key, value]) => key !== "" || value !== "");
}

function attributeFields(attributes: readonly (readonly [string, AttributeValue])[], texts: Texts): Html {
  const empty = Array.from({ length: MORE_ATTRIBUTES }, () => ["", ""] as const);
  const rows = [...attributes, ...empty].map(
    ([
      key,
      value,
    ]) => html`<div class="row"><input type="text" name="key" value="${key}" maxlength="100" aria-label="${texts.attributeName}" placeholder="${texts.attributeName}">
<input type="text" name="value" value="${value}" maxlength="2000" aria-label="${texts.attributeValue}${key === "" ? "" : ` ${key}`}" placeholder="${texts.attributeValue}"></div>`,
  );
  return html`<fieldset class="fields"><legend>${texts.attributes}</legend>${rows}</fieldset>`;
}
