import { createRoute, z } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { parseAspects } from "../core/aspects.js";
import { type PerView, VIEWS, type View, viewsOf } from "../core/design.js";
import { parseCondition } from "../core/filter.js";
import type { RankingRequest } from "../core/search.js";
import { AppError } from "../errors.js";
import { type RankingQuery, rankingQuery, searchAnswer, searchForm, viewName } from "./schemas.js";
import { API, type Api, answerOf, failures, json, type Served } from "./served.js";

/** Two pictures of 32 MiB and what is around them in a form. */
const MAX_FORM_BYTES = 65 * 1024 * 1024;

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

  api.use(
    create.path,
    bodyLimit({
      maxSize: MAX_FORM_BYTES,
      onError: () => {
        throw new AppError("IMAGE_TOO_LARGE", `A search may have ${MAX_FORM_BYTES} bytes; received more.`);
      },
    }),
  );
  api.openapi(create, async (context) => {
    const { front, back, frontWeight, backWeight, ...ranking } = context.req.valid("form");
    const pictures = await bytesOf({ front, back });
    const request = rankingRequest({ ...ranking, front: frontWeight, back: backWeight });
    const making = thumbnailsOf(pictures, diptych.thumbnail);
    // What a picture fails with is told by the embedding, which knows whose it is.
    making.catch(() => {});
    const { embeddings } = await diptych.embed(pictures);
    const thumbnails = await making;
    const ranked = await diptych.rank(embeddings, request);
    const id = searches.keep({ embeddings, thumbnails });
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
  const address = `${API}/searches/${id}`;
  const query = Object.fromEntries(viewsOf(thumbnails).map((view) => [view, `${address}/query/${view}`]));
  return { id, query, sheet: `${address}/sheet/jpg` };
}

/** @throws AppError INVALID_REQUEST for a filter or aspects that are none. */
export function rankingRequest(query: RankingQuery): RankingRequest {
  const { front, back, aspect, ignoreColour, filter, topK } = query;
  return {
    weights: { front, back },
    ...(aspect !== undefined && { aspects: parseAspects(aspect) }),
    ignoreColour,
    filter: filter.map(parseCondition),
    topK,
  };
}

/** A file input that was left empty comes as a file without a name and without bytes. */
async function bytesOf(files: Record<View, File | undefined>): Promise<PerView<Uint8Array>> {
  const pictures: { [V in View]?: Uint8Array } = {};
  for (const view of VIEWS) {
    const file = files[view];
    if (file && (file.size > 0 || file.name !== ""))
      pictures[view] = new Uint8Array(await file.arrayBuffer());
  }
  if (viewsOf(pictures).length > 0) return pictures;
  throw new AppError(
    "INVALID_REQUEST",
    "A search needs a front picture, a back picture or both, as the form's files front and back; received none.",
  );
}

async function thumbnailsOf(
  pictures: PerView<Uint8Array>,
  thumbnail: (picture: Uint8Array) => Promise<Uint8Array>,
): Promise<PerView<Uint8Array>> {
  const made = viewsOf(pictures).map(async (view) => [view, await thumbnail(pictures[view]!)] as const);
  return Object.fromEntries(await Promise.all(made));
}
