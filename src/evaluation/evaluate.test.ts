import { expect, test } from "vitest";
import type { Design, PerView } from "../core/design.js";
import type { Embedding } from "../core/embedding.js";
import { DEFAULT_TOP_K } from "../core/query.js";
import type { Match, QueryPictures, RankingRequest } from "../core/search.js";
import { AppError } from "../errors.js";
import { evaluate } from "./evaluate.js";
import type { LabelledQuery } from "./queries.js";
import { formatReport } from "./report-text.js";
import { missingDesigns, summarize, worstOutcomes } from "./summary.js";

const CATALOG = ["a", "b", "c", "d", "e", "f"];

/** A query whose picture's path, and so its embedding, is the ranking that the search answers with. */
function query(
  line: number,
  ranking: string,
  relevant: Record<string, number>,
  excluded: string[] = [],
): LabelledQuery {
  return {
    line,
    id: `q${line}`,
    pictures: { front: ranking },
    relevant: new Map(Object.entries(relevant)),
    excluded: new Set(excluded),
  };
}

/** @param overlooked what a search through an index overlooks that asks for few. */
function createPorts(overlooked = "") {
  const requests: RankingRequest[] = [];
  return {
    requests,
    readFile: async (path: string) => {
      if (path === "missing") throw new AppError("NOT_FOUND", "A picture was expected at missing.");
      return new TextEncoder().encode(path);
    },
    embed: async ({ pictures: { front } }: QueryPictures) => {
      const text = new TextDecoder().decode(front);
      if (text === "damaged") throw new AppError("IMAGE_UNDECODABLE", "The front picture: it is damaged.");
      if (text === "down") throw new AppError("CATALOG_UNAVAILABLE", "It does not answer.");
      return { embeddings: { front: Float32Array.from(front!) } };
    },
    rank: async ({ front }: PerView<Embedding>, request: RankingRequest) => {
      requests.push(request);
      const text = new TextDecoder().decode(Uint8Array.from(front!));
      const matches = [...text]
        .filter((id) => request.topK !== DEFAULT_TOP_K || !overlooked.includes(id))
        .map(
          (id, index): Match => ({
            rank: index + 1,
            id,
            score: 1 - index / 10,
            views: { front: 1 - index / 10 },
            attributes: {},
            hashes: {},
            verdict: null,
            percentile: null,
          }),
        );
      return { matches: matches.slice(0, request.topK) };
    },
    catalog: {
      get: async (ids: readonly string[]) =>
        new Map(
          ids
            .filter((id) => CATALOG.includes(id))
            .map((id): [string, Design] => [id, { id, attributes: {}, views: {} }]),
        ),
      isExact: async () => overlooked === "",
      stats: async () => ({
        designs: CATALOG.length,
        views: { front: CATALOG.length, back: 0 },
        version: 1,
        bytesOnDisk: 0,
      }),
    },
  };
}

const run = (queries: readonly LabelledQuery[], ports = createPorts(), onProgress?: (done: number) => void) =>
  evaluate(queries, ports, { concurrency: 2, ...(onProgress && { onProgress }) });

test("an outcome tells where the relevant designs came and what came first", async () => {
  const { outcomes, failures } = await run([query(2, "abcdef", { c: 1, b: 2, f: 1, gone: 3 })]);
  expect(failures).toEqual([]);
  expect(outcomes).toHaveLength(1);
  const [outcome] = outcomes;
  expect(outcome!.firstRelevantRank).toBe(2);
  expect(outcome!.metrics.map).toBeCloseTo((1 / 2 + 2 / 3 + 3 / 6 + 0) / 4, 12);
  expect(outcome!.first.map(({ rank, id }) => [rank, id])).toEqual([
    [1, "a"],
    [2, "b"],
    [3, "c"],
    [4, "d"],
    [5, "e"],
  ]);
  expect(
    outcome!.expected.map(({ id, grade, match, inCatalog }) => [id, grade, match?.rank ?? null, inCatalog]),
  ).toEqual([
    ["gone", 3, null, false],
    ["b", 2, 2, true],
    ["c", 1, 3, true],
    ["f", 1, 6, true],
  ]);
  expect(missingDesigns(outcomes)).toEqual(["gone"]);
});

test("excluded designs are taken out and the others move up; as many more are asked for", async () => {
  const ports = createPorts();
  const { outcomes } = await run([query(2, "abcdef", { c: 1 }, ["a", "x"])], ports);
  expect(outcomes[0]!.firstRelevantRank).toBe(2);
  expect(outcomes[0]!.first[0]).toMatchObject({ rank: 1, id: "b" });
  expect(ports.requests[0]!.topK).toBe(CATALOG.length + 2);
});

