import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MemoryCatalog } from "../../../test/contracts/memory-catalog.js";
import { type FeatureItem, importFeatures } from "../../core/import-features.js";
import { createPictureFileReader } from "../sources/picture-file.js";
import { readFeatureFiles, writeFeatureFiles } from "./features.js";
import { createNpy } from "./npy-writer.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-features-"));
});
afterEach(() => rm(directory, { recursive: true }));

async function writeMatrix(name: string, rows: readonly (readonly number[])[], dim = 2): Promise<void> {
  const writer = await createNpy(join(directory, name), dim);
  await writer.writeRows(Float32Array.from(rows.flat()));
  await writer.commit();
}

/** The tutorial's three files, of designs 0, 1, ... whose back is their front turned round. */
async function writeTutorialFiles(fronts: readonly (readonly number[])[]): Promise<void> {
  const names = fronts.map((_, i) => `${i}_f.jpg,${i}_b.jpg\n`).join("");
  await writeFile(join(directory, "name_list.csv"), `front,back\n${names}`);
  await writeMatrix("img_feature_f.npy", fronts);
  await writeMatrix(
    "img_feature_b.npy",
    fronts.map((front) => front.toReversed()),
  );
}

async function rowsOf(files: Awaited<ReturnType<typeof readFeatureFiles>>): Promise<FeatureItem[]> {
  const items: FeatureItem[] = [];
  for await (const item of files.rows()) items.push(item);
  await files.close();
  return items;
}

test("reads the tutorial's files as they are, its model where none is told, a row of zeros as a missing view", async () => {
  await writeTutorialFiles([
    [0.6, 0.8],
    [0, 0],
  ]);
  const files = await readFeatureFiles(directory, { imagesDirectory: tmpdir() });
  expect(files.count).toBe(2);
  expect(files.model).toEqual({ id: "vgg16-keras", sha256: null, embeddingDim: 2 });
  expect(await rowsOf(files)).toEqual([
    {
      row: {
        line: 2,
        id: "0",
        views: { front: join(tmpdir(), "0_f.jpg"), back: join(tmpdir(), "0_b.jpg") },
        attributes: {},
        embeddings: { front: Float32Array.of(0.6, 0.8), back: Float32Array.of(0.8, 0.6) },
      },
    },
    { row: expect.objectContaining({ line: 3, id: "1", embeddings: {} }) },
  ]);
});

test("keeps names and embeddings together over many pages and past bad rows", async () => {
  const count = 150;
  await writeTutorialFiles(Array.from({ length: count }, (_, i) => [i + 1, 1]));
  const names = (await readFile(join(directory, "name_list.csv"), "utf8")).split("\n");
  names[71] = "only one field";
  await writeFile(join(directory, "name_list.csv"), names.join("\n"));

  const items = await rowsOf(await readFeatureFiles(directory));
  const fronts = items.map((item) =>
    "row" in item ? [item.row.id, item.row.embeddings.front![0]] : item.error.line,
  );
  expect(fronts).toEqual(Array.from({ length: count }, (_, i) => (i === 70 ? 72 : [String(i), i + 1])));
});

test.each([
  ["rows", async () => writeMatrix("img_feature_b.npy", [[1, 0]]), "(1, 2)"],
  [
    "dimensions",
    async () =>
      writeMatrix(
        "img_feature_b.npy",
        [
          [1, 0, 0],
          [1, 0, 0],
        ],
        3,
      ),
    "(2, 3)",
  ],
  [
    "the model's dimension",
    async () => writeFile(join(directory, "model.json"), '{"id":"m","sha256":null,"embeddingDim":5}'),
    "a row of 5 numbers",
  ],
  ["a model that is none", async () => writeFile(join(directory, "model.json"), '{"id":""}'), "model.json"],
])("refuses files that disagree: %s", async (_, damage, sentence) => {
  await writeTutorialFiles([
    [1, 0],
    [0, 1],
  ]);
  await damage();
  await expect(readFeatureFiles(directory)).rejects.toMatchObject({
    code: "INVALID_REQUEST",
    message: expect.stringContaining(sentence),
  });
});

