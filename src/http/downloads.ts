import { createRoute, z } from "@hono/zod-openapi";
import type { SheetRequest } from "../compose.js";
import { type PerView, VIEWS } from "../core/design.js";
import type { Ranking } from "../core/search.js";
import { csvHeaders, csvText } from "./csv.js";
import { languageOf, textsOf } from "./pages/language.js";
import { type RankingQuery, rankingQuery } from "./schemas.js";
import { type Api, failures, type Served } from "./served.js";

/** The endings of a contact sheet's name, and what they stand for. */
const SHEETS: Readonly<Record<string, NonNullable<SheetRequest["format"]>>> = {
  "sheet.jpg": "jpeg",
  "sheet.png": "png",
  "sheet.webp": "webp",
};

const params = z.object({ id: z.string().max(1024) });
const sheetName = z.enum(Object.keys(SHEETS)).openapi({ example: "sheet.jpg" });

/** What is downloaded of. */
export interface Downloaded {
  /** Ranks as a query string asks. */
  readonly rank: (id: string, query: RankingQuery) => Promise<Ranking>;
  /** Of what it is ranked by. */
  readonly thumbnails: (id: string) => Promise<PerView<Uint8Array>>;
}

/**
 * Adds a result as a contact sheet and as CSV.
 *
 * @param path where the result itself is, of whose addresses `{id}` is a part.
 */
export function addDownloads(
  api: Api,
  { diptych }: Served,
  path: string,
  { rank, thumbnails }: Downloaded,
): void {
  const csv = createRoute({
    method: "get",
    path: `${path}/matches.csv`,
    summary:
      "The matches as CSV: rank, id, score, each side's cosine, verdict, percentile and the attributes",
    request: { params, query: rankingQuery },
    responses: {
      200: { description: "CSV for spreadsheets.", content: { "text/csv": { schema: z.string() } } },
      ...failures(400, 404, 409, 503),
    },
  });
  const sheet = createRoute({
    method: "get",
    path: `${path}/{sheet}`,
    summary: "The contact sheet: the query pair, then its matches with rank, id and score",
    request: { params: params.extend({ sheet: sheetName }), query: rankingQuery },
    responses: {
      200: { description: "A picture.", content: { "image/jpeg": {}, "image/png": {}, "image/webp": {} } },
      ...failures(400, 404, 409, 503),
    },
  });

  api.openapi(csv, async (context) => {
    const ranking = await rank(context.req.valid("param").id, context.req.valid("query"));
    return context.body(matchesCsv(ranking), 200, csvHeaders("matches.csv"));
  });

  api.openapi(sheet, async (context) => {
    const { id, sheet: name } = context.req.valid("param");
    const [{ matches }, pictures] = await Promise.all([rank(id, context.req.valid("query")), thumbnails(id)]);
    const format = SHEETS[name]!;
    const { query, front, back, missing } = textsOf(languageOf(context));
    const labels = { query, views: { front, back }, missing };
    const picture = await diptych.contactSheet({ pictures, matches, format, labels });
    return context.body(Buffer.from(picture), 200, {
      "Content-Type": `image/${format}`,
      "Content-Disposition": `inline; filename="contact-${name}"`,
    });
  });
}

function matchesCsv({ matches }: Ranking): string {
  const keys = [...new Set(matches.flatMap(({ attributes }) => Object.keys(attributes)))];
  const header = ["rank", "id", "score", ...VIEWS, "verdict", "percentile", ...keys];
  const rows = matches.map(({ rank, id, score, views, verdict, percentile, attributes }) => [
    rank,
    id,
    score,
    ...VIEWS.map((view) => views[view] ?? null),
    verdict,
    percentile,
    ...keys.map((key) => (Object.hasOwn(attributes, key) ? attributes[key]! : null)),
  ]);
  return csvText([header, ...rows]);
}
