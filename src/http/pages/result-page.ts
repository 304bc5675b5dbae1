import { html } from "hono/html";
import type { z } from "zod";
import { type PerView, VIEWS } from "../../core/design.js";
import type { rankingAnswer } from "../schemas.js";
import { type Language, textsOf } from "./language.js";
import { type Html, page } from "./layout.js";
import type { Texts } from "./texts-en.js";

type Answer = z.infer<typeof rankingAnswer>;

export interface ResultPage {
  readonly language: Language;
  readonly title: string;
  /** Of the page itself, with its query string. */
  readonly address: string;
  /** Addresses of the query's pictures. */
  readonly query: PerView<string>;
  readonly answer: Answer;
  /** As they stand in the address. */
  readonly filter: readonly string[];
  /** Further views of the result, by what they are called. */
  readonly links: readonly { readonly text: string; readonly href: string }[];
}

/** The query pair beside its matches, and how to rank them again. */
export function resultPage(result: ResultPage): Html {
  const { language, title, address, query, answer, links } = result;
  const texts = textsOf(language);
  return page(
    { language, title, address, script: "result" },
    html`<div class="result">
<aside class="query">
<h2>${texts.yourPair}</h2>
${pair(query, texts)}
${controls(result, texts)}
<nav class="links">${links.map(({ text, href }) => html`<a href="${href}">${text}</a>`)}</nav>
</aside>
<section>
<div class="heading"><h1>${title}</h1></div>
<div class="matches" aria-live="polite">
${note(answer, texts)}
<ol class="grid">${answer.matches.map((match) => card(match, texts))}</ol>
</div>
</section>
</div>`,
  );
}

function note({ matches }: Answer, texts: Texts): Html | "" {
  if (matches.length === 0) return html`<p class="note">${texts.noMatch}</p>`;
  if (matches[0]!.verdict === "nothing close") return html`<p class="note">${texts.nothingClose}</p>`;
  return "";
}

function controls({ query, answer, filter }: ResultPage, texts: Texts): Html {
  const slider = (view: "front" | "back", text: string) =>
    query[view] === undefined
      ? ""
      : html`<label>${text}<input type="range" name="${view}" min="0" max="1" step="0.05" value="${answer.weights[view]}"></label>`;
  const both = query.front !== undefined && query.back !== undefined;
  return html`<form class="controls" method="get">
${both ? [slider("front", texts.frontCounts), slider("back", texts.backCounts)] : ""}
<label>${texts.filter}<input type="text" name="filter" value="${filter[0] ?? ""}" placeholder="${texts.filterExample}"></label>
<button class="primary">${texts.rankAgain}</button>
</form>`;
}

function pair(pictures: Answer["matches"][number]["thumbnails"], texts: Texts, name = ""): Html {
  const sides = VIEWS.map((view) =>
    pictures[view] === undefined
      ? html`<span class="none"></span>`
      : html`<img src="${pictures[view]}" alt="${name} ${texts[view]}" width="200" height="240" loading="lazy">`,
  );
  return html`<div class="pair">${sides}</div>`;
}

function card(
  { rank, id, score, views, verdict, thumbnails }: Answer["matches"][number],
  texts: Texts,
): Html {
  const similar = `/designs/${encodeURIComponent(id)}/similar`;
  const bars = VIEWS.map((view) => {
    const cosine = views[view];
    const told = cosine === undefined ? "–" : cosine.toFixed(2);
    const width = Math.round(100 * Math.max(0, cosine ?? 0));
    return html`<svg class="bar" viewBox="0 0 100 3" preserveAspectRatio="none" role="img" aria-label="${texts[view]} ${told}"><rect width="${width}" height="3"/></svg>`;
  });
  return html`<li class="match">
<a href="${similar}" aria-label="${texts.similarTo(id)}">${pair(thumbnails, texts, id)}</a>
<div class="bars">${bars}</div>
<div class="facts"><span class="id"><span class="rank">${rank}</span>${id}</span>
<span class="score" title="${texts.score}">${score.toFixed(3)}</span></div>
${verdict ? html`<p class="more"><span class="verdict ${verdict.replace(" ", "-")}">${texts.verdicts[verdict]}</span></p>` : ""}
</li>`;
}
