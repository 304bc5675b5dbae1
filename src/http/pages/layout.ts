import { createHash } from "node:crypto";
import { html } from "hono/html";
import { type Language, otherLanguage, textsOf } from "./language.js";
import { style } from "./style.js";

/** The style sheet's address changes with it, so that browsers may keep it for ever. */
export const STYLE_PATH = `/assets/${createHash("sha256").update(style).digest("hex").slice(0, 12)}.css`;

export type Html = ReturnType<typeof html>;

/** A whole page. */
export function page(language: Language, title: string, address: string, content: Html): Html {
  const texts = textsOf(language);
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${texts.name}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<header class="top">
<a class="brand" href="/">${texts.name}</a>
<form class="switch" method="post" action="/language">
<input type="hidden" name="back" value="${address}">
<button name="language" value="${otherLanguage(language)}" lang="${otherLanguage(language)}">${texts.otherLanguage}</button>
</form>
</header>
<main>${content}</main>
</body>
</html>`;
}
