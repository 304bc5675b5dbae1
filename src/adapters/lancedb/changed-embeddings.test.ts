import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { reproject } from "../../../test/contracts/reembedding-process.js";
import { sampleDesign, sampleDesigns, seededRandom } from "../../../test/contracts/sample-designs.js";
import type { EmbeddedDesign } from "../../core/design.js";
import type { Catalog, ModelIdentity } from "../../core/ports.js";
import { AppError, type ErrorCode } from "../../errors.js";
import { openCatalog, readCatalogModel } from "./open-catalog.js";
import { rollBack } from "./reembedding.js";

const reembeddingProcess = fileURLToPath(
  new URL("../../../test/contracts/reembedding-process.ts", import.meta.url),
);
const old: ModelIdentity = { id: "old", sha256: "a".repeat(64), embeddingDim: 4 };
const young: ModelIdentity = { id: "young", sha256: "b".repeat(64), embeddingDim: 6 };
const third: ModelIdentity = { id: "third", sha256: "c".repeat(64), embeddingDim: 8 };
const designs = sampleDesigns(200, seededRandom(1), old);

let directory: string;
let catalog: Catalog;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-changed-"));
  catalog = await openCatalog({ directory, model: old });
  await catalog.upsert(designs);
});
afterEach(async () => {
  await catalog.close();
  await rm(directory, { recursive: true });
});

/** Embeds the catalog anew in another process; resolves when that has ended. */
async function reembed(model: ModelIdentity): Promise<void> {
  const child = fork(reembeddingProcess, [directory, JSON.stringify(model)], {
    execArgv: ["--import", "tsx"],
  });
  expect(await once(child, "exit")).toEqual([0, null]);
}

async function all(model: ModelIdentity): Promise<Map<string, EmbeddedDesign>> {
  const opened = await openCatalog({ directory, model, create: false });
  const ids = (await opened.list({ limit: 10_000 })).designs.map(({ id }) => id);
  const found = await opened.getEmbedded(ids);
  await opened.close();
  return found;
}

it("loses no write that was acknowledged while another process embeds the catalog anew and changes it over", async () => {
  const random = seededRandom(2);
  const expected = new Map(designs.map((design) => [design.id, design]));
  const open = new Set<string>();
  const refusals = new Set<ErrorCode>();
  let acknowledged = 0;
  const reembedding = reembed(young);
  // Until the catalog is the other model's for good: of some writes nothing is known then, they may be there or not.
  for (let number = 0; !refusals.has("MODEL_MISMATCH"); number++) {
    const id = number % 3 === 0 ? `new-${number}` : designs[Math.floor(random() * designs.length)]!.id;
    const design = sampleDesign(id, random, { ...old, attributes: { number } });
    try {
      if (number % 5 === 4) {
        await catalog.delete([id]);
        expected.delete(id);
      } else {
        await catalog.upsert([design]);
        expected.set(id, design);
      }
      open.delete(id);
      acknowledged += 1;
    } catch (error) {
      open.add(id);
      refusals.add(AppError.from(error).code);
    }
  }
  await reembedding;
  expect(acknowledged).toBeGreaterThan(0);
  expect([...refusals].filter((code) => code !== "MODEL_MISMATCH" && code !== "CATALOG_UNAVAILABLE")).toEqual(
    [],
  );
  const found = await all(young);
  for (const id of open) {
    expected.delete(id);
    found.delete(id);
  }
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [id, design] of expected) {
    expect(found.get(id)!.attributes).toEqual(design.attributes);
    expect(found.get(id)!.views.front!.embedding).toEqual(reproject(design.views.front!.embedding, 6));
  }
});

it("is still read with the embeddings that it was opened with, but not written to, until it is opened anew", async () => {
  await reembed(young);
  expect((await catalog.stats()).designs).toBe(200);
  const mismatch = {
    code: "MODEL_MISMATCH",
    message: expect.stringMatching(/embeddings of young by now.*those of old.*--model young/u),
  };
  await expect(catalog.upsert([designs[0]!])).rejects.toMatchObject(mismatch);
  await expect(catalog.delete(["D-00001"])).rejects.toMatchObject(mismatch);
  expect(await all(young)).toHaveLength(200);
  // The third embeddings take the place of the first.
  await reembed(third);
  await expect(catalog.stats()).rejects.toMatchObject({ code: "MODEL_MISMATCH" });
});

it("goes on with its own model's embeddings, in whatever table they are", async () => {
  await reembed(young);
  await rollBack(directory);
  await catalog.upsert([{ ...designs[0]!, id: "later" }]);
  expect((await catalog.stats()).designs).toBe(201);
  // With two others in between its first table is gone, and it comes back in another one.
  for (const model of [young, third, old]) await reembed(model);
  const { table, model } = JSON.parse(await readFile(join(directory, "catalog.json"), "utf8"));
  expect([table, model]).toEqual([`designs-${"a".repeat(16)}`, old]);
  expect((await catalog.stats()).designs).toBe(201);
  await catalog.upsert([{ ...designs[0]!, id: "latest" }]);
  expect((await all(old)).has("latest")).toBe(true);
});

it("is written to again when a process that was changing it over died of it", async () => {
  const path = join(directory, "catalog.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  const announce = (ms: number) =>
    writeFile(
      path,
      JSON.stringify({ ...manifest, changingOverUntil: new Date(Date.now() + ms).toISOString() }),
    );
  await announce(3_600_000);
  await expect(catalog.delete(["D-00001"])).rejects.toMatchObject({
    code: "CATALOG_UNAVAILABLE",
    message: expect.stringContaining("is changing over to other embeddings; try again"),
    retryAfterS: 5,
  });
  await announce(-1);
  expect(await catalog.delete(["D-00001"])).toBe(1);
  await reembed(young);
  expect(await readCatalogModel(directory)).toEqual(young);
});

it("is not rolled back over what was changed or deleted since", async () => {
  await reembed(young);
  const opened = await openCatalog({ directory, model: young, create: false });
  const found = (await opened.getEmbedded(["D-00001"])).get("D-00001")!;
  await opened.upsert([{ ...found, attributes: { number: -1 } }]);
  await opened.delete(["D-00002"]);
  await opened.close();
  await expect(rollBack(directory)).rejects.toMatchObject({
    code: "INVALID_REQUEST",
    message: expect.stringContaining("lack 2 of its designs as they are now"),
  });
  expect(await readCatalogModel(directory)).toEqual(young);
});
