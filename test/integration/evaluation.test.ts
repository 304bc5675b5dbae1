import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writePair } from "../fixtures/drawings.js";
import { type Ending, importAll, diptych as run } from "./diptych-process.js";

const COUNT = 8;
const METRICS = ["recallAt1", "recallAt5", "recallAt20", "mrr", "map", "ndcgAt20"] as const;

let directory: string;
let catalog: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-evaluation-"));
  catalog = join(directory, "catalog");
  const flats = join(directory, "flats");
  for (let design = 0; design < COUNT; design++) await writePair(flats, `D${design}`, design);
  await importAll([flats, "--catalog", catalog]);
  await writeFile(join(directory, "broken.png"), "no picture");
});
afterAll(() => rm(directory, { recursive: true }));

/** Runs `diptych eval` on the lines, in a file beside the flats. */
async function evaluate(name: string, lines: readonly string[], ...args: string[]): Promise<Ending> {
  const file = join(directory, `${name}.csv`);
  await writeFile(file, ["id,front,back,relevant,exclude", ...lines, ""].join("\n"));
  return run(["eval", file, "--catalog", catalog, ...args]);
}

const front = (design: number) => `flats/D${design}_front.png`;
const back = (design: number) => `flats/D${design}_back.png`;
const all = Array.from({ length: COUNT }, (_, design) => `D${design}`);

describe.concurrent("the metrics as JSON", () => {
  test("of designs that search for themselves are all 1, in exactly this shape", async () => {
    const ending = await evaluate(
      "themselves",
      [`pair,${front(1)},${back(1)},D1,`, `front,${front(2)},,D2:3,`, `back,,${back(3)},D3,D4|D5`],
      "--json",
    );
    expect(ending.exitCode).toBe(0);
    expect(ending.stderr).toMatch(/^3 measured in \d+s\n$/);
    const quality = JSON.parse(ending.stdout);
    expect(Object.keys(quality)).toEqual(["queries", ...METRICS, "intervals"]);
    expect(quality).toEqual({
      queries: 3,
      ...Object.fromEntries(METRICS.map((metric) => [metric, 1])),
      intervals: Object.fromEntries(METRICS.map((metric) => [metric, [1, 1]])),
    });
  });

  test("are those that the known ranks make: first, second, not there, and after the excluded", async () => {
    const ending = await evaluate(
      "known",
      [
        `first,${front(1)},${back(1)},D1,`,
        // The design itself is first; the one other design that is not excluded is second.
        `second,${front(1)},${back(1)},D2,${all.filter((id) => id !== "D1" && id !== "D2").join("|")}`,
        `not there,${front(3)},,GONE,`,
        // Once the design itself is left out, nothing but the relevant designs remain, whatever their order.
        `others,${front(4)},${back(4)},${all.join("|")},D4`,
      ],
      "--json",
    );
    expect(ending.exitCode).toBe(0);
    expect(ending.stderr).toContain("Relevant designs that the catalog lacks count as not found: GONE\n");
    const { intervals, ...quality } = JSON.parse(ending.stdout);
    expect(quality).toEqual({
      queries: 4,
      recallAt1: 0.5,
      recallAt5: 0.75,
      recallAt20: 0.75,
      mrr: (1 + 1 / 2 + 0 + 1) / 4,
      map: (1 + 1 / 2 + 0 + 1) / 4,
      ndcgAt20: expect.closeTo((1 + 1 / Math.log2(3) + 0 + 1) / 4, 12),
    });
    for (const metric of METRICS) {
      const [low, high] = intervals[metric];
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThan(quality[metric]);
      expect(high).toBeGreaterThan(quality[metric]);
      expect(high).toBeLessThanOrEqual(1);
    }
  });
});

