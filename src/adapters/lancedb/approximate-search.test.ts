import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { randomEmbedding, sampleDesign, seededRandom } from "../../../test/contracts/sample-designs.js";
import { measureIndexRecall } from "../../core/index-recall.js";
import { openCatalog } from "./open-catalog.js";

/** Few numbers of no kind: much is as far away as the best, and two bits a number tell little. */
const model = { id: "short", sha256: null, embeddingDim: 16 };
const DESIGNS = 4000;
const QUERIES = 12;

const directory = await mkdtemp(join(tmpdir(), "diptych-recall-"));
afterAll(() => rm(directory, { recursive: true }));

it("finds more, the higher the recall that is aimed at", async () => {
  const random = seededRandom(5);
  const embedding = () => randomEmbedding(random, model.embeddingDim);
  const open = (targetRecall: number) =>
    openCatalog({ directory, model, indexThreshold: 1000, targetRecall });
  const written = await open(0.9);
  await written.upsert(Array.from({ length: DESIGNS }, (_, i) => sampleDesign(`D${i}`, random, model)));
  await written.compact();
  expect((await written.indexStatus()).index).toMatchObject({ indexed: DESIGNS });
  await written.close();

  const pairs = Array.from({ length: QUERIES }, () => ({ front: embedding(), back: embedding() }));
  const recalls: number[] = [];
  for (const targetRecall of [0.9, 0.999]) {
    const catalog = await open(targetRecall);
    const measured = await measureIndexRecall(catalog, pairs);
    recalls.push(measured.reduce((sum, { recallAt20 }) => sum + recallAt20 / measured.length, 0));
    await catalog.close();
  }
  expect(recalls[0]).toBeLessThan(recalls[1]!);
}, 60_000);
