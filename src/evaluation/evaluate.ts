import pMap from "p-map";
import { type PerView, type View, viewsOf } from "../core/design.js";
import type { Catalog } from "../core/ports.js";
import { DEFAULT_TOP_K } from "../core/query.js";
import type { EmbeddedQuery, Match, QueryPictures, Ranking, RankingRequest } from "../core/search.js";
import { AppError, type ErrorCode } from "../errors.js";
import { type Metrics, measureRanking } from "./metrics.js";
import { type LabelledQuery, type QueryFailure, queryFailure } from "./queries.js";

/**
 * How many designs of a ranking are measured: catalogs up to this size are ranked whole; in a larger one a relevant
 * design further down counts as not found, which costs mAP next to nothing.
 */
export const RANKING_DEPTH = 10_000;

/** How many of the designs that came first an outcome keeps. */
const KEPT_MATCHES = 5;

/** What a failing picture is told by. Any other failure is not the query's, and ends the evaluation. */
const PICTURE_FAILURES: ReadonlySet<ErrorCode> = new Set([
  "NOT_FOUND",
  "IMAGE_TOO_LARGE",
  "UNSUPPORTED_IMAGE",
  "IMAGE_UNDECODABLE",
  "IMAGE_BLANK",
]);

/** A relevant design and where it came. */
export interface ExpectedDesign {
  readonly id: string;
  readonly grade: number;
  /** Null when it was not found. */
  readonly match: Match | null;
  readonly inCatalog: boolean;
}

/** What one query found. */
export interface QueryOutcome {
  readonly query: LabelledQuery;
  readonly metrics: Metrics;
  /** The rank of the first relevant design; null when none was found. */
  readonly firstRelevantRank: number | null;
  /** By falling grade, then by rank, those that were not found last. */
  readonly expected: readonly ExpectedDesign[];
  /** The designs that came first, ranked without the excluded ones. */
  readonly first: readonly Match[];
}

export interface Evaluation {
  /** Those that were measured, in the order of the queries. */
  readonly outcomes: readonly QueryOutcome[];
  /** Queries with a picture that cannot be used, in the order of the queries. */
  readonly failures: readonly QueryFailure[];
}

export interface EvaluationPorts {
  readonly embed: (query: QueryPictures) => Promise<Pick<EmbeddedQuery, "embeddings">>;
  readonly rank: (
    embeddings: EmbeddedQuery["embeddings"],
    request: Pick<RankingRequest, "topK">,
  ) => Promise<Pick<Ranking, "matches">>;
  /** @throws AppError NOT_FOUND, IMAGE_TOO_LARGE. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly catalog: Pick<Catalog, "get" | "stats" | "isExact">;
}

export interface EvaluationOptions {
  /** How many queries are searched at once. */
  readonly concurrency: number;
  /** Told how many queries are done, measured or failed. */
  readonly onProgress?: (done: number) => void;
}

/** Searches with every query and measures what comes. A query with a bad picture is reported and left out. */
export async function evaluate(
  queries: readonly LabelledQuery[],
  ports: EvaluationPorts,
  { concurrency, onProgress = () => {} }: EvaluationOptions,
): Promise<Evaluation> {
  const relevantIds = new Set(queries.flatMap(({ relevant }) => [...relevant.keys()]));
  const known = await ports.catalog.get([...relevantIds]);
  const depth = Math.max(1, Math.min(RANKING_DEPTH, (await ports.catalog.stats()).designs));
  const isExact = await ports.catalog.isExact();
  let done = 0;
  const results = await pMap(
    queries,
    async (query) => {
      const result = await measureOrReport(query, { depth, isExact }, ports, (id) => known.has(id));
      done += 1;
      onProgress(done);
      return result;
    },
    { concurrency },
  );
  return {
    outcomes: results.flatMap((result) => ("outcome" in result ? result.outcome : [])),
    failures: results.flatMap((result) => ("failure" in result ? result.failure : [])),
  };
}

async function measureOrReport(
  query: LabelledQuery,
  how: RankingDepth,
  ports: EvaluationPorts,
  inCatalog: (id: string) => boolean,
): Promise<{ outcome: QueryOutcome } | { failure: QueryFailure }> {
  try {
    const pictures = await readPictures(query.pictures, ports.readFile);
    const { embeddings } = await ports.embed({ pictures });
    const matches = await rankDeeply(query, embeddings, how, ports);
    return { outcome: toOutcome(query, matches, inCatalog) };
  } catch (error) {
    if (!PICTURE_FAILURES.has(AppError.from(error).code)) throw error;
    return { failure: queryFailure(query, error) };
  }
}

interface RankingDepth {
  readonly depth: number;
  readonly isExact: boolean;
}

/**
 * The designs in the order in which a person's search finds them, and on. Through an index a search that asks for more looks at more, and
 * finds what another misses: so the first are those of a search as persons make it.
 */
async function rankDeeply(
  { excluded }: LabelledQuery,
  embeddings: EmbeddedQuery["embeddings"],
  { depth, isExact }: RankingDepth,
  { rank }: EvaluationPorts,
): Promise<readonly Match[]> {
  // Deeper by as many as are taken out again.
  const ask = async (topK: number) => (await rank(embeddings, { topK: topK + excluded.size })).matches;
  const all = await ask(depth);
  if (isExact) return all;
  const first = await ask(DEFAULT_TOP_K);
  const firstIds = new Set(first.map(({ id }) => id));
  return [...first, ...all.filter(({ id }) => !firstIds.has(id))];
}

async function readPictures(
  paths: PerView<string>,
  readFile: EvaluationPorts["readFile"],
): Promise<PerView<Uint8Array>> {
  const pictures: { [V in View]?: Uint8Array } = {};
  for (const view of viewsOf(paths)) pictures[view] = await readFile(paths[view]!);
  return pictures;
}

function toOutcome(
  query: LabelledQuery,
  matches: readonly Match[],
  inCatalog: (id: string) => boolean,
): QueryOutcome {
  const ranking = matches
    .filter(({ id }) => !query.excluded.has(id))
    .map((match, index): Match => ({ ...match, rank: index + 1 }));
  const found = new Map(ranking.filter(({ id }) => query.relevant.has(id)).map((match) => [match.id, match]));
  const expected = [...query.relevant].map(
    ([id, grade]): ExpectedDesign => ({ id, grade, match: found.get(id) ?? null, inCatalog: inCatalog(id) }),
  );
  const [firstRelevant] = found.values();
  return {
    query,
    metrics: measureRanking(
      ranking.map(({ id }) => id),
      query.relevant,
    ),
    firstRelevantRank: firstRelevant?.rank ?? null,
    expected: expected.sort((a, b) => b.grade - a.grade || placeOf(a) - placeOf(b)),
    first: ranking.slice(0, KEPT_MATCHES),
  };
}

function placeOf({ match }: ExpectedDesign): number {
  return match?.rank ?? Number.MAX_SAFE_INTEGER;
}
