import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawingPng, type Placement, writePair } from "../fixtures/drawings.js";
import { diptych, importAll, type SearchJson, searchJson } from "./diptych-process.js";

const COLOURS = ["red", "blue", "紅", "it's"];
/** Ids that sort as their numbers do; design 3 has no back, design 4 no front, design 5 a Chinese name. */
const idOf = (design: number) => (design === 5 ? "羽絨外套" : `D${String(design).padStart(2, "0")}`);
const COUNT = 24;
const FRONT_ONLY = 3;
const BACK_ONLY = 4;

let directory: string;
let catalog: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-search-"));
  catalog = join(directory, "catalog");
  const rows: string[] = [];
  for (let design = 0; design < COUNT; design++) {
    await writePair(join(directory, "flats"), String(design), design);
    const front = design === BACK_ONLY ? "" : `flats/${design}_front.png`;
    const back = design === FRONT_ONLY ? "" : `flats/${design}_back.png`;
    rows.push(`${idOf(design)},${front},${back},${COLOURS[design % 4]},${2000 + design}`);
  }
  const manifest = join(directory, "designs.csv");
  await writeFile(manifest, `id,front,back,colour,year\n${rows.join("\n")}\n`);
  await importAll([manifest, "--catalog", catalog, "--threads", "2"]);
  await mkdir(join(directory, "queries"));
});
afterAll(() => rm(directory, { recursive: true }));

const front = (design: number) => ["--front", join(directory, "flats", `${design}_front.png`)];
const back = (design: number) => ["--back", join(directory, "flats", `${design}_back.png`)];
const find = (...args: string[]) => searchJson([...args, "--catalog", catalog]);
const idsOf = ({ matches }: SearchJson) => matches.map(({ id }) => id);

/** What the weights make of a match's own views: their weighted mean over those that there are. */
function weightedMean({ views }: SearchJson["matches"][number], weights: SearchJson["weights"]): number {
  const terms = (["front", "back"] as const).flatMap((view) =>
    views[view] === null ? [] : [{ weight: weights[view], cosine: views[view] }],
  );
  const weight = terms.reduce((sum, term) => sum + term.weight, 0);
  return terms.reduce((sum, term) => sum + term.weight * term.cosine, 0) / weight;
}

