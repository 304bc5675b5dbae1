import { html } from "hono/html";
import type { z } from "zod";
import { parseAspects } from "../../core/aspects.js";
import type { AttributeSummary } from "../../core/attribute-summary.js";
import { type PerView, VIEWS, type View } from "../../core/design.js";
import { DEFAULT_TOP_K, DEFAULT_WEIGHTS } from "../../core/query.js";
import { MAX_TOP_K, type RankingQuery, type rankingAnswer } from "../schemas.js";
import { clearFilters, filterControls } from "./filter-controls.js";
import { textsOf } from "./language.js";
import { type Html, type PageContext, page } from "./layout.js";
import { pair } from "./pair.js";
import type { Texts } from "./texts-en.js";

type Answer = z.infer<typeof rankingAnswer>;
type Match = Answer["matches"][number];

export interface ResultPage extends PageContext {
  readonly title: string;
  /** Addresses of the query's pictures. */
  readonly query: PerView<string>;
  /** What was asked for, and the answer. */
  readonly ranking: RankingQuery;
  readonly answer: Answer;
  readonly attributes: readonly AttributeSummary[];
  /** Where the result is as a contact sheet, CSV and JSON. */
  readonly downloads: { readonly sheet: string; readonly csv: string; readonly json: string };
  /** The same page with more matches. */
  readonly moreAddress: (topK: number) => string;
  /** The same page without a filter. */
  readonly unfiltered: string;
}

/** The query pair beside its matches, and how to rank them again. */
export function resultPage(result: ResultPage): Html {
  const { title, query, answer, downloads } = result;
  const texts = textsOf(result.language);
  return page(
    { ...result, place: "search", scripts: ["result", "beside"] },
    html`<div class="result">
<aside class="query" aria-label="${texts.yourPair}">
<h2>${texts.yourPair}</h2>
${pair(query, texts.query, texts)}
${controls(result, texts)}
<p class="links"><a href="${downloads.sheet}">${texts.sheet}</a> <a href="${downloads.csv}">CSV</a> <a href="${downloads.json}">JSON</a> <a href="/">${texts.newSearch}</a></p>
</aside>
<section>
<div class="heading"><h1>${title}</h1></div>
<p class="note lost" role="alert" hidden>${texts.lostRanking}</p>
<p class="note unrankable" role="alert" hidden>${texts.unrankable}</p>
<p class="told unseen" role="status"></p>
<div class="matches" data-told="${summary(answer, texts)}">
${note(result, texts)}
${clearFilters(result.ranking.filter, result.unfiltered, texts)}
<ol class="grid">${answer.matches.map((match) => card(match, texts))}</ol>
${more(result, texts)}
</div>
</section>
</div>
${beside(query, texts)}`,
  );
}

/** What somebody is told who does not see the matches. */
function summary({ matches: [first, ...others] }: Answer, texts: Texts): string {
  return first ? texts.ranked(others.length + 1, first.id) : texts.noMatch;
}

function note({ answer: { matches }, ranking: { filter } }: ResultPage, texts: Texts): Html | "" {
  if (matches.length === 0)
    return html`<p class="note">${filter.length > 0 ? texts.noMatch : texts.nothingElse}</p>`;
  // Not the first match alone: ranked by one aspect, a match that is nothing close in all may come before one that is.
  if (matches.some(({ verdict }) => verdict !== "nothing close")) return "";
  return html`<p class="note">${filter.length > 0 ? texts.nothingCloseHere : texts.nothingClose}</p>`;
}

function more({ ranking: { topK }, answer, moreAddress }: ResultPage, texts: Texts): Html | "" {
  if (answer.matches.length < topK || topK >= MAX_TOP_K) return "";
  return html`<p class="actions more-matches"><a class="button" href="${moreAddress(Math.min(MAX_TOP_K, 2 * topK))}">${texts.more}</a></p>`;
}

