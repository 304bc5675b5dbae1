import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { html } from "hono/html";
import { type Language, otherLanguage, textsOf } from "./language.js";
import { style } from "./style.js";

/** The style sheet's address changes with it, so that browsers may keep it for ever. */
export const STYLE_PATH = `/assets/style.${hashOf(style)}.css`;

/** Two leaves. */
export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M3 5h12v22H3zM17 5h12v22H17z" fill="#7a3b1d"/></svg>';
export const ICON_PATH = `/assets/icon.${hashOf(icon)}.svg`;

/** The pages' scripts, by name; built from src/ui. */
export const SCRIPTS = { search: script("search"), result: script("result") } as const;
export type ScriptName = keyof typeof SCRIPTS;

function script(name: string) {
  const code = readFileSync(createRequire(import.meta.url).resolve(`#ui/${name}`), "utf8");
  return { code, path: `/assets/${name}.${hashOf(code)}.js` };
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

export type Html = ReturnType<typeof html>;

export interface PageOptions {
  readonly language: Language;
  readonly title: string;
  /** Of the page itself, with its query string. */
  readonly address: string;
  /** The page's script, which it works without. */
  readonly script?: ScriptName;
}

/** A whole page. */
export function page({ language, title, address, script }: PageOptions, content: Html): Html {
  const texts = textsOf(language);
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${texts.name}</title>
<link rel="icon" href="${ICON_PATH}" type="image/svg+xml">
<link rel="stylesheet" href="${STYLE_PATH}">
${script ? html`<script type="module" src="${SCRIPTS[script].path}"></script>` : ""}
</head>
<body>
<header class="top">
<a class="brand" href="/">${texts.name}</a>
<form class="switch" method="post" action="/language">
<input type="hidden" name="return" value="${address}">
<button name="language" value="${otherLanguage(language)}" lang="${otherLanguage(language)}">${texts.otherLanguage}</button>
</form>
</header>
<main>${content}</main>
</body>
</html>`;
}
