import { html } from "hono/html";
import type { AppError } from "../../errors.js";
import { SIGN_IN } from "../access/needed-scope.js";
import { detailOf } from "../problem.js";
import { textsOf } from "./language.js";
import { type Html, type PageContext, page } from "./layout.js";
import type { Texts } from "./texts-en.js";

/** What went wrong, and the way on. What exactly is told in English, as programs are told it. */
export function failurePage(context: PageContext, failure: AppError): Html {
  const texts = textsOf(context.language);
  const title = failureTitle(failure, texts);
  return page(
    { ...context, title },
    html`<section class="intro"><h1>${title}</h1><p class="quiet" lang="en">${detailOf(failure)}</p>
<p class="actions"><a class="button" href="/">${texts.backToSearch}</a><a class="button" href="/catalogue">${texts.toCatalogue}</a>${failure.code === "FORBIDDEN" ? html`<a class="button" href="${SIGN_IN}">${texts.otherToken}</a>` : ""}</p></section>`,
  );
}

/** What went wrong, in the page's language. */
export function failureTitle({ code }: AppError, texts: Texts): string {
  return texts.failures[code] ?? texts.failed;
}

/**
 * Attributes of a form that a script sends, which the script `failure` tells by why it came to nothing.
 *
 * @param lost what it tells where no answer came.
 */
export function failureTexts(lost: string, texts: Texts): Html {
  return html`data-failures="${JSON.stringify(texts.failures)}" data-failed="${texts.failed}" data-lost="${lost}"`;
}
