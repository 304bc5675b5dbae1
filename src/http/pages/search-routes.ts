import type { Context, Hono } from "hono";
import { viewsOf } from "../../core/design.js";
import { formLimit } from "../form-limit.js";
import type { RankingQuery } from "../schemas.js";
import {
  keepSearch,
  type QueryFields,
  queryOf,
  queryUrls,
  rankingRequest,
  rankSimilar,
  required,
} from "../searching.js";
import { API, answerOf, type Served, thumbnailUrlsOf } from "../served.js";
import { textsOf } from "./language.js";
import { contextOf, goTo } from "./page-context.js";
import { addressWithoutFilter, apiQuery, rankingOf } from "./page-query.js";
import { readForm } from "./read-form.js";
import { resultPage } from "./result-page.js";
import { searchPage } from "./search-page.js";

/**
 * The aspect that a part of a picture is searched by: of 30 garments the upper half alone found its own among the first 20 of 300
 * with it 30 times, with the whole embedding 22 times; the print in its middle 22 and 11 times.
 */
const PARTS_BY = "detail";

/** The pages to search by, and their results. */
export function addSearchPages(pages: Hono, served: Served): void {
  const { diptych, searches } = served;

  pages.get("/", async (context) => {
    const { designs } = await diptych.catalog.stats();
    return context.html(searchPage(contextOf(context), designs));
  });

  pages.use("/search", formLimit).use("/upload", formLimit);
  pages.post("/search", async (context) => search(context, await readForm(context)));

  // The form of the tutorial that Diptych grew out of.
  pages.post("/upload", async (context) => {
    const { file, file2 } = await readForm(context);
    return search(context, { front: file, back: file2 });
  });

  pages.get("/results/:id", async (context) => {
    const id = context.req.param("id");
    const embeddings = searches.embeddings(id);
    const ranking = rankingOf(context);
    const own = contextOf(context);
    return context.html(
      resultPage({
        ...own,
        title: textsOf(own.language).results,
        query: queryUrls(id, embeddings),
        ranking,
        answer: answerOf(await diptych.rank(embeddings, rankingRequest(ranking))),
        attributes: await diptych.catalog.attributes(),
        ...addressesOf(context, `${API}/searches/${id}`, ranking),
      }),
    );
  });

  pages.get("/designs/:id/similar", async (context) => {
    const id = context.req.param("id");
    const ranking = rankingOf(context);
    const answer = answerOf(await rankSimilar(served, id, rankingRequest(ranking)));
    const design = required(await diptych.catalog.get([id]), id);
    const own = contextOf(context);
    return context.html(
      resultPage({
        ...own,
        title: textsOf(own.language).similarTo(id),
        query: thumbnailUrlsOf(design),
        ranking,
        answer,
        attributes: await diptych.catalog.attributes(),
        ...addressesOf(context, `${API}/designs/${encodeURIComponent(id)}/similar`, ranking),
      }),
    );
  });

  /** Keeps a search; it is ranked on the page that this leads to. */
  async function search(context: Context, fields: QueryFields): Promise<Response> {
    const query = await queryOf(fields);
    const id = await keepSearch(context, served, query);
    const isPart = viewsOf(query.crops ?? {}).length > 0;
    const canZoom = diptych.aspects.some(({ name }) => name === PARTS_BY);
    return goTo(context, `/results/${id}${isPart && canZoom ? `?aspect.${PARTS_BY}=1` : ""}`);
  }
}

/**
 * Where a result is told otherwise.
 *
 * @param inApi where the API answers the same.
 */
function addressesOf(context: Context, inApi: string, ranking: RankingQuery) {
  const query = apiQuery(ranking);
  return {
    downloads: {
      sheet: `${inApi}/sheet.jpg${query}`,
      csv: `${inApi}/matches.csv${query}`,
      json: `${inApi}${query}`,
    },
    unfiltered: addressWithoutFilter(context),
    moreAddress: (topK: number) => {
      const address = new URL(context.req.url);
      address.searchParams.set("topK", String(topK));
      return address.pathname + address.search;
    },
  };
}
