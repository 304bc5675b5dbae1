import { z } from "@hono/zod-openapi";
import { VIEWS } from "../core/design.js";
import { DEFAULT_TOP_K } from "../core/query.js";
import { VERDICTS } from "../core/verdict.js";
import { AppError } from "../errors.js";

/** Matches of one answer at most. */
export const MAX_TOP_K = 200;
/** Designs of one page at most. */
const MAX_PAGE = 200;

/** `perView(schema)`: a value for each view that has one. */
export const perView = <T extends z.ZodType>(value: T) =>
  z.object({ front: value.optional(), back: value.optional() });

export const viewName = z.enum(VIEWS).openapi({ example: "front" });

export const pictureSize = z.enum(["thumb", "full"]).default("thumb").openapi({
  description:
    "thumb: long side at most 256 px; full: at most 2048 px, made of the original, or the thumbnail where that is gone.",
  example: "thumb",
});

const MAX_WEIGHT = 1e6;
const DEFAULT_WEIGHT = 0.5;

function weight(told: { description?: string; example: number }) {
  const given = z.coerce.number().min(0).max(MAX_WEIGHT).default(DEFAULT_WEIGHT);
  // A field that was left empty tells nothing, and would be coerced to 0.
  return z
    .preprocess((value) => (value === "" ? undefined : value), given)
    .openapi({
      // Told by hand: of itself it would be called nullable, for null is coerced to 0.
      type: "number",
      minimum: 0,
      maximum: MAX_WEIGHT,
      default: DEFAULT_WEIGHT,
      ...told,
    });
}

/** A field that may be repeated. */
export const repeatable = <T extends z.ZodType>(one: T) =>
  z
    .union([one, z.array(one)])
    .optional()
    .transform((values) => (values === undefined ? [] : ([values].flat() as z.output<T>[])));

const filter = repeatable(z.string()).openapi({
  type: "array",
  items: { type: "string" },
  description:
    "Conditions that must all hold: key=value, key=a|b, key!=value, key>=number. May be repeated; of several key=value with one key any may hold.",
  example: ["category=tee|polo"],
});
const topK = z.coerce
  .number()
  .int()
  .min(1)
  .max(MAX_TOP_K)
  .default(DEFAULT_TOP_K)
  .openapi({ description: "How many matches at most.", example: 5 });
const aspect = z.string().optional().openapi({
  description: "What counts, as name=weight of the model's aspects; default: the first of them alone.",
  example: "detail=0.8,shape=0.2",
});
const ignoreColour = z
  .enum(["true", "false"])
  .default("false")
  .transform((text) => text === "true")
  .openapi({
    description: "Finds designs whatever their colours; not together with aspect.",
    example: "false",
  });

const ranking = { aspect, ignoreColour, filter, topK };

/** How a search is ranked again. */
export const rankingQuery = z.object({
  front: weight({ description: "How much the front counts, from 0 up, any scale.", example: 0.7 }),
  back: weight({ description: "How much the back counts, from 0 up, any scale.", example: 0.3 }),
  ...ranking,
});
export type RankingQuery = z.output<typeof rankingQuery>;

/** @throws AppError INVALID_REQUEST for what is none. */
export function parseRankingQuery(query: unknown): RankingQuery {
  const parsed = rankingQuery.safeParse(query);
  if (parsed.success) return parsed.data;
  throw invalidRequest(parsed.error);
}

export function invalidRequest(error: z.core.$ZodError): AppError {
  const told = z.prettifyError(error).replaceAll(/\s+/gu, " ").replace(/^✖ /u, "");
  return new AppError("INVALID_REQUEST", `The request cannot be used: ${told}`);
}

const picture = z
  .instanceof(File, { error: "expected a picture file" })
  .optional()
  .openapi({ type: "string", format: "binary" });
const crop = z.string().optional().openapi({
  description: "What of the picture is searched by: left,top,width,height in fractions of it. Default: all.",
  example: "0.25,0,0.5,0.4",
});

/** The form of a search. */
export const searchForm = z.object({
  front: picture,
  back: picture,
  frontCrop: crop,
  backCrop: crop,
  frontWeight: weight({ example: 0.5 }),
  backWeight: weight({ example: 0.5 }),
  ...ranking,
});

