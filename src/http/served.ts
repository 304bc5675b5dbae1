import type { OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import type { Diptych } from "../compose.js";
import type { PerView, View } from "../core/design.js";
import { viewsOf } from "../core/design.js";
import type { Ranking } from "../core/search.js";
import type { KeptSearches } from "./kept-searches.js";
import { problemDocument } from "./schemas.js";

/** What the routes work on. */
export interface Served {
  readonly diptych: Diptych;
  readonly searches: KeptSearches;
}

export type Api = OpenAPIHono;

export const API = "/api/v1";

/** The address of a design's thumbnail; the picture's hash in it lets browsers keep it for ever. */
function thumbnailUrl(id: string, view: View, sha256: string | null): string {
  const version = sha256 === null ? "" : `?v=${sha256.slice(0, 16)}`;
  return `${API}/designs/${encodeURIComponent(id)}/views/${view}${version}`;
}

/** For each view its thumbnail's address. */
export function thumbnailUrls(
  id: string,
  views: PerView<{ readonly sha256: string | null }>,
): PerView<string> {
  return Object.fromEntries(
    viewsOf(views).map((view) => [view, thumbnailUrl(id, view, views[view]!.sha256)]),
  );
}

/** A ranking as the API tells it: with the addresses of the matches' thumbnails. */
export async function answerOf({ weights, aspects, matches }: Ranking, { diptych }: Served) {
  const designs = await diptych.catalog.get(matches.map(({ id }) => id));
  return {
    weights,
    aspects,
    matches: matches.map((match) => ({
      ...match,
      thumbnails: thumbnailUrls(match.id, designs.get(match.id)?.views ?? {}),
    })),
  };
}

/** How a route says that it may fail. */
export const failures = (...statuses: number[]): RouteConfig["responses"] =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: "An RFC 9457 problem document.",
        content: { "application/problem+json": { schema: problemDocument } },
      },
    ]),
  );

export const json = <T>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});
