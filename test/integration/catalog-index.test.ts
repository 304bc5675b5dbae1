import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCatalog } from "../../src/adapters/lancedb/open-catalog.js";
import { openPack } from "../../src/adapters/models/pack.js";
import type { EmbeddedDesign } from "../../src/core/design.js";
import { normalizeL2 } from "../../src/core/embedding.js";
import type { ModelIdentity } from "../../src/core/ports.js";
import { designNear, randomEmbedding, sampleDesign, seededRandom } from "../contracts/sample-designs.js";
import { identityNetwork, writePack } from "../fixtures/small-packs.js";
import { diptych } from "./diptych-process.js";

const DESIGNS = 20_000;
const BATCH_SIZE = 5000;
const model = { id: "random", sha256: null, embeddingDim: 64 };

const random = seededRandom(1);

/** Numbers of which an index tells little. */
const NOISE = 16;

/** Of each kind there are so many designs that they are the first matches of each other. */
const KINDS = 800;
/** Of so few kinds there are more of each, and all alike, than an index tells apart. */
const CROWDS = 8;
const middles = Array.from({ length: KINDS }, () => sampleDesign("", random, model).views);

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-catalog-index-"));
  await fill("kinds", DESIGNS, (i) => designNear(middles[i % KINDS]!, sampleDesign(`D${i}`, random, model)));
  await fill("crowded", DESIGNS, (i) =>
    designNear(middles[i % CROWDS]!, sampleDesign(`D${i}`, random, model)),
  );
  await fill("small", 1, (i) => sampleDesign(`D${i}`, random, model));
}, 240_000);
afterAll(() => rm(directory, { recursive: true }));

async function fill(
  name: string,
  count: number,
  design: (i: number) => EmbeddedDesign,
  identity: ModelIdentity = model,
): Promise<void> {
  const catalog = await openCatalog({ directory: join(directory, name), model: identity });
  for (let first = 0; first < count; first += BATCH_SIZE) {
    const size = Math.min(BATCH_SIZE, count - first);
    await catalog.upsert(Array.from({ length: size }, (_, i) => design(first + i)));
  }
  await catalog.close();
}

/** A design near a middle, in all but the first of its numbers, which are few and of no kind. */
function withNoise(id: string, middle: EmbeddedDesign["views"]): EmbeddedDesign {
  const design = designNear(middle, sampleDesign(id, random, model));
  for (const { embedding } of Object.values(design.views)) {
    embedding.set(randomEmbedding(random, NOISE).map((value) => value / 4));
    normalizeL2(embedding);
  }
  return design;
}

const run = (catalog: string, ...args: string[]) =>
  diptych(["index", ...args, "--catalog", catalog], { cwd: directory });

test("the index of a large catalog is told, built and verified", async () => {
  const before = await run("kinds", "status", "--json");
  expect(JSON.parse(before.stdout)).toEqual({
    designs: DESIGNS,
    threshold: 20_000,
    kind: null,
    indexed: 0,
    unindexed: DESIGNS,
    bytes: 0,
    used: false,
  });
  const rebuilt = await run("kinds", "rebuild", "--json");
  expect(rebuilt).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("Built the index in ") });
  expect(rebuilt.stderr).not.toContain("WARN");
  const after = JSON.parse(rebuilt.stdout);
  expect(after).toMatchObject({ kind: "IVF_RQ", indexed: DESIGNS, unindexed: 0, used: true });
  expect(after.bytes).toBeGreaterThan((DESIGNS * 2 * model.embeddingDim) / 8);
  expect((await run("kinds", "status")).stdout).toMatch(/index +IVF_RQ/);

  const verified = await run("kinds", "verify", "--json");
  const { target, weights } = JSON.parse(verified.stdout);
  expect(verified.exitCode).toBe(0);
  expect(target).toBe(0.99);
  expect(weights).toHaveLength(3);
  for (const each of weights) {
    expect(each).toMatchObject({ queries: 25, reached: true });
    expect(each.recallAt20).toBeGreaterThanOrEqual(target);
  }
});

test("an index that finds too little is told by the exit status", async () => {
  expect((await run("crowded", "rebuild")).exitCode).toBe(0);
  const verified = await run("crowded", "verify", "--target-recall", "0.999");
  expect(verified).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/0\.999 +NO/) });
});

test("an index is verified by what searches look at, the model's default aspect", async () => {
  const models = join(directory, "models");
  const pack = await writePack(join(models, "twofold"), identityNetwork(), {
    id: "twofold",
    embeddingDim: model.embeddingDim,
    aspects: [
      { name: "noise", dim: NOISE },
      { name: "kind", dim: model.embeddingDim - NOISE },
    ],
  });
  const { identity } = await openPack(pack);
  await fill("twofold", DESIGNS, (i) => withNoise(`D${i}`, middles[i % KINDS]!), identity);
  expect((await run("twofold", "rebuild")).exitCode).toBe(0);
  const recalls = async (...args: string[]): Promise<number[]> => {
    const { stdout } = await run("twofold", "verify", "--target-recall", "0.999", "--json", ...args);
    const { weights } = JSON.parse(stdout) as { weights: { recallAt20: number }[] };
    return weights.map(({ recallAt20 }) => recallAt20);
  };
  // Far from what either comes to, for no two indexes are trained alike.
  expect(Math.max(...(await recalls("--models", models)))).toBeLessThan(0.9);
  expect(Math.min(...(await recalls()))).toBeGreaterThan(0.9);
});

test("a small catalog needs none, and none that is there is a failure", async () => {
  expect(await run("small", "rebuild")).toMatchObject({
    exitCode: 0,
    stderr: "There is no index to build.\n",
    stdout: expect.stringMatching(/is used +no: every design is compared/),
  });
  const verified = await run("small", "verify", "--json");
  expect(verified).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("No index is used") });
  expect(JSON.parse(verified.stdout)).toEqual({ used: false, target: 0.99, weights: [] });
  expect(await run("none", "status")).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining("There is no catalog in"),
  });
});