const attributes = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .openapi({ description: "Free facts.", example: { category: "tee", price: 19.5 } });
const match = z
  .object({
    rank: z.int().min(1),
    id: z.string(),
    score: z.number().openapi({ description: "Weighted mean of the shared views' cosines, in [-1, 1]." }),
    views: perView(z.number()).openapi({ description: "Each shared view's own cosine, in [-1, 1]." }),
    verdict: z.enum(VERDICTS).nullable(),
    percentile: z
      .number()
      .nullable()
      .openapi({ description: "Percentage of unrelated designs that come less close, 0 to 100." }),
    attributes,
    thumbnails: perView(z.string()).openapi({ description: "Where the views' thumbnails are." }),
  })
  .openapi("Match");

export const rankingAnswer = z
  .object({
    weights: z
      .object({ front: z.number(), back: z.number() })
      .openapi({ description: "As used, with the sum 1." }),
    aspects: z.record(z.string(), z.number()).openapi({ description: "As used, with the sum 1." }),
    matches: z.array(match),
  })
  .openapi("Ranking");

export const searchAnswer = rankingAnswer
  .extend({
    id: z.string().openapi({ description: "Under which the search is kept for a while." }),
    query: perView(z.string()).openapi({ description: "Where the query's thumbnails are." }),
    sheet: z
      .string()
      .openapi({ description: "Where the contact sheet is; with .png and .webp at its end, too." }),
  })
  .openapi("Search");

export const design = z
  .object({
    id: z.string(),
    attributes,
    thumbnails: perView(z.string()).openapi({ description: "Long side at most 256 px." }),
  })
  .openapi("Design");

/** The form that a design is put by. */
export const designForm = z.object({
  front: picture,
  back: picture,
  without: repeatable(viewName).openapi({
    type: "array",
    items: { type: "string", enum: [...VIEWS] },
    description: "Views that the design shall not have. May be repeated.",
    example: ["back"],
  }),
  attributes: z.string().optional().openapi({
    description: "All attributes, as a JSON object of texts and numbers. Default: those it has.",
    example: '{"category": "tee", "price": 19.5}',
  }),
});

export const deletion = z
  .object({
    id: z.string(),
    restore: z.string().nullable().openapi({
      description: "POST there within an hour brings the design back; null for one that was damaged.",
    }),
  })
  .openapi("Deletion");

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50).openapi({ example: 10 }),
  after: z.string().optional().openapi({ description: "The `next` of the page before.", example: "A-1024" }),
  filter,
});
export const designPage = z
  .object({ designs: z.array(design), next: z.string().nullable() })
  .openapi("DesignPage");

export const attributeSummaries = z
  .object({
    attributes: z.array(
      z
        .object({
          key: z.string(),
          designs: z.int().openapi({ description: "How many designs have it." }),
          values: z
            .array(z.object({ value: z.string(), designs: z.int() }))
            .openapi({ description: "Its values, those of most designs first, at most 50." }),
          complete: z.boolean().openapi({ description: "Whether these are all its values." }),
          range: z
            .object({ min: z.number(), max: z.number() })
            .nullable()
            .openapi({ description: "Where all values are numbers." }),
        })
        .openapi("Attribute"),
    ),
  })
  .openapi("Attributes");

const latency = z.object({
  count: z.int(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
});

export const stats = z
  .object({
    version: z.string(),
    node: z.string(),
    uptimeS: z.number(),
    residentBytes: z.int(),
    model: z.object({ id: z.string(), sha256: z.string().nullable(), embeddingDim: z.int() }),
    aspects: z.array(z.string()),
    catalog: z.object({
      designs: z.int(),
      views: z.object({ front: z.int(), back: z.int() }),
      version: z.int(),
      bytesOnDisk: z.int(),
    }),
    searches: z.object({
      kept: z.int(),
      embedding: z.int().openapi({ description: "At the model now." }),
    }),
    imports: z.object({ unfinished: z.int() }),
    queue: z
      .object({
        waiting: z
          .object({ search: z.int(), import: z.int() })
          .openapi({ description: "Pictures that wait for the model." }),
        workers: z
          .array(
            z.object({
              id: z.string(),
              host: z.string(),
              pid: z.int(),
              model: z.string(),
              pictures: z.int(),
              batches: z.int(),
              picturesPerS: z.number(),
            }),
          )
          .nullable()
          .openapi({ description: "The processes that embed for this one; null where it embeds itself." }),
      })
      .nullable()
      .openapi({ description: "Null while Redis cannot be reached." }),
    latency: z
      .object({ embed: latency, rank: latency })
      .openapi({ description: "Of the last ten minutes' searches; null where there was none." }),
  })
  .openapi("Stats");

export const problemDocument = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: "What was expected, what came, what to do." }),
    code: z.string(),
  })
  .openapi("Problem");