function controls({ query, ranking, answer, attributes }: ResultPage, texts: Texts): Html {
  const both = query.front !== undefined && query.back !== undefined;
  const names = Object.keys(answer.aspects);
  return html`<form class="controls" method="get">
${both ? VIEWS.map((view) => slider(view, texts.weights[view], asked(ranking, view), DEFAULT_WEIGHTS[view])) : ""}
<input type="hidden" name="topK" value="${ranking.topK}" data-default="${DEFAULT_TOP_K}">
<label class="button toggle"><input type="checkbox">${texts.filters}</label>
<div class="toggled">${names.length > 1 ? aspects(answer, names, ranking, texts) : ""}
<fieldset class="facets"><legend>${texts.filters}</legend>${filterControls(attributes, ranking.filter, texts)}</fieldset></div>
<button class="primary">${texts.rankAgain}</button>
</form>`;
}

/** As it was asked for, on a slider's scale. */
function asked({ front, back }: RankingQuery, view: View): number {
  return { front, back }[view] / Math.max(1, front, back);
}

function aspects(
  { aspects: used }: Answer,
  names: readonly string[],
  ranking: RankingQuery,
  texts: Texts,
): Html {
  const told = ranking.aspect !== undefined || ranking.ignoreColour;
  const weights = ranking.aspect === undefined ? used : parseAspects(ranking.aspect);
  const largest = Math.max(1, ...Object.values(weights));
  return html`<details class="facet"${told ? html` open` : ""}><summary>${texts.looksAt}</summary>
<div class="choices">${names.map((name, i) => slider(`aspect.${name}`, texts.aspects[name] ?? name, (weights[name] ?? 0) / largest, i === 0 ? 1 : 0))}</div></details>`;
}

/** @param usual its value where nothing is asked for. */
function slider(name: string, text: string, value: number, usual: number): Html {
  return html`<label class="slider">${text}<input type="range" name="${name}" min="0" max="1" step="0.05" value="${Math.round(value * 100) / 100}" data-default="${usual}"></label>`;
}

function card({ rank, id, score, views, verdict, thumbnails, attributes }: Match, texts: Texts): Html {
  const own = `/designs/${encodeURIComponent(id)}`;
  return html`<li class="match" data-id="${id}" data-attributes="${JSON.stringify(attributes)}">
<a class="look" href="${own}" aria-label="${texts.enlarge(id)}">${pair(thumbnails, id, texts)}</a>
<div class="bars">${VIEWS.map((view) => bar(view, views[view], texts))}</div>
<div class="facts"><span class="id"><span class="rank">${rank}</span>${id}</span>
<span class="score" title="${texts.score}">${score.toFixed(3)}</span></div>
<p class="more">${verdict ? html`<span class="verdict ${verdict.replace(" ", "-")}">${texts.verdicts[verdict]}</span>` : ""}
<a class="similar" href="${own}/similar" aria-label="${texts.similar}: ${id}">${texts.similar}</a></p>
</li>`;
}

function bar(view: View, cosine: number | undefined, texts: Texts): Html {
  const told = cosine === undefined ? "–" : cosine.toFixed(2);
  const width = Math.round(100 * Math.max(0, cosine ?? 0));
  return html`<svg class="bar" viewBox="0 0 100 3" preserveAspectRatio="none" role="img" aria-label="${texts[view]} ${told}"><rect width="${width}" height="3"/></svg>`;
}

/** Where a match is shown large beside the query; filled and opened by the script. */
function beside(query: PerView<string>, texts: Texts): Html {
  const sides = VIEWS.map(
    (view) => html`<figure data-view="${view}"><figcaption>${texts[view]}</figcaption>
<div class="both"><div class="none">${query[view] === undefined ? "" : html`<img class="own" data-src="${query[view]}" alt="${texts.query} ${texts[view]}">`}<span class="whose">${texts.query}</span></div>
<div class="none"><img class="theirs" alt=""><span class="whose">${texts.match}</span></div></div></figure>`,
  );
  return html`<dialog class="beside" aria-label="${texts.beside}">
<div class="bar-top"><p aria-live="polite"><span class="rank"></span><strong class="id"></strong> <span class="score"></span> <span class="verdict"></span></p>
<button type="button" class="quiet-button close">${texts.close}</button></div>
<div class="sides">${sides}</div>
<dl class="attributes small"></dl>
<div class="bar-bottom"><button type="button" class="quiet-button previous">← ${texts.previous}</button>
<p class="links"><a class="similar" href="/">${texts.similar}</a> <a class="open" href="/">${texts.open}</a></p>
<button type="button" class="quiet-button next">${texts.next} →</button></div>
</dialog>`;
}
