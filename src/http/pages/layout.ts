import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { html } from "hono/html";
import type { Scope } from "../../access-tokens.js";
import { SIGN_OUT } from "../access/needed-scope.js";
import { type Language, otherLanguage, textsOf } from "./language.js";
import { style } from "./style/style.js";
import type { Texts } from "./texts-en.js";

/** The style sheet's address changes with it, so that browsers may keep it for ever. */
export const STYLE_PATH = `/assets/style.${hashOf(style)}.css`;

/** Two leaves. */
export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M3 5h12v22H3zM17 5h12v22H17z" fill="#7a3b1d"/></svg>';
export const ICON_PATH = `/assets/icon.${hashOf(icon)}.svg`;

/** The pages' scripts, by name; built from src/ui. */
export const SCRIPTS = {
  search: script("search"),
  crop: script("crop"),
  result: script("result"),
  beside: script("beside"),
  upload: script("upload"),
  progress: script("progress"),
  failure: script("failure"),
} as const;
export type ScriptName = keyof typeof SCRIPTS;

function script(name: string) {
  const code = readFileSync(createRequire(import.meta.url).resolve(`#ui/${name}`), "utf8");
  return { code, path: `/assets/${name}.${hashOf(code)}.js` };
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

export type Html = ReturnType<typeof html>;

/** Where the pages' navigation leads. */
const PLACES = {
  search: { href: "/", needed: "search" },
  catalogue: { href: "/catalogue", needed: "search" },
  status: { href: "/status", needed: "admin" },
} as const satisfies Record<string, { href: string; needed: Scope }>;
export type Place = keyof typeof PLACES;

/** What every page is told. */
export interface PageContext {
  readonly language: Language;
  /** Of the page itself, with its query string. */
  readonly address: string;
  /** Whether whoever looks at it may do what needs the scope; what they may not is not shown. */
  readonly may: (needed: Scope) => boolean;
  /** Whether they signed in, and so can sign out. */
  readonly signedIn: boolean;
}

export interface PageOptions extends PageContext {
  readonly title: string;
  /** What of the navigation it belongs to. */
  readonly place?: Place;
  /** The page's scripts, which it works without. */
  readonly scripts?: readonly ScriptName[];
  /** Seconds after which it is loaded anew where scripts are off. */
  readonly refreshS?: number | undefined;
}

/** A whole page. */
export function page(options: PageOptions, content: Html): Html {
  const { language, title, address, signedIn, scripts = [], refreshS } = options;
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
${scripts.map((name) => html`<script type="module" src="${SCRIPTS[name].path}"></script>`)}
${refreshS === undefined ? "" : html`<noscript><meta http-equiv="refresh" content="${refreshS}"></noscript>`}
</head>
<body>
<a class="skip" href="#content">${texts.skip}</a>
<header class="top">
<a class="brand" href="/">${texts.name}</a>
<nav class="places" aria-label="${texts.name}">${navigation(options, texts)}</nav>
<form class="switch" method="post" action="/language">
<input type="hidden" name="return" value="${address}">
<button name="language" value="${otherLanguage(language)}" lang="${otherLanguage(language)}">${texts.otherLanguage}</button>
</form>
${signedIn ? html`<form class="switch" method="post" action="${SIGN_OUT}"><button>${texts.signOut}</button></form>` : ""}
</header>
<main id="content" tabindex="-1">${content}</main>
</body>
</html>`;
}

function navigation({ place, may }: PageOptions, texts: Texts): Html[] {
  const open = Object.entries(PLACES).filter(([, { needed }]) => may(needed));
  return open.map(([name, { href }]) => {
    const current = name === place ? html` aria-current="page"` : "";
    return html`<a href="${href}"${current}>${texts.places[name as Place]}</a>`;
  });
}
