import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../../test/contracts/sample-designs.js";
import { identityNetwork, patternedPicture, SMALL, writePack } from "../../../test/fixtures/small-packs.js";
import type { Embedding } from "../../core/embedding.js";
import { embedWithHead, embedWithoutHead, type Head } from "../../core/head.js";
import { createEmbedder } from "../onnx/embedder.js";
import { type ModelPack, openPack } from "./pack.js";
import { reprojection } from "./reprojection.js";
import { trainedDirectory, writeTrainedPack } from "./trained-pack.js";

const random = seededRandom(9);
const head = (): Head => ({
  inputDim: 32,
  dim: 5,
  weights: Float32Array.from({ length: 160 }, () => random() - 0.5),
});
const learntFrom = "3 designs, seed 1";

let directory: string;
let base: ModelPack;
let trained: ModelPack;
const first = head();
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-trained-"));
  base = await openPack(await writePack(path.join(directory, "small"), identityNetwork()));
  trained = await writeTrainedPack(base, first, { directory: path.join(directory, "mine"), learntFrom });
});
afterAll(() => rm(directory, { recursive: true }));

async function embeddingBy(pack: ModelPack): Promise<Embedding> {
  const embedder = await createEmbedder(pack, { threads: 1 });
  const [result] = await embedder.embed([patternedPicture(4, SMALL)]);
  await embedder.close();
  if ("error" in result!) throw result.error;
  return result!.value;
}

describe("a trained pack", () => {
  it("is the base with one aspect more, under its own id and hash", () => {
    expect(trained.manifest).toMatchObject({
      id: "mine",
      title: `${base.manifest.title}, with a learnt head`,
      source: `made by the test; head learnt from ${learntFrom}`,
      embeddingDim: 37,
      aspects: [
        { name: "learned", dim: 5 },
        { name: "overall", dim: 32 },
      ],
    });
    expect(trained.identity.sha256).not.toBe(base.identity.sha256);
    expect(trained.head).toEqual(first);
  });

  it("embeds as the base does, with the head on top, and so do stored embeddings", async () => {
    const [plain, whole] = [await embeddingBy(base), await embeddingBy(trained)];
    expect(whole).toEqual(embedWithHead(first, plain, 1));
    expect(reprojection(base.identity, base, trained)!(plain)).toEqual(whole);
    const back = reprojection(trained.identity, trained, base)!(whole);
    for (const [i, value] of back.entries()) expect(value).toBeCloseTo(plain[i]!, 6);
  });

  it("holds the files under names of their own, wherever the base has them", async () => {
    const file = (name: string) => path.join(directory, "deep", name);
    await writePack(path.join(directory, "deep"), identityNetwork());
    await mkdir(file("onnx"));
    await rename(file("model.onnx"), file("onnx/model.onnx"));
    const manifest = JSON.parse(await readFile(file("manifest.json"), "utf8"));
    manifest.model.path = "onnx/model.onnx";
    await writeFile(file("manifest.json"), JSON.stringify(manifest));
    await writeFile(file("NOTICE"), "who made it");
    const place = path.join(directory, "of-deep");
    const written = await writeTrainedPack(await openPack(path.join(directory, "deep")), first, {
      directory: place,
      learntFrom,
    });
    expect((await readdir(place)).toSorted()).toEqual(["NOTICE", "head.npy", "manifest.json", "model.onnx"]);
    expect(await readFile(path.join(place, "NOTICE"), "utf8")).toBe("who made it");
    expect(await embeddingBy(written)).toEqual(await embeddingBy(trained));
  });

  it("gives way to another head", async () => {
    const second = head();
    const again = await writeTrainedPack(trained, second, {
      directory: path.join(directory, "again"),
      learntFrom: "4 designs, seed 2",
    });
    const { title, source } = again.manifest;
    expect([title, source]).toEqual([
      trained.manifest.title,
      "made by the test; head learnt from 4 designs, seed 2",
    ]);
    expect(again.manifest.aspects.map(({ name }) => name)).toEqual(["learned", "overall"]);
    const whole = await embeddingBy(trained);
    const moved = reprojection(trained.identity, trained, again)!(whole);
    expect(moved).toEqual(embedWithHead(second, embedWithoutHead(5, whole, 1), 1));
    expect(reprojection(trained.identity, null, again)).toBeNull();
  });

  it("needs the pictures when the networks differ", async () => {
    const other = await openPack(
      await writePack(path.join(directory, "other"), identityNetwork(), { resizePolicy: "tutorial" }),
    );
    expect(reprojection(other.identity, other, trained)).toBeNull();
  });

  it("appears whole or not at all, and never in place of another", async () => {
    const before = await readFile(path.join(directory, "mine", "manifest.json"), "utf8");
    await expect(
      writeTrainedPack(base, head(), { directory: path.join(directory, "mine"), learntFrom }),
    ).rejects.toThrow();
    expect(await readFile(path.join(directory, "mine", "manifest.json"), "utf8")).toBe(before);
    expect((await readdir(directory)).filter((name) => name.includes(".part"))).toEqual([]);
  });

  it("is refused when its head is not the one that its manifest tells", async () => {
    const copy = await writeTrainedPack(base, head(), {
      directory: path.join(directory, "damaged"),
      learntFrom,
    });
    const file = path.join(directory, "damaged", copy.manifest.head!.path);
    await writeFile(file, (await readFile(file)).subarray(0, -4));
    await expect(openPack(path.join(directory, "damaged"))).rejects.toMatchObject({
      code: "MODEL_INVALID",
      message: expect.stringContaining("is not the one its manifest tells"),
    });
  });
});

describe("the folder of a trained pack", () => {
  it("is called after the base, with a number where that is taken", async () => {
    const models = path.join(directory, "models");
    const named = async (id: string) => path.basename(await trainedDirectory(models, id));
    expect(await named("small")).toBe("small-trained");
    await mkdir(path.join(models, "small-trained"), { recursive: true });
    expect(await named("small")).toBe("small-trained-2");
    expect(await named("small-trained-7")).toBe("small-trained-2");
  });

  it("is called after the beginning of a base whose name is as long as one may be", async () => {
    const models = path.join(directory, "long");
    const first = await trainedDirectory(models, "x".repeat(64));
    expect(path.basename(first)).toBe(`${"x".repeat(56)}-trained`);
    await mkdir(first, { recursive: true });
    expect(path.basename(await trainedDirectory(models, "x".repeat(64)))).toBe(`${"x".repeat(54)}-trained-2`);
  });
});