test("a missing file of the three is NOT_FOUND", async () => {
  await writeTutorialFiles([[1, 0]]);
  await rm(join(directory, "img_feature_b.npy"));
  await expect(readFeatureFiles(directory)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("what a catalog writes, another catalog of the same model reads", async () => {
  const model = { id: "some-model", sha256: "a".repeat(64), embeddingDim: 2 };
  const catalog = new MemoryCatalog(model);
  const none = { sha256: null, thumbnail: null };
  const front = { ...none, path: "/pictures/x/front of A.jpg", embedding: Float32Array.of(1, 0) };
  const back = { ...none, path: null, embedding: Float32Array.of(0, 1) };
  await catalog.upsert([
    { id: "A", attributes: { colour: "red" }, views: { front, back } },
    { id: "B, 外套", attributes: {}, views: { back } },
    ...Array.from({ length: 130 }, (_, i) => ({ id: `C${i}`, attributes: {}, views: { front } })),
  ]);
  const target = join(directory, "made", "here");

  expect(await writeFeatureFiles(target, catalog)).toEqual({ designs: 132 });

  expect((await readdir(target)).sort()).toEqual([
    "img_feature_b.npy",
    "img_feature_f.npy",
    "model.json",
    "name_list.csv",
  ]);
  const names = (await readFile(join(target, "name_list.csv"), "utf8")).split("\n");
  expect(names.slice(0, 3)).toEqual(["front,back,id", "front of A.jpg,A,A", ',"B, 外套","B, 外套"']);

  await mkdir(join(directory, "images"));
  await writeFile(join(directory, "images", "front of A.jpg"), "bytes");
  const files = await readFeatureFiles(target, { imagesDirectory: join(directory, "images") });
  expect(files.model).toEqual(model);
  const other = new MemoryCatalog(files.model);
  const summary = await importFeatures({
    rows: files.rows(),
    model: files.model,
    catalog: other,
    readFile: createPictureFileReader(100),
    hash: () => "hash",
    images: { toThumbnail: async (bytes) => bytes.slice(0, 1) },
    onError: () => {},
    onProgress: () => {},
  });
  await files.close();

  expect(summary).toMatchObject({ imported: 132, failed: 0 });
  const designs = await other.getEmbedded(["A", "B, 外套", "C129"]);
  expect(designs.get("A")!.views).toEqual({
    front: {
      sha256: "hash",
      path: join(directory, "images", "front of A.jpg"),
      thumbnail: Uint8Array.from(Buffer.from("b")),
      embedding: Float32Array.of(1, 0),
    },
    back,
  });
  expect(designs.get("B, 外套")!.views).toEqual({ back });
  expect(Object.keys(designs.get("C129")!.views)).toEqual(["front"]);
});

test("an export that ends while its files take their places leaves none that could be mixed with others", async () => {
  const catalog = new MemoryCatalog({ id: "m", sha256: "c0ffee", embeddingDim: 2 });
  await writeTutorialFiles([[0.6, 0.8]]);
  await rm(join(directory, "img_feature_b.npy"));
  await mkdir(join(directory, "img_feature_b.npy", "in the way"), { recursive: true });
  await expect(writeFeatureFiles(directory, catalog)).rejects.toThrow();
  await rm(join(directory, "img_feature_b.npy"), { recursive: true });
  await writeMatrix("img_feature_b.npy", [[0.6, 0.8]]);
  await expect(readFeatureFiles(directory)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a catalog that fails midway leaves the files that were there", async () => {
  const catalog = new MemoryCatalog({ id: "m", sha256: null, embeddingDim: 2 });
  catalog.getEmbedded = async () => {
    throw new Error("gone");
  };
  await writeFile(join(directory, "name_list.csv"), "before");
  await expect(writeFeatureFiles(directory, catalog)).rejects.toThrow("gone");
  expect(await readdir(directory)).toEqual(["name_list.csv"]);
  expect(await readFile(join(directory, "name_list.csv"), "utf8")).toBe("before");
});
