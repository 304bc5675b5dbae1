import type { ModelIdentity } from "../core/ports.js";
import type { QueryOutcome } from "./evaluate.js";
import { Html, html } from "./html.js";
import { METRIC_NAMES, type MetricName, metricTable } from "./metrics.js";
import type { QueryFailure } from "./queries.js";
import type { ReportPictures } from "./report-pictures.js";
import { queryCard } from "./report-query.js";
import { REPORT_STYLE } from "./report-style.js";
import type { Quality } from "./summary.js";

/** Everything that a page tells. */
export interface Report {
  /** What the queries are called, such as their file's name. */
  readonly name: string;
  readonly model: ModelIdentity;
  /** How many designs the catalog has. */
  readonly designs: number;
  readonly quality: Quality;
  readonly outcomes: readonly QueryOutcome[];
  readonly worst: readonly QueryOutcome[];
  readonly failures: readonly QueryFailure[];
  /** Relevant designs that the catalog lacks. */
  readonly missing: readonly string[];
  readonly pictures: ReportPictures;
}

/** Where a first relevant design may have come, best first. */
const PLACES = [
  { name: "first", upTo: 1 },
  { name: "2 to 5", upTo: 5 },
  { name: "6 to 20", upTo: 20 },
  { name: "after 20", upTo: Number.MAX_SAFE_INTEGER },
  { name: "not found", upTo: null },
] as const;

/** A page that needs nothing beside itself: the metrics, and the worst queries as pictures. */
export function renderReport(report: Report): string {
  const { name, model, designs, quality, worst, pictures } = report;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${name}: search quality</title>
<style>${new Html(REPORT_STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>Search quality</h1>
<p class="quiet">${name}: ${count(quality.queries, "query", "queries")} on ${count(designs, "design", "designs")}, model ${model.id}${model.sha256 === null ? "" : ` (${model.sha256.slice(0, 12)})`}</p>
${troubleLink(report)}
</header>
<section class="metrics" aria-label="Metrics">
${METRIC_NAMES.map((metric) => metricTile(metric, quality))}
</section>
<p class="note quiet">The band is the 95 % interval of the mean, by bootstrap over the queries.</p>
${placesSection(report.outcomes)}
<section>
<h2>The worst queries</h2>
${
  worst.length === 0
    ? html`<p class="quiet">There are none: every query has all its relevant designs first, by falling grade.</p>`
    : worst.map((outcome) => queryCard(outcome, pictures))
}
</section>
${troubleSection(report)}
</main>
</body>
</html>
`.toString();
}

function metricTile(name: MetricName, quality: Quality): Html {
  const [low, high] = quality.intervals[name];
  const { label, meaning } = metricTable[name];
  const style = `--low:${percent(low)}; --high:${percent(high)}; --mean:${percent(quality[name])}`;
  return html`<div class="metric">
<h3>${label}</h3>
<p class="value">${quality[name].toFixed(3)}</p>
<div class="scale" style="${style}"><span class="band"></span><span class="mean"></span></div>
<p class="interval">${low.toFixed(3)} to ${high.toFixed(3)}</p>
<p class="quiet">${meaning}</p>
</div>
`;
}

/** How many queries had their first relevant design where, as one bar. */
function placesSection(outcomes: readonly QueryOutcome[]): Html {
  const counts = PLACES.map(() => 0);
  for (const { firstRelevantRank: rank } of outcomes) {
    counts[
      PLACES.findIndex(({ upTo }) => (rank === null ? upTo === null : upTo !== null && rank <= upTo))
    ]! += 1;
  }
  const places = PLACES.map(({ name }, place) => ({ name, place, queries: counts[place]! }));
  const present = places.filter(({ queries }) => queries > 0);
  return html`<section>
<h2>Where the first relevant design came</h2>
<div class="places" aria-hidden="true">${present.map(({ place, queries }) => html`<span class="place-${place}" style="flex-grow:${queries}"></span>`)}</div>
<ul class="legend">${places.map(
    ({ name, place, queries }) =>
      html`<li${new Html(queries === 0 ? ' class="quiet"' : "")}><span class="swatch place-${place}"></span>${name} <b>${queries}</b> <span class="quiet">${((100 * queries) / outcomes.length).toFixed(1)} %</span></li>`,
  )}</ul>
</section>`;
}

/** Tells at the top that the figures are not of everything that the file holds. */
function troubleLink({ failures, missing }: Report): Html {
  const parts = [
    ...(failures.length > 0 ? [`${count(failures.length, "line was", "lines were")} not measured`] : []),
    ...(missing.length > 0
      ? [`${count(missing.length, "relevant design is", "relevant designs are")} not in the catalog`]
      : []),
  ];
  return parts.length === 0 ? html`` : html`<p><a href="#trouble">${parts.join(", ")}</a></p>`;
}

/** What was not measured, and what the catalog lacks; nothing when all is well. */
function troubleSection({ failures, missing }: Report): Html {
  if (failures.length === 0 && missing.length === 0) return html``;
  const rows = failures.map(
    ({ line, id, reason }) => html`<tr><td>${line}</td><td>${id}</td><td>${reason}</td></tr>`,
  );
  return html`<section class="trouble" id="trouble">
<h2>What is wrong with the queries</h2>
${missing.length === 0 ? html`` : html`<p>Relevant designs that the catalog lacks count as not found: ${missing.join(", ")}.</p>`}
${
  failures.length === 0
    ? html``
    : html`<p>${count(failures.length, "line was", "lines were")} left out of every metric.</p>
<table><thead><tr><th>line</th><th>query</th><th>reason</th></tr></thead><tbody>${rows}</tbody></table>`
}
</section>`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
