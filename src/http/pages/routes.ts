import { type Context, Hono } from "hono";
import { setCookie } from "hono/cookie";
import { type AppError, errorTable } from "../../errors.js";
import type { Access } from "../access/access.js";
import { problem, setFailureHeaders } from "../problem.js";
import type { Served } from "../served.js";
import { statsOf } from "../status.js";
import { type ApiDocument, apiPage } from "./api-page.js";
import { addCatalogueRoutes } from "./catalogue-routes.js";
import { failurePage } from "./failure-page.js";
import { addImportPages } from "./import-routes.js";
import { isLanguage, LANGUAGE_COOKIE } from "./language.js";
import { ICON_PATH, icon, SCRIPTS, STYLE_PATH } from "./layout.js";
import { contextOf, ownAddress, wantsJson } from "./page-context.js";
import { readForm } from "./read-form.js";
import { addSearchPages } from "./search-routes.js";
import { signInPage } from "./sign-in-page.js";
import { addSignInPages } from "./sign-in-routes.js";
import { smallFormLimit } from "./small-form-limit.js";
import { statusPage } from "./status-page.js";
import { style } from "./style/style.js";

const YEAR_S = 365 * 24 * 60 * 60;

export interface PageOptions {
  readonly access: Access;
  /** Makes any failure one of the table, and tells of it. */
  readonly note: (error: unknown) => AppError;
  /** The OpenAPI document. */
  readonly describe: () => ApiDocument;
}

/** The pages, which work without scripts. A failure is a page too. */
export function pageRoutes(served: Served, { access, note, describe }: PageOptions): Hono {
  const pages = new Hono();
  addSearchPages(pages, served);
  addCatalogueRoutes(pages, served);
  addImportPages(pages, served);
  if (access.isRequired) addSignInPages(pages, access);

  pages.get("/status", async (context) =>
    context.html(statusPage(contextOf(context), await statsOf(served))),
  );
  pages.get("/api", (context) => context.html(apiPage(contextOf(context), describe())));

  pages.post("/language", smallFormLimit, async (context) => {
    const { language, return: back } = await readForm(context);
    if (typeof language === "string" && isLanguage(language)) {
      setCookie(context, LANGUAGE_COOKIE, language, { maxAge: YEAR_S, sameSite: "Lax", httpOnly: true });
    }
    return context.redirect(ownAddress(back), 303);
  });

  const assets = [
    { path: STYLE_PATH, text: style, type: "text/css" },
    { path: ICON_PATH, text: icon, type: "image/svg+xml" },
    ...Object.values(SCRIPTS).map(({ path, code }) => ({ path, text: code, type: "text/javascript" })),
  ];
  for (const { path, text, type } of assets) {
    pages.get(path, (context) =>
      context.body(text, 200, {
        "Content-Type": `${type}; charset=utf-8`,
        "Cache-Control": "public, max-age=31536000, immutable",
      }),
    );
  }

  pages.onError((error, context) => {
    const failure = note(error);
    return wantsJson(context) ? problem(context, failure) : showFailure(context, failure);
  });
  return pages;
}

/** A failure as a page; whoever has no token is asked for one. */
export function showFailure(context: Context, failure: AppError) {
  const own = contextOf(context);
  const shown =
    failure.code === "UNAUTHENTICATED" ? signInPage(own, { back: own.address }) : failurePage(own, failure);
  setFailureHeaders(context, failure);
  return context.html(shown, errorTable[failure.code].httpStatus);
}
