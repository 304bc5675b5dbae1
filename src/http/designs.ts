import { createRoute, z } from "@hono/zod-openapi";
import type { Design } from "../core/design.js";
import { parseFilter } from "../core/filter.js";
import { AppError } from "../errors.js";
import { whileAwaited } from "./admission.js";
import { addDownloads } from "./downloads.js";
import { parseAttributes } from "./form-attributes.js";
import { formLimit } from "./form-limit.js";
import {
  attributeSummaries,
  deletion,
  design,
  designForm,
  designPage,
  pageQuery,
  pictureSize,
  rankingAnswer,
  rankingQuery,
  viewName,
} from "./schemas.js";
import { picturesOf, rankingRequest, rankSimilar, required } from "./searching.js";
import {
  API,
  type Api,
  answerOf,
  failures,
  json,
  type Served,
  shortHash,
  thumbnailUrlsOf,
} from "./served.js";

/** Ids of designs may be long, those of paths are not endless. */
const idParam = z.object({ id: z.string().max(1024) });

const list = createRoute({
  method: "get",
  path: `${API}/designs`,
  summary: "The catalog's designs in the order of their ids",
  request: { query: pageQuery },
  responses: { 200: json(designPage, "A page of them."), ...failures(400, 409, 503) },
});

const attributes = createRoute({
  method: "get",
  path: `${API}/attributes`,
  summary: "What the designs have as attributes, to choose filters from",
  responses: { 200: json(attributeSummaries, "Those of most designs first."), ...failures(409, 503) },
});

const get = createRoute({
  method: "get",
  path: `${API}/designs/{id}`,
  summary: "One design",
  request: { params: idParam },
  responses: { 200: json(design, "The design."), ...failures(400, 404, 409, 503) },
});

const put = createRoute({
  method: "put",
  path: `${API}/designs/{id}`,
  summary: "Add a design, or change one: what the form leaves out stays as it is",
  request: {
    params: idParam,
    body: { required: true, content: { "multipart/form-data": { schema: designForm } } },
  },
  responses: {
    200: json(design, "It was changed."),
    201: json(design, "It is new."),
    ...failures(400, 409, 413, 415, 422, 503, 504),
  },
});

const remove = createRoute({
  method: "delete",
  path: `${API}/designs/{id}`,
  summary: "Delete a design; for an hour it can be brought back",
  request: { params: idParam },
  responses: { 200: json(deletion, "It is found no more."), ...failures(400, 404, 409, 503) },
});

const restore = createRoute({
  method: "post",
  path: `${API}/designs/{id}/restore`,
  summary: "Bring back a design that was deleted within the last hour",
  request: { params: idParam },
  responses: { 200: json(design, "It is back."), ...failures(400, 404, 409, 503) },
});

const similar = createRoute({
  method: "get",
  path: `${API}/designs/{id}/similar`,
  summary: "Search by a design of the catalog; it is not among its own matches",
  request: { params: idParam, query: rankingQuery },
  responses: { 200: json(rankingAnswer, "The matches, best first."), ...failures(400, 404, 409, 503) },
});

const picture = createRoute({
  method: "get",
  path: `${API}/designs/{id}/views/{view}`,
  summary: "A design's picture",
  request: {
    params: idParam.extend({ view: viewName }),
    query: z.object({
      size: pictureSize,
      v: z.string().optional().openapi({
        description: "The picture's version, as addresses tell it.",
        example: "0123456789abcdef",
      }),
    }),
  },
  responses: {
    200: { description: "WebP.", content: { "image/webp": {} } },
    304: { description: "It is the one that If-None-Match names." },
    ...failures(400, 404, 409, 503),
  },
});

export function addDesignRoutes(api: Api, served: Served): void {
  const { diptych, deleted } = served;
  const { catalog } = diptych;
  const find = async (id: string) => required(await catalog.get([id]), id);

  api.openapi(list, async (context) => {
    const { limit, after, filter } = context.req.valid("query");
    const page = await catalog.list({ limit, after: after ?? null, filter: parseFilter(filter) });
    return context.json({ designs: page.designs.map(toJson), next: page.next }, 200);
  });

  api.openapi(attributes, async (context) =>
    context.json(
      { attributes: (await catalog.attributes()).map((each) => ({ ...each, values: [...each.values] })) },
      200,
    ),
  );

  api.openapi(get, async (context) => context.json(toJson(await find(context.req.valid("param").id)), 200));

  api.use(put.getRoutingPath(), formLimit);
  api.openapi(put, async (context) => {
    const { id } = context.req.valid("param");
    const { front, back, without, attributes: told } = context.req.valid("form");
    const { created } = await diptych.put(
      {
        id,
        pictures: await picturesOf({ front, back }),
        without,
        ...(told !== undefined && { attributes: parseAttributes(told) }),
      },
      whileAwaited(context),
    );
    return context.json(toJson(await find(id)), created ? 201 : 200);
  });

  api.openapi(remove, async (context) => {
    const { id } = context.req.valid("param");
    await deleted.delete(id);
    const restore = deleted.has(id) ? `${API}/designs/${encodeURIComponent(id)}/restore` : null;
    return context.json({ id, restore }, 200);
  });

  api.openapi(restore, async (context) => {
    const { id } = context.req.valid("param");
    await deleted.restore(id);
    return context.json(toJson(await find(id)), 200);
  });

  api.openapi(similar, async (context) => {
    const { id } = context.req.valid("param");
    const ranking = await rankSimilar(served, id, rankingRequest(context.req.valid("query")));
    return context.json(answerOf(ranking), 200);
  });

  addDownloads(api, served, similar.path, {
    rank: (id, query) => rankSimilar(served, id, rankingRequest(query)),
    thumbnails: async (id) => (await catalog.thumbnails([id])).get(id) ?? {},
  });

  api.openapi(picture, async (context) => {
    const { id, view } = context.req.valid("param");
    const { size, v } = context.req.valid("query");
    // Its hash and its thumbnail in one look: a new picture may come between two.
    const { views, thumbnails } = required(await catalog.getShown([id]), id);
    const known = views[view];
    const { sha256 = null } = known ?? {};
    const etag = sha256 === null ? null : `"${sha256}-${size}"`;
    if (etag && context.req.header("If-None-Match") === etag) return context.body(null, 304, { ETag: etag });
    const full = known && size === "full" ? await diptych.original(known) : null;
    const shown = full ?? thumbnails[view];
    if (!shown) throw new AppError("NOT_FOUND", `The design "${id}" has no ${view} picture.`);
    // A thumbnail in place of an original that is missing may not stay so.
    const isAsAsked = size === "thumb" || full !== null;
    // Only an address that names the picture's hash stays true for ever.
    const lasts = isAsAsked && sha256 !== null && v === shortHash(sha256);
    return context.body(Buffer.from(shown), 200, {
      "Content-Type": "image/webp",
      "Cache-Control": lasts ? "public, max-age=31536000, immutable" : "no-cache",
      ...(etag && isAsAsked && { ETag: etag }),
    });
  });
}

/** Without the paths of its pictures, which are nobody's business outside of this machine. */
function toJson(own: Design) {
  return { id: own.id, attributes: own.attributes, thumbnails: thumbnailUrlsOf(own) };
}