describe.concurrent("a design is found", () => {
  test("first by its own pair, in the shape that others read", async () => {
    const found = await find(...front(8), ...back(8));
    expect(Object.keys(found)).toEqual(["model", "catalog", "weights", "timings", "matches"]);
    expect(found.model).toEqual({ id: "inception-v3", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(found.catalog).toEqual({ designs: COUNT, version: expect.any(Number) });
    expect(found.weights).toEqual({ front: 0.5, back: 0.5 });
    expect(Object.keys(found.timings)).toEqual(["decodeMs", "embedMs", "searchMs", "totalMs"]);
    const { totalMs, ...parts } = found.timings;
    for (const partMs of Object.values(parts)) expect(partMs).toBeGreaterThan(0);
    expect(totalMs).toBeCloseTo(parts.decodeMs + parts.embedMs + parts.searchMs, 3);

    expect(found.matches.map(({ rank }) => rank)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    for (const match of found.matches) {
      expect(Object.keys(match)).toEqual([
        "rank",
        "id",
        "score",
        "verdict",
        "percentile",
        "views",
        "attributes",
      ]);
      expect(Object.keys(match.views)).toEqual(["front", "back"]);
      expect(Number.isFinite(match.score)).toBe(true);
      expect(match.score).toBeCloseTo(weightedMean(match, found.weights), 6);
    }
    const scores = found.matches.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(found.matches[0]).toMatchObject({ id: idOf(8), attributes: { colour: "red", year: 2008 } });
    expect(scores[0]).toBeGreaterThan(0.999);
    expect(scores[1]).toBeLessThan(0.99);
  });

  test.each([
    ["shifted on its sheet", { left: 25, top: 30, scale: 0.9 }],
    ["drawn at half the size", { left: 90, top: 110, scale: 0.5 }],
  ] satisfies [string, Placement][])("first when it is %s", async (name, placement) => {
    const files = { front: join(directory, "queries", `${name}.png`), back: join(directory, `${name}.png`) };
    await writeFile(files.front, await drawingPng(5, "front", placement));
    await writeFile(files.back, await drawingPng(5, "back", placement));
    const [first] = (await find("--front", files.front, "--back", files.back)).matches;
    expect(first!.id).toBe("羽絨外套");
  });

  test("by its front alone: no back is scored, and a design without a front is left out", async () => {
    const found = await find(...front(FRONT_ONLY), "--top", "100");
    expect(found.weights).toEqual({ front: 1, back: 0 });
    expect(found.matches.length).toBe(COUNT - 1);
    expect(idsOf(found)[0]).toBe(idOf(FRONT_ONLY));
    expect(idsOf(found)).not.toContain(idOf(BACK_ONLY));
    for (const { score, views } of found.matches) expect(views).toEqual({ front: score, back: null });
  });

  test("by its back alone", async () => {
    const found = await find(...back(BACK_ONLY), "--top", "100");
    expect(found.weights).toEqual({ front: 0, back: 1 });
    expect(idsOf(found)[0]).toBe(idOf(BACK_ONLY));
    expect(idsOf(found)).not.toContain(idOf(FRONT_ONLY));
    for (const { score, views } of found.matches) expect(views).toEqual({ front: null, back: score });
  });

  test("by the view that it has, in a search with both", async () => {
    const found = await find(...front(FRONT_ONLY), ...back(9), "--top", "100");
    expect(found.matches.length).toBe(COUNT);
    expect(found.matches[0]).toMatchObject({ id: idOf(FRONT_ONLY), views: { back: null } });
    expect(found.matches[0]!.score).toBeGreaterThan(0.999);
  });
});

describe.concurrent("aspects", () => {
  test("are weighed on what is stored: a mixture scores as its parts do", async () => {
    const query = [...front(8), ...back(8), "--top", "100"];
    const [overall, detail, shape, mixture] = await Promise.all(
      ["overall=1", "detail=1", "shape=3", "detail=0.8,shape=0.2"].map((aspect) =>
        find(...query, "--aspect", aspect),
      ),
    );
    expect(shape!.aspects).toEqual({ overall: 0, detail: 0, shape: 1, colourless: 0 });
    const scoreIn = ({ matches }: SearchJson, id: string) => matches.find((match) => match.id === id)!.score;
    for (const { id, score } of mixture!.matches) {
      expect(score).toBeCloseTo(0.8 * scoreIn(detail!, id) + 0.2 * scoreIn(shape!, id), 5);
    }
    expect(idsOf(detail!)).not.toEqual(idsOf(shape!));
    const unasked = await find(...query);
    for (const { id, score } of unasked.matches) expect(score).toBeCloseTo(scoreIn(overall!, id), 6);
  });

  test.each([
    ["colour=1", 'The model has no aspect "colour"; it has overall, detail, shape, colourless.'],
    [
      "detail",
      "Aspects are told as name=weight, each once, with weights from 0 up, such as detail=0.8,shape=0.2; received detail.",
    ],
  ])("that cannot be used are refused: %s", async (aspect, message) => {
    const ending = await diptych(["search", ...front(8), "--catalog", catalog, "--aspect", aspect]);
    expect(ending).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ending.stderr).toContain(message);
  });
});

describe.concurrent("weights", () => {
  /** The front of one design and the back of another. */
  const mixed = (frontWeight: string, backWeight: string) =>
    find(
      ...[...front(10), ...back(11), "--top", "100"],
      ...["--front-weight", frontWeight, "--back-weight", backWeight],
    );

  test("decide the order, as each match's own views say", async () => {
    const even = await mixed("0.5", "0.5");
    const views = new Map(even.matches.map((match) => [match.id, match]));
    for (const [frontWeight, backWeight, first] of [
      ["0.8", "0.2", idOf(10)],
      ["2", "8", idOf(11)],
    ] as const) {
      const found = await mixed(frontWeight, backWeight);
      expect(found.weights.front + found.weights.back).toBeCloseTo(1, 12);
      expect(found.weights.front / found.weights.back).toBeCloseTo(
        Number(frontWeight) / Number(backWeight),
        9,
      );
      expect(idsOf(found)[0]).toBe(first);
      for (const match of found.matches) {
        expect(Math.abs(match.score - weightedMean(match, found.weights))).toBeLessThan(1e-6);
        expect(match.views).toEqual(views.get(match.id)!.views);
      }
      const expected = even.matches
        .map((match) => ({ id: match.id, score: weightedMean(match, found.weights) }))
        .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
      expect(idsOf(found)).toEqual(expected.map(({ id }) => id));
      expect(idsOf(found)).not.toEqual(idsOf(even));
    }
  });

  test("of 1 and 0 leave the order to one view, and designs without it out", async () => {
    const found = await mixed("1", "0");
    expect(found.weights).toEqual({ front: 1, back: 0 });
    expect(idsOf(found)[0]).toBe(idOf(10));
    expect(idsOf(found).sort()).toEqual(
      Array.from({ length: COUNT }, (_, design) => idOf(design))
        .filter((id) => id !== idOf(BACK_ONLY))
        .sort(),
    );
    for (const { score, views } of found.matches) {
      expect(Math.abs(score - views.front!)).toBeLessThan(1e-6);
    }
    const fronts = found.matches.map(({ views }) => views.front!);
    expect(fronts).toEqual(fronts.toSorted((a, b) => b - a));
  });
});

describe.concurrent("the answer is narrowed", () => {
  test("to --top matches, the same as the first of more", async () => {
    const [three, more] = [await find(...front(1), "--top", "3"), await find(...front(1))];
    expect(idsOf(three)).toEqual(idsOf(more).slice(0, 3));
  });

  const designs = Array.from({ length: COUNT }, (_, design) => design);
  const colour = (design: number) => COLOURS[design % 4]!;
  test.each([
    ["one value, with a quote in it", ["colour=it's"], (design: number) => colour(design) === "it's"],
    ["either of two values", ["colour=blue|紅"], (design) => ["blue", "紅"].includes(colour(design))],
    [
      "all but a value, and numbers",
      ["colour!=red", "year>=2010", "year<2020"],
      (design) => colour(design) !== "red" && design >= 10 && design < 20,
    ],
    ["SQL, patterns and quotes in values", [`colour=red' OR '1'='1|%|_ed|\\'"\`\\`], () => false],
    ["SQL in a key that no design has", [`colour" OR 1=1; DROP TABLE designs; --=red`], () => false],
  ] satisfies [string, string[], (design: number) => boolean][])("by %s", async (_, conditions, holds) => {
    const filters = conditions.flatMap((condition) => ["--filter", condition]);
    const found = await find(...front(0), ...back(0), "--top", "100", ...filters);
    expect(idsOf(found).sort()).toEqual(designs.filter(holds).map(idOf).sort());
    expect(found.catalog.designs).toBe(COUNT);
  });
});

describe("the table", () => {
  /** Chinese characters are two columns wide. */
  const widthOf = (text: string) =>
    Array.from(text).reduce((width, character) => width + (/\p{Script=Han}/u.test(character) ? 2 : 1), 0);

  test("has aligned columns, Chinese ids and attributes among them", async () => {
    const ending = await diptych(["search", ...front(5), ...back(5), "--catalog", catalog, "--top", "100"]);
    expect(ending).toMatchObject({ exitCode: 0, stderr: "" });
    const [header, ...rows] = ending.stdout.trimEnd().split("\n");
    expect(header).toMatch(/^rank {2}id +score +verdict +front +back +colour +year$/);
    expect(rows.length).toBe(COUNT);
    expect(rows[0]).toMatch(/^1 +羽絨外套 +1\.000 +same +1\.000 +1\.000 +blue +2005$/);

    const startsOf = (line: string) =>
      [...line.matchAll(/\S+(?: \S+)*/g)].map(({ index }) => widthOf(line.slice(0, index)));
    const columns = startsOf(header!);
    for (const row of rows) expect(startsOf(row).slice(0, 8)).toEqual(columns);
    expect(rows.find((row) => row.includes(idOf(FRONT_ONLY)))).toMatch(/ \d\.\d{3} {2}- +it's +2003$/);
  });

  test("says so when nothing matches", async () => {
    const ending = await diptych(["search", ...front(5), "--catalog", catalog, "--filter", "colour=none"]);
    expect(ending).toMatchObject({ exitCode: 0, stdout: "No design matches.\n", stderr: "" });
  });
});

describe.concurrent("a search that cannot be made", () => {
  const failing = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await diptych(["search", ...args]);
    expect(stdout).toBe("");
    return { exitCode, stderr };
  };
  const file = async (name: string, content: string | Uint8Array) => {
    const path = join(directory, "queries", name);
    await writeFile(path, content);
    return path;
  };

  test("without a picture", async () => {
    expect(await failing("--catalog", catalog)).toEqual({
      exitCode: 2,
      stderr: "diptych: A search needs a front picture, a back picture or both; received none.\n",
    });
  });

  test("with a picture that is not there, or a folder", async () => {
    const missing = join(directory, "none.png");
    expect(await failing("--back", missing, "--catalog", catalog)).toEqual({
      exitCode: 2,
      stderr: `diptych: A picture was expected at ${missing}; there is none.\n`,
    });
    expect(await failing("--back", directory, "--catalog", catalog)).toEqual({
      exitCode: 2,
      stderr: `diptych: A picture is a file; received ${directory}, which is something else.\n`,
    });
  });

  test("with a file that is no picture, whatever it is called", async () => {
    const text = await file("text.png", "front,back\n");
    expect(await failing("--front", text, "--catalog", catalog)).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining(
        "A picture must be one of JPEG, PNG, WebP, AVIF, GIF, TIFF, SVG; received a text file.",
      ),
    });
  });

  test("with a damaged picture", async () => {
    const cut = await file("cut.png", (await drawingPng(1, "front")).subarray(0, 1500));
    expect(await failing(...back(1), "--front", cut, "--catalog", catalog)).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(/^diptych: .*The PNG picture is damaged or cut off.*\n$/),
    });
  });

  test("with weights of nothing", async () => {
    const weights = ["--front-weight", "0", "--back-weight", "1"];
    expect(await failing(...front(1), ...weights, "--catalog", catalog)).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining("must not all be 0"),
    });
  });

  test("where there is no catalog, and makes none", async () => {
    const none = join(directory, "no-catalog");
    const failure = {
      exitCode: 4,
      stderr: `diptych: There is no catalog in ${none}; import designs first with: diptych import SOURCE --catalog ${none}\n`,
    };
    expect(await failing(...front(1), "--catalog", none)).toEqual(failure);
    expect(await failing(...front(1), "--catalog", none)).toEqual(failure);
  });
});
