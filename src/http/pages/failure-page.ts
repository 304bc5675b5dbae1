import { html } from "hono/html";
import { type Language, textsOf } from "./language.js";
import { type Html, page } from "./layout.js";

/** What went wrong, and the way on. */
export function failurePage(language: Language, detail: string): Html {
  const texts = textsOf(language);
  return page(
    { language, title: texts.failed, address: "/" },
    html`<section class="intro"><h1>${texts.failed}</h1><p class="quiet">${detail}</p>
<p class="actions"><a href="/">${texts.backToSearch}</a></p></section>`,
  );
}
