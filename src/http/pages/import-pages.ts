import { html } from "hono/html";
import type { ImportJob } from "../imports/import-jobs.js";
import { isOver } from "../imports/routes.js";
import { API } from "../served.js";
import { failureTexts } from "./failure-page.js";
import { textsOf } from "./language.js";
import { type Html, type PageContext, page } from "./layout.js";
import type { Texts } from "./texts-en.js";

/** Rejected rows that the page lists; the CSV has all that are kept. */
const MOST_LISTED = 200;

/** A form for what is to be imported, and the imports there were. */
export function importFormPage(context: PageContext, imports: readonly ImportJob[]): Html {
  const texts = textsOf(context.language);
  return page(
    { ...context, title: texts.importTitle, place: "catalogue", scripts: ["upload", "failure"] },
    html`<section class="narrow"><h1>${texts.importTitle}</h1><p class="quiet">${texts.importLead}</p>
<form class="edit upload" method="post" action="/catalogue/import" enctype="multipart/form-data" data-uploading="${texts.uploading}" ${failureTexts(texts.uploadFailed, texts)}>
<label>${texts.files}<input type="file" name="files" multiple accept=".zip,.csv,.tsv,.jsonl,.ndjson,image/*"></label>
<label class="folder">${texts.folder}<input type="file" name="files" webkitdirectory></label>
<p class="note failure" role="alert" hidden></p>
<progress hidden max="1" value="0" aria-label="${texts.uploading}"></progress>
<p class="actions"><button class="primary">${texts.startImport}</button></p>
</form>
<ul class="rules quiet small">${texts.importRules.map((rule) => html`<li>${rule}</li>`)}</ul>
<h2>${texts.imports}</h2>
${imports.length === 0 ? html`<p class="quiet">${texts.noImport}</p>` : html`<ul class="imports">${imports.map((job) => entry(job, texts))}</ul>`}
</section>`,
  );
}

function entry({ id, source, state, progress, total }: ImportJob, texts: Texts): Html {
  return html`<li><a href="/imports/${id}">${source}</a> <span class="quiet small">${texts.importStates[state]} · ${texts.rowsDone(progress.rows, total)}</span></li>`;
}

/** How far an import is, and what it rejected. */
export function importPage(context: PageContext, job: ImportJob): Html {
  const texts = textsOf(context.language);
  const over = isOver(job);
  const { id, source, state, total, progress, waitsForWorker, failure } = job;
  return page(
    {
      ...context,
      title: `${texts.import} ${source}`,
      place: "catalogue",
      refreshS: over ? undefined : 2,
      ...(!over && { scripts: ["progress"] }),
    },
    html`<section class="narrow import" data-events="${API}/imports/${id}/events" data-states="${JSON.stringify(texts.importStates)}">
<h1>${source}</h1>
<p><span class="state">${texts.importStates[state]}</span></p>
<progress max="${total ?? 1}" value="${over && total === null ? 1 : progress.rows}" aria-label="${source}"></progress>
<dl class="counts"><div><dt class="of">/ <span class="total">${total ?? "…"}</span></dt><dd class="rows">${progress.rows}</dd></div>
${(["imported", "unchanged", "failed"] as const).map((kind) => html`<div><dt>${texts.counts[kind]}</dt><dd class="${kind}">${progress[kind]}</dd></div>`)}</dl>
${failure ? html`<p class="note" role="alert" lang="en">${failure.detail}</p>` : ""}
${over ? "" : html`<div role="status"><p class="note waits-for-worker" ${waitsForWorker ? "" : "hidden"}>${texts.waitsForWorker}</p></div>`}
${rejected(job, texts)}
<div class="actions">${over ? html`<a class="button" href="/catalogue">${texts.toCatalogue}</a><a class="button" href="/catalogue/import">${texts.importTitle}</a>` : html`<form method="post" action="/imports/${id}/cancel"><button class="quiet-button">${texts.cancelImport}</button></form>`}</div>
</section>`,
  );
}

function rejected({ id, errors, errorCount }: ImportJob, texts: Texts): Html | "" {
  if (errorCount === 0) return "";
  const rows = errors
    .slice(0, MOST_LISTED)
    .map(
      ({ line, id: design, view, reason }) =>
        html`<tr><td>${line}</td><td>${design ?? ""}</td><td>${view === null ? "" : texts[view]}</td><td lang="en">${reason}</td></tr>`,
    );
  return html`<h2>${texts.rejected}</h2>
<div class="scroll" tabindex="0" role="region" aria-label="${texts.rejected}"><table><thead><tr><th>${texts.row}</th><th>${texts.id}</th><th>${texts.view}</th><th>${texts.reason}</th></tr></thead><tbody>${rows}</tbody></table></div>
<p><a href="${API}/imports/${id}/errors.csv">${texts.rejectedAll(errorCount)}</a></p>`;
}