test("what a search for the first 20 overlooks is not counted among them, though a deeper one finds it", async () => {
  const ports = createPorts("b");
  const [outcome] = (await run([query(2, "abcdef", { b: 1, c: 1 })], ports)).outcomes;
  expect(ports.requests.map(({ topK }) => topK)).toEqual([CATALOG.length, DEFAULT_TOP_K]);
  expect(outcome!.firstRelevantRank).toBe(2);
  expect(outcome!.expected.map(({ id, match }) => [id, match?.rank])).toEqual([
    ["c", 2],
    ["b", 6],
  ]);
  expect(outcome!.metrics.map).toBeCloseTo((1 / 2 + 2 / 6) / 2, 12);
});

test("a bad picture is reported and left out; the others are measured, in their order", async () => {
  const seen: number[] = [];
  const { outcomes, failures } = await run(
    [
      query(2, "ab", { a: 1 }),
      query(3, "missing", { a: 1 }),
      query(4, "damaged", { a: 1 }),
      query(5, "ba", { a: 1 }),
    ],
    createPorts(),
    (done) => seen.push(done),
  );
  expect(outcomes.map(({ query }) => query.line)).toEqual([2, 5]);
  expect(failures).toEqual([
    { line: 3, id: "q3", code: "NOT_FOUND", reason: "A picture was expected at missing." },
    { line: 4, id: "q4", code: "IMAGE_UNDECODABLE", reason: "The front picture: it is damaged." },
  ]);
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(summarize(outcomes)).toMatchObject({ queries: 2, recallAt1: 0.5, recallAt5: 1, mrr: 0.75 });
});

test("a failure that is not the picture's ends the evaluation", async () => {
  await expect(run([query(2, "down", { a: 1 })])).rejects.toMatchObject({ code: "CATALOG_UNAVAILABLE" });
});

test("a summary has the means, with an interval around each", async () => {
  const { outcomes } = await run([
    query(2, "abc", { a: 1 }),
    query(3, "bac", { a: 1 }),
    query(4, "bcdea", { a: 1 }),
    query(5, "bc", { a: 1 }),
  ]);
  const { intervals, ...summary } = summarize(outcomes);
  expect(summary).toEqual({
    queries: 4,
    recallAt1: 0.25,
    recallAt5: 0.75,
    recallAt20: 0.75,
    mrr: (1 + 1 / 2 + 1 / 5) / 4,
    map: (1 + 1 / 2 + 1 / 5) / 4,
    ndcgAt20: expect.closeTo((1 + 1 / Math.log2(3) + 1 / Math.log2(6)) / 4, 12),
  });
  expect(Object.keys(intervals)).toEqual(Object.keys(summary).slice(1));
  for (const [name, [low, high]] of Object.entries(intervals)) {
    expect(low).toBeLessThanOrEqual(summary[name as keyof typeof summary]);
    expect(high).toBeGreaterThanOrEqual(summary[name as keyof typeof summary]);
  }
});

test("the worst come first: not found, then the deepest, then the worse order; faultless ones never", async () => {
  const { outcomes } = await run([
    query(2, "abc", { a: 1 }),
    query(3, "bac", { a: 1 }),
    query(4, "abdec", { a: 1, c: 1 }),
    query(5, "bc", { a: 1 }),
    query(6, "bcdea", { a: 1 }),
    query(7, "ab", { a: 1, b: 2 }),
    query(8, "abc", { a: 1, c: 1 }),
  ]);
  const lines = (limit: number) => worstOutcomes(outcomes, limit).map(({ query }) => query.line);
  expect(lines(10)).toEqual([5, 6, 3, 4, 8, 7]);
  expect(lines(2)).toEqual([5, 6]);
});

test("the table says it in words", async () => {
  const { outcomes } = await run([
    query(2, "abc", { a: 1 }),
    query(3, "ba", { a: 1, c: 1 }),
    query(4, "", { a: 1 }),
  ]);
  const text = formatReport(summarize(outcomes), worstOutcomes(outcomes, 10));
  expect(text).toMatch(/^3 queries\n\nmetric +mean +95 % interval +meaning\nrecall@1 +0\.333 +0\.000 to /);
  expect(text).toMatch(/\nnDCG@20 +0\.\d{3} /);
  expect(text).toMatch(/\nq4 +not found +a +nothing\nq3 +rank 2 +a and 1 more +b \(1\.000\)\n$/);
  const [faultless] = outcomes;
  expect(formatReport(summarize([faultless!]), [])).toMatch(
    /^1 query\n[\s\S]*\nEvery query has all its relevant designs first, by falling grade\.\n$/,
  );
});
