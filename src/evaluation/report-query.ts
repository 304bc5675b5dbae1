import { type PerView, VIEWS, viewsOf } from "../core/design.js";
import type { Match } from "../core/search.js";
import type { ExpectedDesign, QueryOutcome } from "./evaluate.js";
import { type Html, html } from "./html.js";
import { type ReportPictures, SHOWN_EXPECTED } from "./report-pictures.js";
import { describeFirstRelevant } from "./report-text.js";

/** One query of a page: its pictures and what it should find, below them what came first. */
export function queryCard(outcome: QueryOutcome, pictures: ReportPictures): Html {
  const { query, metrics, expected, first } = outcome;
  const shown = expected.slice(0, SHOWN_EXPECTED);
  const more = expected.length - shown.length;
  const { designs } = pictures;
  return html`<article>
<header>
<h3>${query.id}</h3>
<p class="quiet">first relevant: <b>${describeFirstRelevant(outcome)}</b> · average precision ${metrics.map.toFixed(3)} · nDCG@20 ${metrics.ndcgAt20.toFixed(3)} · line ${query.line}</p>
</header>
<div class="cards">
<figure class="card query">
${pair(query.id, pictures.queries.get(outcome) ?? {})}
<figcaption><p><span class="title accent">query</span><span class="quiet">${viewsOf(query.pictures).join(" and ")}</span></p></figcaption>
</figure>
${shown.map((design) => expectedCard(design, designs.get(design.id) ?? {}))}
</div>
${more > 0 ? html`<p class="note quiet">and ${more} more relevant</p>` : html``}
<h4>Came first</h4>
${
  first.length === 0
    ? html`<p class="quiet">Nothing: no design that is ranked shares a view with the query.</p>`
    : html`<div class="cards">${first.map((match) => matchCard(match, query.relevant.get(match.id), designs.get(match.id) ?? {}))}</div>`
}
</article>
`;
}

function expectedCard({ id, grade, match, inCatalog }: ExpectedDesign, pictures: PerView<Uint8Array>): Html {
  const score = match ? match.score.toFixed(3) : "";
  const place = match ? `rank ${match.rank}` : inCatalog ? "not found" : "not in the catalog";
  return html`<figure class="card">
${pair(id, pictures)}
<figcaption>
<p><span class="title" title="${id}">${id}</span></p>
<p><span>${score}</span><span class="quiet">${place}</span></p>
<p class="accent">${gradeLabel("expected", grade)}</p>
</figcaption>
</figure>
`;
}

function matchCard(match: Match, grade: number | undefined, pictures: PerView<Uint8Array>): Html {
  const { rank, id, score, views } = match;
  const cosines = viewsOf(views).map((view) => html`<span>${view} ${views[view]!.toFixed(3)}</span>`);
  return html`<figure class="card">
${pair(id, pictures)}
<figcaption>
<p><span class="title" title="${id}"><span class="quiet">${rank}</span> ${id}</span></p>
<p><span>${score.toFixed(3)}</span><span class="accent">${grade === undefined ? "" : gradeLabel("relevant", grade)}</span></p>
<p class="quiet">${cosines.length > 1 ? cosines : []}</p>
</figcaption>
</figure>
`;
}

/** A grade of 1 is what a label without one means, and goes without saying. */
function gradeLabel(word: string, grade: number): string {
  return grade === 1 ? word : `${word}, grade ${grade}`;
}

function pair(id: string, pictures: PerView<Uint8Array>): Html {
  return html`<div class="pair">${VIEWS.map((view) => {
    const picture = pictures[view];
    if (!picture) return html`<div class="empty">no ${view}</div>`;
    const data = Buffer.from(picture).toString("base64");
    return html`<img src="data:image/webp;base64,${data}" alt="${view} of ${id}" loading="lazy">`;
  })}</div>`;
}
