import { expect, test } from "vitest";
import type { QueryOutcome } from "./evaluate.js";
import { html } from "./html.js";
import { measureRanking } from "./metrics.js";
import { type Report, renderReport } from "./report-page.js";
import { summarize } from "./summary.js";

const PICTURE = Uint8Array.of(82, 73, 70, 70);
const DATA_URI = "data:image/webp;base64,UklGRg==";
const EVIL = `<script>alert("&")</script>`;

function outcome(id: string, ranking: readonly string[], relevant: Record<string, number>): QueryOutcome {
  const grades = new Map(Object.entries(relevant));
  const first = ranking.map((id, index) => ({
    rank: index + 1,
    id,
    score: 0.9 - index / 10,
    views: { front: 0.9 - index / 10 },
    attributes: {},
    hashes: {},
    verdict: null,
    percentile: null,
  }));
  const found = first.find((match) => grades.has(match.id)) ?? null;
  return {
    query: { line: 2, id, pictures: { front: "/f.png" }, relevant: grades, excluded: new Set() },
    metrics: measureRanking(ranking, grades),
    firstRelevantRank: found?.rank ?? null,
    expected: [...grades].map(([id, grade]) => ({
      id,
      grade,
      match: first.find((match) => match.id === id) ?? null,
      inCatalog: id !== "gone",
    })),
    first,
  };
}

function report(outcomes: readonly QueryOutcome[], more: Partial<Report> = {}): string {
  return renderReport({
    name: "queries.csv",
    model: { id: "inception-v3", sha256: "0123456789abcdef", embeddingDim: 4 },
    designs: 6,
    quality: summarize(outcomes),
    outcomes,
    worst: outcomes,
    failures: [],
    missing: [],
    pictures: {
      queries: new Map(outcomes.map((outcome) => [outcome, { front: PICTURE }])),
      designs: new Map([["a", { front: PICTURE, back: PICTURE }]]),
    },
    ...more,
  });
}

test("a page shows each query's pair, what it should find with its place, and what came first with scores", () => {
  const page = report([outcome("q1", ["b", "a"], { a: 2, gone: 1 })]);
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).toContain(`<img src="${DATA_URI}" alt="front of q1" loading="lazy">`);
  expect(page).toContain(`alt="back of a"`);
  expect(page).toContain("no back");
  expect(page).toContain("first relevant: <b>rank 2</b>");
  expect(page).toContain("expected, grade 2");
  expect(page).toContain("not in the catalog");
  expect(page).toContain("0.900");
  expect(page).toContain("1 query on 6 designs, model inception-v3 (0123456789ab)");
});

test("nothing on a page comes from elsewhere, and nothing on it runs", () => {
  const page = report([outcome("q1", ["b", "a"], { a: 1 })]);
  expect(page).not.toMatch(/https?:|<script|<link|@import|url\(/);
  expect(page).toContain("default-src 'none'; img-src data:");
});

test("ids, names and reasons are shown as they are, never run", () => {
  const page = report([outcome(EVIL, [EVIL, `" onerror="x`], { [EVIL]: 1 })], {
    name: EVIL,
    missing: [EVIL],
    failures: [{ line: 9, id: EVIL, code: "NOT_FOUND", reason: EVIL }],
  });
  expect(page).not.toContain("<script>");
  expect(page).not.toContain(`" onerror`);
  expect(page).toContain("&#60;script&#62;alert(&#34;&#38;&#34;)&#60;/script&#62;");
});

test("what was not measured is told, and nothing of it when there is nothing", () => {
  const outcomes = [outcome("q1", ["a"], { a: 1 })];
  const failures = [{ line: 9, id: "q9", code: "NOT_FOUND" as const, reason: "There is none." }];
  expect(report(outcomes, { failures })).toMatch(
    /1 line was left out[\s\S]*<td>9<\/td><td>q9<\/td><td>There is none\./,
  );
  expect(report(outcomes, { missing: ["x", "y"] })).toContain(
    `<a href="#trouble">2 relevant designs are not in the catalog</a>`,
  );
  expect(report(outcomes)).not.toContain("#trouble");
});

test("a page without faults, and one where nothing was found, say so", () => {
  expect(report([outcome("q1", ["a"], { a: 1 })], { worst: [] })).toContain("There are none");
  expect(report([outcome("q1", [], { a: 1 })])).toContain(
    "Nothing: no design that is ranked shares a view with the query.",
  );
});

test("a template escapes what it is given, once", () => {
  const inner = html`<i>${"a<b"}</i>`;
  expect(html`<p title="${`"`}">${[inner, inner]}${7}</p>`.toString()).toBe(
    `<p title="&#34;"><i>a&#60;b</i><i>a&#60;b</i>7</p>`,
  );
});
