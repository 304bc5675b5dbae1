import { html } from "hono/html";
import { API } from "../served.js";
import { textsOf } from "./language.js";
import { type Html, type PageContext, page } from "./layout.js";
import type { Texts } from "./texts-en.js";

/** As much of an OpenAPI document as the page shows. */
export interface ApiDocument {
  readonly paths?: Readonly<Record<string, unknown>>;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly $ref?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, unknown>> }>
  >;
}

/** Every route of the API with what it takes and answers, of the document that describes it. */
export function apiPage(context: PageContext, { paths = {} }: ApiDocument): Html {
  const texts = textsOf(context.language);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) =>
      route(path, method, operation, texts),
    ),
  );
  return page(
    { ...context, title: texts.api, place: "status" },
    html`<h1>${texts.api}</h1><p class="quiet">${texts.apiLead} <a href="${API}/openapi.json">${texts.apiDocument}</a></p>
<div class="routes">${operations}</div>`,
  );
}

function route(
  path: string,
  method: string,
  { summary, parameters = [], requestBody, responses }: Operation,
  texts: Texts,
): Html {
  const body = Object.entries(requestBody?.content ?? {}).flatMap(([type, { schema }]) =>
    Object.entries(schema?.properties ?? {}).map(
      ([name, property]): Parameter => ({
        name,
        in: type,
        schema: property,
        required: schema?.required?.includes(name) ?? false,
      }),
    ),
  );
  const all = [...parameters, ...body];
  return html`<details class="route"><summary><code class="method">${method.toUpperCase()}</code> <code>${path}</code> <span class="quiet" lang="en">${summary ?? ""}</span></summary>
<div lang="en">${all.length > 0 ? html`<table><thead><tr><th>${texts.parameter}</th><th></th><th></th></tr></thead><tbody>${all.map((one) => row(one, texts))}</tbody></table>` : ""}
<h3>${texts.answers}</h3>
<ul>${Object.entries(responses).map(([status, { description, content = {} }]) => html`<li><code>${status}</code> ${description} ${Object.keys(content).map((type) => html`<code class="quiet">${type}</code> `)}</li>`)}</ul></div></details>`;
}

function row({ name, in: where, required, description, schema }: Parameter, texts: Texts): Html {
  const notes = [
    typeOf(schema),
    where,
    ...(required ? [texts.required] : []),
    ...(schema?.default === undefined ? [] : [`${texts.byDefault} ${JSON.stringify(schema.default)}`]),
  ];
  return html`<tr><td><code>${name}</code></td><td class="quiet">${notes.join(", ")}</td><td>${description ?? schema?.description ?? ""}</td></tr>`;
}

function typeOf(schema: Schema | undefined): string {
  if (!schema) return "";
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.items) return `${typeOf(schema.items)}[]`;
  return schema.format ?? [schema.type ?? "object"].flat().join(" | ");
}
