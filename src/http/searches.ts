import { createRoute, z } from "@hono/zod-openapi";
import { type View, viewsOf } from "../core/design.js";
import type { RankingRequest } from "../core/search.js";
import { AppError } from "../errors.js";
import { addDownloads } from "./downloads.js";
import { formLimit } from "./form-limit.js";
import { pictureSize, rankingQuery, searchAnswer, searchForm, viewName } from "./schemas.js";
import { keepSearch, queryOf, queryUrls, rankingRequest } from "./searching.js";
import { API, type Api, answerOf, failures, json, type Served } from "./served.js";

const idParam = z.object({ id: z.string().max(64) });
/** Nobody between server and browser keeps what somebody searched with. */
const PRIVATE = { "Cache-Control": "private, max-age=3600" };

const create = createRoute({
  method: "post",
  path: `${API}/searches`,
  summary: "Search by a front picture, a back picture or both",
  request: { body: { required: true, content: { "multipart/form-data": { schema: searchForm } } } },
  responses: {
    201: json(searchAnswer, "The search, kept for a day, with its matches, best first."),
    ...failures(400, 409, 413, 415, 422, 503, 504),
  },
});

const rank = createRoute({
  method: "get",
  path: `${API}/searches/{id}`,
  summary: "Rank a kept search again, with other weights, aspects or filters",
  request: { params: idParam, query: rankingQuery },
  responses: {
    200: json(searchAnswer, "The search with its matches, best first."),
    ...failures(400, 404, 409, 503),
  },
});

const queryPicture = createRoute({
  method: "get",
  path: `${API}/searches/{id}/query/{view}`,
  summary: "A picture that was searched with, cropped as it was",
  request: { params: idParam.extend({ view: viewName }), query: z.object({ size: pictureSize }) },
  responses: { 200: { description: "WebP.", content: { "image/webp": {} } }, ...failures(400, 404) },
});

export function addSearchRoutes(api: Api, served: Served): void {
  const { diptych, searches } = served;

  api.use(create.path, formLimit);
  api.openapi(create, async (context) => {
    const { frontWeight, backWeight, front, back, frontCrop, backCrop, ...ranking } =
      context.req.valid("form");
    const query = await queryOf({ front, back, frontCrop, backCrop });
    const request = rankingRequest({ ...ranking, front: frontWeight, back: backWeight });
    diptych.checkRanking(viewsOf(query.pictures), request);
    const id = await keepSearch(context, served, query);
    const answer = await answerTo(id, request);
    context.header("Location", `${API}/searches/${id}`);
    return context.json(answer, 201);
  });

  api.openapi(rank, async (context) => {
    const { id } = context.req.valid("param");
    return context.json(await answerTo(id, rankingRequest(context.req.valid("query"))), 200);
  });

  api.openapi(queryPicture, async (context) => {
    const { id, view } = context.req.valid("param");
    const thumbnail = (await searches.thumbnails(id))[view];
    if (!thumbnail) {
      const isGone = searches.embeddings(id)[view] !== undefined;
      const why = isGone
        ? `The search's ${view} picture is kept no longer, for too many searches followed it at once; search again to see it.`
        : `The search has no ${view} picture.`;
      throw new AppError("NOT_FOUND", why);
    }
    const full = context.req.valid("query").size === "full" ? await fullSizeOf(id, view) : null;
    return context.body(Buffer.from(full ?? thumbnail), 200, { "Content-Type": "image/webp", ...PRIVATE });
  });

  addDownloads(api, served, rank.path, {
    rank: async (id, query) => diptych.rank(searches.embeddings(id), rankingRequest(query)),
    thumbnails: (id) => searches.thumbnails(id),
  });

  async function fullSizeOf(id: string, view: View): Promise<Uint8Array | null> {
    const picture = searches.picture(id, view);
    return picture && diptych.fullSize(picture.bytes, picture.crop);
  }

  async function answerTo(id: string, request: RankingRequest) {
    const embeddings = searches.embeddings(id);
    const ranking = await diptych.rank(embeddings, request);
    const own = { id, query: queryUrls(id, embeddings), sheet: `${API}/searches/${id}/sheet.jpg` };
    return { ...own, ...answerOf(ranking) };
  }
}
