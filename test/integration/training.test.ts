import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pMap from "p-map";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rasterise } from "../../demo/catalogue.js";
import { createFlatDesign, dye, recolour, sibling } from "../../demo/flats/design.js";
import { drawFlat } from "../../demo/flats/draw.js";
import { VIEWS } from "../../src/core/design.js";
import { createRandom } from "../../src/core/random.js";
import { diptych, importAll, searchJson } from "./diptych-process.js";

const SEED = 4004;
const STYLES = 140;

let directory: string;
let catalog: string;
let models: string;
let query: string[];
/** The design that the query is of, and the same in another colour. */
const recoloured = ["D12", "D13"];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-training-"));
  catalog = join(directory, "catalog");
  models = join(directory, "models");
  await mkdir(join(directory, "flats"));
  const styles = Array.from({ length: STYLES }, (_, i) => createFlatDesign(SEED, i));
  const designs = styles.flatMap((design, style) =>
    [design, recolour(design, 3), sibling(design, 3)].map((flat) => ({ flat, style })),
  );
  // The lot is an attribute that says nothing of what a design looks like.
  const random = createRandom(77);
  const lots = designs.map(() => Math.floor(random() * STYLES));
  const lines = await pMap(
    designs,
    async ({ flat, style }, i) => {
      for (const view of VIEWS) {
        await writeFile(join(directory, "flats", `${i}-${view}.png`), await rasterise(drawFlat(flat, view)));
      }
      return `D${i},flats/${i}-front.png,flats/${i}-back.png,style-${style},${lots[i]}`;
    },
    { concurrency: 4 },
  );
  const manifest = join(directory, "designs.csv");
  await writeFile(manifest, ["id,front,back,style,lot", ...lines, ""].join("\n"));
  expect(await importAll([manifest, "--catalog", catalog, "--threads", "2"])).toMatchObject({
    imported: 3 * STYLES,
  });
  const dyed = dye(styles[4]!, 9);
  query = [];
  for (const view of VIEWS) {
    const file = join(directory, `dyed-${view}.png`);
    await writeFile(file, await rasterise(drawFlat(dyed, view, { lineWidth: 1.3, jitter: 2, seed: 1 })));
    query.push(`--${view}`, file);
  }
}, 300_000);
afterAll(() => rm(directory, { recursive: true }));

/** How far the query's own style is above all others, or below the first of them. */
function leadOf(matches: readonly { readonly id: string; readonly score: number }[]): number {
  const best = (isOwn: boolean) => matches.find(({ id }) => recoloured.includes(id) === isOwn)!.score;
  return best(true) - best(false);
}

const train = (...args: string[]) =>
  diptych(["train", ...args, "--catalog", catalog, "--models", models, "--json"]);

/** One after another: each stands on what the one before it left. */
describe.sequential("a head", () => {
  test("that learns from what tells nothing is measured and not written", async () => {
    const ending = await train("--group", "lot");
    expect(ending.exitCode).toBe(3);
    expect(JSON.parse(ending.stdout)).toMatchObject({ pack: null, directory: null, better: false });
    await expect(readdir(models)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("that learns styles ranks unseen styles better, and is written as a pack", async () => {
    const ending = await train("--group", "style", "--id", "styles");
    expect(ending.stderr).toMatch(/^as it is: validation nDCG@20 0\.\d{3}\nepoch 1: .*, loss \d/u);
    const result = JSON.parse(ending.stdout);
    expect(result).toMatchObject({ pack: { id: "styles" }, directory: join(models, "styles"), better: true });
    expect(result.designs).toEqual({ train: 252, validation: 84, test: 84, queries: 84 });
    expect(result.after.ndcgAt20).toBeGreaterThan(result.before.ndcgAt20);
    expect(result.differences.ndcgAt20[0]).toBeGreaterThan(0);
    expect(ending.exitCode).toBe(0);
    expect((await readdir(join(models, "styles"))).sort()).toEqual([
      "NOTICE",
      "head.npy",
      "manifest.json",
      "model.onnx",
      "projection.onnx",
    ]);
  });

  test("gets an id of its own", async () => {
    const ending = await train("--group", "style", "--id", "styles");
    expect(ending).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ending.stderr).toContain(`there is a pack "styles" already, so choose another with --id`);
  });

  test("is put on the stored embeddings without touching a picture", async () => {
    const before = await searchJson([...query, "--catalog", catalog]);
    const mismatch = await diptych([
      "search",
      ...query,
      "--catalog",
      catalog,
      "--models",
      models,
      "--model",
      "styles",
    ]);
    expect(mismatch.exitCode).toBe(4);
    expect(mismatch.stderr).toContain("diptych import --reembed --model styles");
    await rm(join(directory, "flats"), { recursive: true });

    const styled = ["--catalog", catalog, "--models", models, "--model", "styles"];
    const ending = await diptych(["import", "--reembed", ...styled]);
    expect(ending).toMatchObject({ exitCode: 0, stdout: "" });
    expect(ending.stderr).toContain("420 imported, 0 unchanged, 0 failed");
    expect(ending.stderr).toContain("made from the stored ones");
    const after = await searchJson([...query, ...styled]);
    expect(after.model.id).toBe("styles");
    expect(leadOf(after.matches)).toBeGreaterThan(leadOf(before.matches));
    const told = await searchJson([...query, ...styled, "--aspect", "overall=1"]);
    expect(Object.keys(told.aspects!)).toEqual(["learned", "overall", "detail", "shape", "colourless"]);
    for (const [i, match] of told.matches.entries()) {
      expect(match.score).toBeCloseTo(before.matches[i]!.score, 4);
    }

    const back = await diptych(["import", "--rollback", "--catalog", catalog]);
    expect(back).toMatchObject({ exitCode: 0, stdout: "" });
    expect((await searchJson([...query, "--catalog", catalog])).matches).toEqual(before.matches);
  });
});

test("a design in another colour is found by searches that ignore colours", async () => {
  const { matches } = await searchJson([...query, "--catalog", catalog, "--ignore-colour"]);
  expect(recoloured).toContain(matches[0]!.id);
  const refused = await diptych([
    "search",
    ...query,
    "--catalog",
    catalog,
    "--ignore-colour",
    "--aspect",
    "detail=1",
  ]);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("either weighs aspects or ignores colours");
});

describe("what cannot be learnt from", () => {
  test.each([
    [[], "received neither"],
    [["pairs.csv", "--group", "style"], "received both"],
    [["--group", "colour"], 'none has "colour"'],
    [["--group", "style", "--id", "../x"], 'received "../x"'],
    [["none.csv"], "none.csv cannot be read"],
  ])("is told: %j", async (args, message) => {
    const ending = await train(...args);
    expect(ending).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ending.stderr).toContain(message);
  });

  test("is told before any training: where no pack can be written", async () => {
    const file = query[1]!;
    const { exitCode, stdout, stderr } = await diptych([
      "train",
      "--group",
      "style",
      "--catalog",
      catalog,
      "--models",
      file,
    ]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      `diptych: ${file} cannot be written (ENOTDIR); name a place in an existing folder that this user may write to, on a disk that has room.\n`,
    );
  });

  test("is told of pairs, too", async () => {
    const pairs = join(directory, "pairs.csv");
    await writeFile(pairs, "a,b,similar\nD0,D1,1\nD0,GONE,1\n");
    expect((await train(pairs)).stderr).toContain('line 3 names "GONE"');
    await writeFile(pairs, "a,b,similar\nD0,D1,1\nD3,D4,1\n");
    expect((await train(pairs)).stderr).toContain("received 2, of which 0 are so large. Label more designs.");
  });
});
