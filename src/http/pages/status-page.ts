import { html } from "hono/html";
import type { EmbeddingWorker } from "../../core/ports.js";
import type { statsOf } from "../status.js";
import { textsOf } from "./language.js";
import { type Html, type PageContext, page } from "./layout.js";
import type { Texts } from "./texts-en.js";

type Stats = Awaited<ReturnType<typeof statsOf>>;
type Fact = readonly [name: keyof Texts["facts"], value: string | number];

/** What is served, how fast, and by what. */
export function statusPage(context: PageContext, stats: Stats): Html {
  const texts = textsOf(context.language);
  const groups: Readonly<Record<keyof Texts["statusGroups"], readonly Fact[]>> = {
    catalogue: [
      ["designs", grouped(stats.catalog.designs)],
      ["withFront", grouped(stats.catalog.views.front)],
      ["withBack", grouped(stats.catalog.views.back)],
      ["onDisk", megabytes(stats.catalog.bytesOnDisk)],
    ],
    model: [
      ["modelId", stats.model.id],
      ["embeddingDim", grouped(stats.model.embeddingDim)],
      ["aspects", stats.aspects.map((name) => texts.aspects[name] ?? name).join(", ")],
    ],
    work: [
      ["searchesKept", grouped(stats.searches.kept)],
      ["embedding", stats.searches.embedding],
      ["importsUnfinished", stats.imports.unfinished],
      ["waiting", waitingOf(stats, texts)],
    ],
    latency: [
      ["embed", texts.latency(stats.latency.embed.p50Ms, stats.latency.embed.p95Ms)],
      ["rank", texts.latency(stats.latency.rank.p50Ms, stats.latency.rank.p95Ms)],
    ],
    process: [
      ["version", stats.version],
      ["node", stats.node],
      ["uptime", texts.minutes(Math.floor(stats.uptimeS / 60))],
      ["memory", megabytes(stats.residentBytes)],
    ],
  };
  return page(
    { ...context, title: texts.status, place: "status" },
    html`<h1>${texts.status}</h1>
<div class="status">${Object.entries(groups).map(([name, facts]) => group(texts.statusGroups[name as keyof typeof groups], facts, texts))}</div>
${stats.queue === null ? html`<p class="note" role="alert">${texts.fleet.away}</p>` : ""}
${stats.queue?.workers ? fleet(stats.queue.workers, texts) : ""}
<p class="links"><a href="/api">${texts.apiLink}</a> <a href="/metrics">${texts.metricsLink}</a></p>`,
  );
}

function group(title: string, facts: readonly Fact[], texts: Texts): Html {
  return html`<section><h2>${title}</h2><dl class="attributes">${facts.map(
    ([name, value]) => html`<div><dt>${texts.facts[name]}</dt><dd>${value}</dd></div>`,
  )}</dl></section>`;
}

function waitingOf({ queue }: Stats, texts: Texts): string {
  return queue === null ? "–" : texts.waiting(queue.waiting.search, queue.waiting.import);
}

/** The processes that embed for this one. */
function fleet(workers: readonly EmbeddingWorker[], texts: Texts): Html {
  const rows = workers.map(
    ({ host, pid, pictures, batches, picturesPerS }) =>
      html`<tr><td>${host} ${pid}</td><td>${grouped(pictures)}</td><td>${batches > 0 ? (pictures / batches).toFixed(1) : "–"}</td><td>${picturesPerS > 0 ? picturesPerS.toFixed(0) : "–"}</td></tr>`,
  );
  const { worker, pictures, perBatch, perSecond, none } = texts.fleet;
  const table = html`<div class="scroll"><table><thead><tr><th>${worker}</th><th>${pictures}</th><th>${perBatch}</th><th>${perSecond}</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  return html`<section><h2>${texts.fleet.title}</h2>${workers.length > 0 ? table : html`<p class="note" role="alert">${none}</p>`}</section>`;
}

const grouped = (count: number) => count.toLocaleString("en");
const megabytes = (bytes: number) => `${grouped(Math.round(bytes / 1e6))} MB`;
