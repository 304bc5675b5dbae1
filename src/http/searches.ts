import { createRoute, z } from "@hono/zod-openapi";
import type { PerView } from "../core/design.js";
import { AppError } from "../errors.js";
import { formLimit } from "./form-limit.js";
import { rankingQuery, searchAnswer, searchForm, viewName } from "./schemas.js";
import { keepSearch, picturesOf, queryUrls, rankingRequest } from "./searching.js";
import { API, type Api, answerOf, failures, json, type Served } from "./served.js";

const SHEET_TYPES = { jpg: "jpeg", png: "png", webp: "webp" } as const;
const idParam = z.object({ id: z.string().max(64) });

const create = createRoute({
  method: "post",
  path: `${API}/searches`,
  summary: "Search by a front picture, a back picture or both",
  request: { body: { required: true, content: { "multipart/form-data": { schema: searchForm } } } },
  responses: {
    201: json(searchAnswer, "The search, kept for a day, with its matches, best first."),
    ...failures(400, 413, 415, 422, 503),
  },
});

const rank = createRoute({
  method: "get",
  path: `${API}/searches/{id}`,
  summary: "Rank a kept search again, with other weights, aspects or filters",
  request: { params: idParam, query: rankingQuery },
  responses: { 200: json(searchAnswer, "The search with its matches, best first."), ...failures(400, 404) },
});

const queryPicture = createRoute({
  method: "get",
  path: `${API}/searches/{id}/query/{view}`,
  summary: "A thumbnail of a picture that was searched with",
  request: { params: idParam.extend({ view: viewName }) },
  responses: { 200: { description: "WebP.", content: { "image/webp": {} } }, ...failures(404) },
});

const sheet = createRoute({
  method: "get",
  path: `${API}/searches/{id}/sheet/{format}`,
  summary: "The contact sheet of a search: the query pair, then its matches with rank, id and score",
  request: { params: idParam.extend({ format: z.enum(["jpg", "png", "webp"]) }), query: rankingQuery },
  responses: {
    200: { description: "A picture.", content: { "image/jpeg": {}, "image/png": {}, "image/webp": {} } },
    ...failures(400, 404),
  },
});

export function addSearchRoutes(api: Api, served: Served): void {
  const { diptych, searches } = served;

  api.use(create.path, formLimit);
  api.openapi(create, async (context) => {
    const { front, back, frontWeight, backWeight, ...ranking } = context.req.valid("form");
    const pictures = await picturesOf({ front, back });
    const request = rankingRequest({ ...ranking, front: frontWeight, back: backWeight });
    const { id, thumbnails, ranking: ranked } = await keepSearch(served, pictures, request);
    context.header("Location", `${API}/searches/${id}`);
    return context.json({ ...addresses(id, thumbnails), ...(await answerOf(ranked, served)) }, 201);
  });

  api.openapi(rank, async (context) => {
    const { id } = context.req.valid("param");
    const { embeddings, thumbnails } = searches.get(id);
    const ranked = await diptych.rank(embeddings, rankingRequest(context.req.valid("query")));
    return context.json({ ...addresses(id, thumbnails), ...(await answerOf(ranked, served)) }, 200);
  });

  api.openapi(queryPicture, (context) => {
    const { id, view } = context.req.valid("param");
    const thumbnail = searches.get(id).thumbnails[view];
    if (!thumbnail) throw new AppError("NOT_FOUND", `The search has no ${view} picture.`);
    return context.body(Buffer.from(thumbnail), 200, { "Content-Type": "image/webp" });
  });

  api.openapi(sheet, async (context) => {
    const { id, format } = context.req.valid("param");
    const { embeddings, thumbnails } = searches.get(id);
    const { matches } = await diptych.rank(embeddings, rankingRequest(context.req.valid("query")));
    const picture = await diptych.contactSheet({
      pictures: thumbnails,
      matches,
      format: SHEET_TYPES[format],
    });
    return context.body(Buffer.from(picture), 200, {
      "Content-Type": `image/${SHEET_TYPES[format]}`,
      "Content-Disposition": `inline; filename="contact-sheet.${format}"`,
    });
  });
}

function addresses(id: string, thumbnails: PerView<unknown>) {
  return { id, query: queryUrls(id, thumbnails), sheet: `${API}/searches/${id}/sheet/jpg` };
}
