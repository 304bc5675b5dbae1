import type { Context } from "hono";
import { parseAspects } from "../core/aspects.js";
import { parseCrop } from "../core/crop.js";
import { type PerView, VIEWS, type View, viewsOf } from "../core/design.js";
import { parseFilter } from "../core/filter.js";
import type { QueryPictures, Ranking, RankingRequest } from "../core/search.js";
import { AppError } from "../errors.js";
import { whileAwaited } from "./admission.js";
import type { RankingQuery } from "./schemas.js";
import { API, type Served } from "./served.js";

/** What a form's fields or an address's query string ask for. */
export function rankingRequest(query: RankingQuery): RankingRequest & { readonly topK: number } {
  const { front, back, aspect, ignoreColour, filter, topK } = query;
  return {
    weights: { front, back },
    ...(aspect !== undefined && { aspects: parseAspects(aspect) }),
    ignoreColour,
    filter: parseFilter(filter),
    topK,
  };
}

/**
 * The pictures of a form. A file input that was left empty comes as a file without a name and without bytes.
 *
 * @returns none, or one for each view that was sent.
 */
export async function picturesOf(files: { readonly [V in View]?: unknown }): Promise<PerView<Uint8Array>> {
  const pictures: { [V in View]?: Uint8Array } = {};
  for (const view of VIEWS) {
    const file = files[view];
    if (!(file instanceof File) || (file.size === 0 && file.name === "")) continue;
    pictures[view] = new Uint8Array(await file.arrayBuffer());
  }
  return pictures;
}

/** The fields of a form that a search is made by. */
export interface QueryFields {
  readonly front?: unknown;
  readonly back?: unknown;
  readonly frontCrop?: unknown;
  readonly backCrop?: unknown;
}

/**
 * What a form searches by.
 *
 * @throws AppError INVALID_REQUEST when there is no picture, or a crop that is none.
 */
export async function queryOf({ front, back, frontCrop, backCrop }: QueryFields): Promise<QueryPictures> {
  const pictures = await picturesOf({ front, back });
  const cropped = { front: frontCrop, back: backCrop };
  const crops = viewsOf(pictures).flatMap((view) => {
    const crop = cropped[view];
    return typeof crop === "string" && crop !== "" ? [[view, parseCrop(crop)] as const] : [];
  });
  if (viewsOf(pictures).length > 0) return { pictures, crops: Object.fromEntries(crops) };
  throw new AppError(
    "INVALID_REQUEST",
    "A search needs a front picture, a back picture or both, as the form's files front and back; received none.",
  );
}

/** Embeds what is searched by and keeps it under the id that is returned, to be ranked there. */
export async function keepSearch(
  context: Context,
  { diptych, admission, searches }: Served,
  query: QueryPictures,
): Promise<string> {
  const { embeddings } = await admission.measure(() => diptych.embed(query, whileAwaited(context)));
  return searches.keep(embeddings, query);
}

/** Where the thumbnails of a kept search's pictures are. */
export function queryUrls(id: string, embeddings: PerView<unknown>): PerView<string> {
  return Object.fromEntries(viewsOf(embeddings).map((view) => [view, `${API}/searches/${id}/query/${view}`]));
}

/**
 * Ranks the others by a design of the catalog.
 *
 * @throws AppError NOT_FOUND when there is no such design.
 */
export async function rankSimilar(
  { diptych }: Served,
  id: string,
  request: RankingRequest & { readonly topK: number },
): Promise<Ranking> {
  const { views } = required(await diptych.catalog.getEmbedded([id]), id);
  const embeddings = Object.fromEntries(viewsOf(views).map((view) => [view, views[view]!.embedding]));
  // One more, for the design itself is among those most similar to it.
  const ranking = await diptych.rank(embeddings, { ...request, topK: request.topK + 1 });
  const others = ranking.matches.filter((match) => match.id !== id).slice(0, request.topK);
  return { ...ranking, matches: others.map((match, i) => ({ ...match, rank: i + 1 })) };
}

/** @throws AppError NOT_FOUND when the design was not found. */
export function required<T>(found: ReadonlyMap<string, T>, id: string): T {
  const value = found.get(id);
  if (value) return value;
  throw new AppError("NOT_FOUND", `There is no design "${id}" in the catalog.`);
}
