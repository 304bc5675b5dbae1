import { type Context, Hono } from "hono";
import { setCookie } from "hono/cookie";
import { type AppError, errorTable } from "../../errors.js";
import { formLimit } from "../form-limit.js";
import { detailOf, failureOf } from "../problem.js";
import { parseRankingQuery } from "../schemas.js";
import { keepSearch, picturesOf, queryUrls, rankingRequest, rankSimilar, required } from "../searching.js";
import { API, answerOf, type Served, thumbnailUrls } from "../served.js";
import { failurePage } from "./failure-page.js";
import { isLanguage, LANGUAGE_COOKIE, languageOf, textsOf } from "./language.js";
import { ICON_PATH, icon, SCRIPTS, STYLE_PATH } from "./layout.js";
import { resultPage } from "./result-page.js";
import { searchPage } from "./search-page.js";
import { style } from "./style.js";

const YEAR_S = 365 * 24 * 60 * 60;

/** The pages, which work without scripts. A failure is a page too. */
export function pageRoutes(served: Served, onDefect: (error: AppError) => void): Hono {
  const { diptych, searches } = served;
  const pages = new Hono();

  pages.get("/", async (context) => {
    const { designs } = await diptych.catalog.stats();
    return context.html(searchPage(languageOf(context), designs));
  });

  pages.use("/search", formLimit).use("/upload", formLimit);
  pages.post("/search", async (context) => {
    const { front, back } = await context.req.parseBody();
    return redirectToResult(context, { front, back });
  });

  // The form of the tutorial that Diptych grew out of.
  pages.post("/upload", async (context) => {
    const { file, file2 } = await context.req.parseBody();
    return redirectToResult(context, { front: file, back: file2 });
  });

  pages.get("/results/:id", async (context) => {
    const language = languageOf(context);
    const texts = textsOf(language);
    const id = context.req.param("id");
    const { embeddings, thumbnails } = searches.get(id);
    const query = rankingOf(context);
    const ranking = await diptych.rank(embeddings, rankingRequest(query));
    const { search } = new URL(context.req.url);
    return context.html(
      resultPage({
        language,
        title: texts.results,
        address: `/results/${id}${search}`,
        query: queryUrls(id, thumbnails),
        answer: await answerOf(ranking, served),
        filter: query.filter,
        links: [
          { text: texts.sheet, href: `${API}/searches/${id}/sheet/jpg${search}` },
          { text: texts.json, href: `${API}/searches/${id}${search}` },
          { text: texts.newSearch, href: "/" },
        ],
      }),
    );
  });

  pages.get("/designs/:id/similar", async (context) => {
    const language = languageOf(context);
    const texts = textsOf(language);
    const id = context.req.param("id");
    const query = rankingOf(context);
    const ranking = await rankSimilar(served, id, rankingRequest(query));
    const { views } = required(await diptych.catalog.get([id]), id);
    const { search } = new URL(context.req.url);
    const own = `/designs/${encodeURIComponent(id)}/similar`;
    return context.html(
      resultPage({
        language,
        title: texts.similarTo(id),
        address: `${own}${search}`,
        query: thumbnailUrls(id, views),
        answer: await answerOf(ranking, served),
        filter: query.filter,
        links: [
          { text: texts.json, href: `${API}${own}${search}` },
          { text: texts.newSearch, href: "/" },
        ],
      }),
    );
  });

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
    const failure = failureOf(error);
    if (failure.code === "INTERNAL") onDefect(failure);
    return context.html(
      failurePage(languageOf(context), detailOf(failure)),
      errorTable[failure.code].httpStatus,
    );
  });
  return pages;

  async function redirectToResult(context: Context, files: Parameters<typeof picturesOf>[0]) {
    const pictures = await picturesOf(files);
    const { id } = await keepSearch(served, pictures, rankingRequest(parseRankingQuery({})));
    return context.redirect(`/results/${id}`, 303);
  }
}

/** @throws AppError INVALID_REQUEST for a query string that asks for what cannot be. */
function rankingOf(context: Context) {
  const { filter = [], ...single } = context.req.queries();
  const first = Object.entries(single).map(([name, values]) => [name, values[0]]);
  // A field that was left empty asks for nothing.
  return parseRankingQuery({ ...Object.fromEntries(first), filter: filter.filter((text) => text !== "") });
}
