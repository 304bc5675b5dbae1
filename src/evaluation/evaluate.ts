import pMap from "p-map";
import { type PerView, type View, viewsOf } from "../core/design.js";
import type { Catalog } from "../core/ports.js";
import type { Match, SearchRequest, SearchResult } from "../core/search.js";
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
  readonly search: (request: SearchRequest) => Promise<Pick<SearchResult, "matches">>;
  /** @throws AppError NOT_FOUND, IMAGE_TOO_LARGE. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly catalog: Pick<Catalog, "get" | "stats">;
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
  let done = 0;
  const results = await pMap(
    queries,
    async (query) => {
      const result = await measureOrReport(query, depth, ports, (id) => known.has(id));
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
  depth: number,
  ports: EvaluationPorts,
  inCatalog: (id: string) => boolean,
): Promise<{ outcome: QueryOutcome } | { failure: QueryFailure }> {
  try {
    const pictures = await readPictures(query.pictures, ports.readFile);
    // Deeper by as many as are taken out again.
    const { matches } = await ports.search({ pictures, topK: depth + query.excluded.size });
    return { outcome: toOutcome(query, matches, inCatalog) };
  } catch (error) {
    if (!PICTURE_FAILURES.has(AppError.from(error).code)) throw error;
    return { failure: queryFailure(query, error) };
  }
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
