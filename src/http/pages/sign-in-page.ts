import { html } from "hono/html";
import type { AppError } from "../../errors.js";
import { SIGN_IN } from "../access/needed-scope.js";
import { textsOf } from "./language.js";
import { type Html, type PageContext, page } from "./layout.js";
import type { Texts } from "./texts-en.js";

export interface SignIn {
  /** The page to go on to. */
  readonly back: string;
  /** Why the token that was sent was refused. */
  readonly failure?: AppError;
}

/** Asks for a token. */
export function signInPage(context: PageContext, { back, failure }: SignIn): Html {
  const texts = textsOf(context.language);
  return page(
    { ...context, title: texts.signIn },
    html`<section class="narrow"><h1>${texts.signIn}</h1><p class="quiet">${texts.signInLead}</p>
<form class="edit" method="post" action="${SIGN_IN}">
${failure ? html`<p class="note failure" role="alert" id="refusal">${refusal(failure, texts)}</p>` : ""}
<input type="hidden" name="return" value="${back}">
<label>${texts.token}<input type="password" name="token" required autofocus autocomplete="current-password" spellcheck="false"${failure ? html` aria-invalid="true" aria-describedby="refusal"` : ""}></label>
<p class="actions"><button class="primary">${texts.signIn}</button></p>
</form></section>`,
  );
}

function refusal({ code, retryAfterS = 1 }: AppError, texts: Texts): string {
  return code === "RATE_LIMITED" ? texts.tooManyTokens(retryAfterS) : texts.wrongToken;
}
