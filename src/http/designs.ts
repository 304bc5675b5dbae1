import { createRoute, z } from "@hono/zod-openapi";
import type { Design } from "../core/design.js";
import { parseCondition } from "../core/filter.js";
import { AppError } from "../errors.js";
import { design, designPage, pageQuery, rankingAnswer, rankingQuery, viewName } from "./schemas.js";
import { rankingRequest, rankSimilar, required } from "./searching.js";
import { API, type Api, answerOf, failures, json, type Served, thumbnailUrls } from "./served.js";

/** Ids of designs may be long, those of paths are not endless. */
const idParam = z.object({ id: z.string().max(1024) });

const list = createRoute({
  method: "get",
  path: `${API}/designs`,
  summary: "The catalog's designs in the order of their ids",
  request: { query: pageQuery },
  responses: { 200: json(designPage, "A page of them."), ...failures(400) },
});

const get = createRoute({
  method: "get",
  path: `${API}/designs/{id}`,
  summary: "One design",
  request: { params: idParam },
  responses: { 200: json(design, "The design."), ...failures(404) },
});

const similar = createRoute({
  method: "get",
  path: `${API}/designs/{id}/similar`,
  summary: "Search by a design of the catalog; it is not among its own matches",
  request: { params: idParam, query: rankingQuery },
  responses: { 200: json(rankingAnswer, "The matches, best first."), ...failures(400, 404) },
});

const thumbnail = createRoute({
  method: "get",
  path: `${API}/designs/{id}/views/{view}`,
  summary: "A thumbnail of a design's picture, long side at most 256 px",
  request: { params: idParam.extend({ view: viewName }), query: z.object({ v: z.string().optional() }) },
  responses: { 200: { description: "WebP.", content: { "image/webp": {} } }, ...failures(404) },
});

export function addDesignRoutes(api: Api, served: Served): void {
  const { catalog } = served.diptych;

  api.openapi(list, async (context) => {
    const { limit, after, filter } = context.req.valid("query");
    const page = await catalog.list({ limit, after: after ?? null, filter: filter.map(parseCondition) });
    return context.json({ designs: page.designs.map(toJson), next: page.next }, 200);
  });

  api.openapi(get, async (context) => {
    const { id } = context.req.valid("param");
    return context.json(toJson(required(await catalog.get([id]), id)), 200);
  });

  api.openapi(similar, async (context) => {
    const { id } = context.req.valid("param");
    const ranking = await rankSimilar(served, id, rankingRequest(context.req.valid("query")));
    return context.json(await answerOf(ranking, served), 200);
  });

  api.openapi(thumbnail, async (context) => {
    const { id, view } = context.req.valid("param");
    const { sha256 } = required(await catalog.get([id]), id).views[view] ?? { sha256: null };
    const etag = sha256 === null ? null : `"${sha256}"`;
    // Only an address that names the picture's hash stays true for ever.
    const versioned = sha256 !== null && context.req.valid("query").v === sha256.slice(0, 16);
    context.header("Cache-Control", versioned ? "public, max-age=31536000, immutable" : "no-cache");
    if (etag) context.header("ETag", etag);
    if (etag && context.req.header("If-None-Match") === etag) return context.body(null, 304);
    const picture = (await catalog.thumbnails([id])).get(id)?.[view];
    if (!picture) throw new AppError("NOT_FOUND", `The design "${id}" has no ${view} picture.`);
    return context.body(Buffer.from(picture), 200, { "Content-Type": "image/webp" });
  });
}

/** Without the paths of its pictures, which are nobody's business outside of this machine. */
function toJson({ id, attributes, views }: Design) {
  return { id, attributes, thumbnails: thumbnailUrls(id, views) };
}