test("the table has the metrics with intervals, then the worst queries", async () => {
  const { exitCode, stdout } = await evaluate("table", [
    `good,${front(1)},,D1,`,
    `another's,${front(2)},${back(2)},D3,${all.filter((id) => id !== "D2" && id !== "D3").join("|")}`,
  ]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^2 queries\n/);
  expect(stdout).toMatch(/\nrecall@1 +0\.500 +0\.000 to 1\.000 +a relevant design comes first\n/);
  expect(stdout).toMatch(/\nmAP +0\.750 +0\.500 to 1\.000 /);
  expect(stdout).toMatch(/\nanother's +rank 2 +D3 +D2 \(1\.000\)\n$/);
  expect(stdout).not.toContain("\ngood");
});

test("bad lines and pictures are told with their line and left out; the page shows the rest", async () => {
  const page = join(directory, "report.html");
  const ending = await evaluate(
    "bad",
    [
      `another's,${front(1)},${back(1)},D2,`,
      `no picture,,,D1,`,
      `not found,none.png,,D1,`,
      `damaged,,broken.png,D1,`,
      `<b>,${front(5)},,D6,`,
    ],
    "--json",
    "--html",
    page,
  );
  expect(ending.exitCode).toBe(3);
  expect(JSON.parse(ending.stdout).queries).toBe(2);
  expect(ending.stderr.split("\n")).toEqual([
    expect.stringMatching(/^2 measured in /),
    "Line 3 (no picture) was not measured. A query has a front picture, a back picture or both; the line has none.",
    `Line 4 (not found) was not measured. A picture was expected at ${join(directory, "none.png")}; there is none.`,
    expect.stringMatching(/^Line 5 \(damaged\) was not measured\. The back picture: /),
    `Report: ${page}`,
    "",
  ]);

  const html = await readFile(page, "utf8");
  expect(html).toContain("bad.csv: 2 queries on 8 designs, model inception-v3");
  const pictures = [...html.matchAll(/<img src="data:image\/webp;base64,([^"]+)" alt="([^"]+)"/g)];
  // Of each query its pictures, the expected design's pair, and the pairs of the five that came first.
  expect(pictures.length).toBe(2 + 1 + 2 * (2 + 5 * 2));
  for (const [, base64] of pictures) {
    expect(Buffer.from(base64!, "base64").toString("latin1")).toMatch(/^RIFF.{4}WEBP/s);
  }
  expect(pictures.map(([, , alt]) => alt)).toEqual(
    expect.arrayContaining(["front of another&#39;s", "back of D1", "front of D2", "front of &#60;b&#62;"]),
  );
  expect(html).not.toMatch(/<b>,|https?:|<script/);
  expect(html).toContain("<td>5</td><td>damaged</td>");
});

test("a page that cannot be written is told of after the figures", async () => {
  const ending = await evaluate("unwritten", [`q,${front(1)},,D1,`], "--html", directory);
  expect(ending.exitCode).toBe(2);
  expect(ending.stdout).toMatch(/^1 query\n/);
  expect(ending.stderr).toContain(`diptych: ${directory} cannot be written (EISDIR)`);
});

describe.concurrent("what cannot be measured ends with one sentence and no output", () => {
  test.each([
    ["no line", [], 2, "empty.csv has no query that could be measured. It has no lines below its header."],
    [
      "bad lines alone",
      ["q,,,D1,"],
      2,
      "could be measured. Line 2 (q) was not measured. A query has a front",
    ],
  ] as const)("%s", async (name, lines, exitCode, sentence) => {
    const ending = await evaluate(name === "no line" ? "empty" : "lines", lines);
    expect(ending).toMatchObject({ exitCode, stdout: "" });
    expect(ending.stderr).toMatch(/^diptych: [^\n]*\n$/);
    expect(ending.stderr).toContain(sentence);
  });

  test("bad pictures alone", async () => {
    const ending = await evaluate("pictures", ["q,none.png,,D1,"]);
    expect(ending).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ending.stderr).toContain("pictures.csv has no query that could be measured. Line 2 (q)");
  });

  test("a file that is not there", async () => {
    const ending = await run(["eval", join(directory, "none.csv"), "--catalog", catalog]);
    expect(ending).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ending.stderr).toMatch(
      /^diptych: Queries are read from a CSV file; .*none\.csv cannot be read\.\n$/,
    );
  });

  test("a catalog that is not there", async () => {
    const ending = await evaluate("elsewhere", [`q,${front(1)},,D1,`], "--catalog", join(directory, "none"));
    expect(ending).toMatchObject({ exitCode: 4, stdout: "" });
  });

  test("aspects that the model has not, before any picture is read", async () => {
    const ending = await evaluate("aspects", ["q,none.png,,D1,"], "--aspect", "tpyo=1");
    expect(ending).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ending.stderr).toMatch(/^diptych: [^\n]*tpyo[^\n]*\n$/);
  });

  test("a page in a folder that is not there, before anything is searched", async () => {
    const ending = await evaluate(
      "page",
      [`q,${front(1)},,D1,`],
      "--html",
      join(directory, "none", "a.html"),
    );
    expect(ending).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ending.stderr).toContain("cannot be written (ENOENT)");
    expect(ending.stderr).not.toContain("measured");
  });
});
