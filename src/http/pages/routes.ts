import { type Context, Hono } from "hono";
import { setCookie } from "hono/cookie";
import { type AppError, errorTable } from "../../errors.js";
import { problem } from "../problem.js";
import type { Served } from "../served.js";
import { statsOf } from "../status.js";
import { type ApiDocument, apiPage } from "./api-page.js";
import { addCatalogueRoutes } from "./catalogue-routes.js";
import { failurePage } from "./failure-page.js";
import { addImportPages } from "./import-routes.js";
import { isLanguage, LANGUAGE_COOKIE } from "./language.js";
import { ICON_PATH, icon, SCRIPTS, STYLE_PATH } from "./layout.js";
import { contextOf, wantsJson } from "./page-context.js";
import { addSearchPages } from "./search-routes.js";
import { statusPage } from "./status-page.js";
import { style } from "./style/style.js";

const YEAR_S = 365 * 24 * 60 * 60;

export interface PageOptions {
  /** Makes any failure one of the table, and tells of it. */
  readonly note: (error: unknown) => AppError;
  /** The OpenAPI document. */
  readonly describe: () => ApiDocument;
}

/** The pages, which work without scripts. A failure is a page too. */
export function pageRoutes(served: Served, { note, describe }: PageOptions): Hono {
  const pages = new Hono();
  addSearchPages(pages, served);
  addCatalogueRoutes(pages, served);
  addImportPages(pages, served);

  pages.get("/status", async (context) =>
    context.html(statusPage(contextOf(context), await statsOf(served))),
  );
  pages.get("/api", (context) => context.html(apiPage(contextOf(context), describe())));

  pages.post("/language", async (context) => {
    const { language, return: back } = await context.req.parseBody();
    if (typeof language === "string" && isLanguage(language)) {
      setCookie(context, LANGUAGE_COOKIE, language, { maxAge: YEAR_S, sameSite: "Lax", httpOnly: true });
    }
    // To a page of ours alone, never to another host.
    const isOwn = typeof back === "string" && /^\/(?![/\\])/u.test(back);
    return context.redirect(isOwn ? back : "/", 303);
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

/** A failure as a page. */
export function showFailure(context: Context, failure: AppError) {
  return context.html(failurePage(contextOf(context), failure), errorTable[failure.code].httpStatus);
}
