import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@lancedb/lancedb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampleDesigns, seededRandom } from "../../../test/contracts/sample-designs.js";
import type { ModelIdentity } from "../../core/ports.js";
import { openCatalog, readCatalogModel } from "./open-catalog.js";

const model: ModelIdentity = { id: "inception-v3", sha256: "a".repeat(64), embeddingDim: 4 };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-open-"));
});
afterEach(() => rm(directory, { recursive: true }));

async function makeCatalog(designs = 3): Promise<void> {
  const catalog = await openCatalog({ directory, model });
  await catalog.upsert(sampleDesigns(designs, seededRandom(1), model));
  await catalog.close();
}

describe("a directory without a catalog", () => {
  it("has no model", async () => {
    expect(await readCatalogModel(directory)).toBeNull();
    expect(await readCatalogModel(join(directory, "none"))).toBeNull();
  });

  it("is not touched by who wants to search", async () => {
    await expect(openCatalog({ directory, model, create: false })).rejects.toMatchObject({
      code: "CATALOG_UNAVAILABLE",
      message: `There is no catalog in ${directory}; import designs first with: diptych import SOURCE --catalog ${directory}`,
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it("becomes a catalog that remembers its model, with its parents", async () => {
    const deep = join(directory, "some", "where");
    await (await openCatalog({ directory: deep, model })).close();
    expect((await readdir(deep)).sort()).toEqual(["catalog.json", "lancedb"]);
    expect(JSON.parse(await readFile(join(deep, "catalog.json"), "utf8"))).toEqual({ format: 1, model });
    expect(await readCatalogModel(deep)).toEqual(model);
    await (await openCatalog({ directory: deep, model, create: false })).close();
  });

  it("cannot become one where a file is in the way", async () => {
    const file = join(directory, "file");
    await writeFile(file, "");
    await expect(openCatalog({ directory: file, model })).rejects.toMatchObject({
      code: "CATALOG_UNAVAILABLE",
    });
  });
});

describe("a catalog of another model", () => {
  const others: Partial<ModelIdentity>[] = [
    { id: "vgg16-keras" },
    { sha256: "b".repeat(64) },
    { sha256: null },
    { embeddingDim: 5 },
  ];
  it.each(others)("is refused: %o", async (other) => {
    await makeCatalog();
    await expect(openCatalog({ directory, model: { ...model, ...other } })).rejects.toMatchObject({
      code: "MODEL_MISMATCH",
      message: expect.stringMatching(/inception-v3 \(sha256 aaaaaaaaaaaa, 4 dimensions\)/),
    });
    expect(await readCatalogModel(directory)).toEqual(model);
  });
});

describe("a damaged catalog", () => {
  const unavailable = {
    code: "CATALOG_UNAVAILABLE",
    message: expect.stringContaining("import the designs into a new"),
  };

  it.each([
    "",
    "{",
    "null",
    '{"format":2,"model":{"id":"m","sha256":null,"embeddingDim":4}}',
    '{"format":1,"model":{"id":"m","sha256":null,"embeddingDim":0}}',
  ])("is told by its catalog.json: %s", async (manifest) => {
    await makeCatalog();
    await writeFile(join(directory, "catalog.json"), manifest);
    await expect(openCatalog({ directory, model })).rejects.toMatchObject(unavailable);
    await expect(readCatalogModel(directory)).rejects.toMatchObject(unavailable);
  });

  it("is told by a catalog.json that cannot be read", async () => {
    await mkdir(join(directory, "catalog.json"));
    await expect(readCatalogModel(directory)).rejects.toMatchObject({ code: "CATALOG_UNAVAILABLE" });
  });

  it("is told by designs without a catalog.json: their model is not known", async () => {
    await makeCatalog();
    await rm(join(directory, "catalog.json"));
    await expect(openCatalog({ directory, model })).rejects.toMatchObject(unavailable);
  });

  it("is told by the tables of a re-embedding without a catalog.json, also where the first one is gone", async () => {
    await makeCatalog();
    const connection = await connect(join(directory, "lancedb"));
    const first = await connection.openTable("designs");
    await connection.createTable("designs-bbbb", await first.query().toArrow());
    await connection.dropTable("designs");
    await rm(join(directory, "catalog.json"));
    // Also the second time, when an empty first table may be there.
    for (let i = 0; i < 2; i++) {
      await expect(openCatalog({ directory, model })).rejects.toMatchObject(unavailable);
    }
    connection.close();
  });

  it("is told by a table that is missing or is another's", async () => {
    await makeCatalog();
    await rm(join(directory, "lancedb"), { recursive: true });
    await expect(openCatalog({ directory, model })).rejects.toMatchObject(unavailable);
    const catalogJson = await readFile(join(directory, "catalog.json"), "utf8");
    await writeFile(
      join(directory, "catalog.json"),
      catalogJson.replace('"embeddingDim": 4', '"embeddingDim": 6'),
    );
    await expect(openCatalog({ directory, model: { ...model, embeddingDim: 6 } })).rejects.toMatchObject(
      unavailable,
    );
  });

  it("is told by data files that are gone, as they are read", async () => {
    await makeCatalog();
    await rm(join(directory, "lancedb", "designs.lance", "data"), { recursive: true });
    const catalog = await openCatalog({ directory, model });
    await expect(catalog.getEmbedded(["D-00001"])).rejects.toMatchObject({
      code: "CATALOG_UNAVAILABLE",
      message: expect.stringContaining(`The catalog in ${directory} cannot be read`),
      cause: expect.anything(),
    });
    await catalog.close();
  });
});

it("a closed catalog answers nothing", async () => {
  const catalog = await openCatalog({ directory, model });
  await catalog.close();
  await expect(catalog.stats()).rejects.toMatchObject({ code: "CATALOG_UNAVAILABLE" });
  await expect(catalog.delete(["A"])).rejects.toMatchObject({ code: "CATALOG_UNAVAILABLE" });
});

describe("several at once", () => {
  it("make one catalog in one process", async () => {
    const catalogs = await Promise.all(Array.from({ length: 6 }, () => openCatalog({ directory, model })));
    await catalogs[0]!.upsert(sampleDesigns(5, seededRandom(1), model));
    for (const catalog of catalogs) {
      expect((await catalog.stats()).designs).toBe(5);
      await catalog.close();
    }
  });

  it("agree on one model, and the others are refused", async () => {
    const models = ["one", "two", "three", "four"].map((id) => ({ ...model, id }));
    const opened = await Promise.allSettled(models.map((each) => openCatalog({ directory, model: each })));
    const held = await readCatalogModel(directory);
    for (const [i, result] of opened.entries()) {
      if (models[i]!.id === held!.id) expect(result.status).toBe("fulfilled");
      else expect(result).toMatchObject({ status: "rejected", reason: { code: "MODEL_MISMATCH" } });
      if (result.status === "fulfilled") await result.value.close();
    }
    expect((await readdir(directory)).sort()).toEqual(["catalog.json", "lancedb"]);
  });
});
