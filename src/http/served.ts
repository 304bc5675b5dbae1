import type { OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import type { Diptych } from "../compose.js";
import type { Admission } from "../core/admission.js";
import { type Design, type PerView, type View, viewsOf } from "../core/design.js";
import type { Ranking } from "../core/search.js";
import type { DeletedDesigns } from "./deleted-designs.js";
import type { ImportJobs } from "./imports/import-jobs.js";
import type { KeptSearches } from "./kept-searches.js";
import type { Metrics } from "./metrics.js";
import { problemDocument } from "./schemas.js";

/** What the routes work on. */
export interface Served {
  readonly diptych: Diptych;
  readonly admission: Admission;
  readonly searches: KeptSearches;
  readonly deleted: DeletedDesigns;
  readonly imports: ImportJobs;
  readonly metrics: Metrics;
  /** Of Diptych. */
  readonly version: string;
}

export type Api = OpenAPIHono;

export const API = "/api/v1";

/** What of a picture's hash stands in its address. */
export const shortHash = (sha256: string): string => sha256.slice(0, 16);

/** The address of a design's thumbnail; the picture's hash in it lets browsers keep it for ever. */
function thumbnailUrl(id: string, view: View, sha256: string | null): string {
  const version = sha256 === null ? "" : `?v=${shortHash(sha256)}`;
  return `${API}/designs/${encodeURIComponent(id)}/views/${view}${version}`;
}

/** The address of the same picture in full size. */
export function fullSizeUrl(thumbnail: string): string {
  return `${thumbnail}${thumbnail.includes("?") ? "&" : "?"}size=full`;
}

/** For each view its thumbnail's address. */
function thumbnailUrls(id: string, hashes: PerView<string | null>): PerView<string> {
  return Object.fromEntries(viewsOf(hashes).map((view) => [view, thumbnailUrl(id, view, hashes[view]!)]));
}

/** The same of a design. */
export function thumbnailUrlsOf({ id, views }: Design): PerView<string> {
  return thumbnailUrls(id, Object.fromEntries(viewsOf(views).map((view) => [view, views[view]!.sha256])));
}

/** A ranking as the API tells it: with the addresses of the matches' thumbnails. */
export function answerOf({ weights, aspects, matches }: Ranking) {
  return {
    weights,
    aspects,
    matches: matches.map(({ hashes, ...match }) => ({
      ...match,
      thumbnails: thumbnailUrls(match.id, hashes),
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
