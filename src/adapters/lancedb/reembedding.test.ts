import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sampleDesigns, seededRandom } from "../../../test/contracts/sample-designs.js";
import type { ModelIdentity } from "../../core/ports.js";
import { allPages, catalogRows, removeOthers, reprojectDesigns } from "../../core/reembed.js";
import { openCatalog, readCatalogModel } from "./open-catalog.js";
import { openReembedding, rollBack } from "./reembedding.js";

const old: ModelIdentity = { id: "old", sha256: "a".repeat(64), embeddingDim: 4 };
const young: ModelIdentity = { id: "young", sha256: "b".repeat(64), embeddingDim: 6 };
const third: ModelIdentity = { id: "third", sha256: "c".repeat(64), embeddingDim: 4 };
const designs = sampleDesigns(150, seededRandom(1), old);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-reembed-"));
  const catalog = await openCatalog({ directory, model: old });
  await catalog.upsert(designs);
  await catalog.close();
});
afterEach(() => rm(directory, { recursive: true }));

/** Puts two numbers in front, so that the others tell where an embedding comes from. */
const longer = (embedding: Float32Array) => Float32Array.of(0, 0, ...embedding.slice(0, 4));

async function reembed(model: ModelIdentity, { pages = Number.POSITIVE_INFINITY, finish = true } = {}) {
  const reembedding = await openReembedding(directory, model);
  const { from, to } = reembedding;
  const stop = new AbortController();
  let done = 0;
  const summary = await reprojectDesigns({
    pages: allPages(from),
    from,
    to,
    reproject: model.embeddingDim === 6 ? longer : (embedding) => embedding.slice(-4),
    onProgress: () => {
      done += 1;
      if (done >= pages) stop.abort();
    },
    signal: stop.signal,
  });
  await removeOthers(to, from);
  if (finish) await reembedding.switchOver(async () => true);
  await reembedding.close();
  return summary;
}

async function contents(model: ModelIdentity) {
  const catalog = await openCatalog({ directory, model, create: false });
  const found = await catalog.getEmbedded(designs.map(({ id }) => id));
  await catalog.close();
  return found;
}

describe("embedding a catalog anew", () => {
  it("switches over with every design, and nothing but its embeddings changed", async () => {
    expect(await reembed(young)).toEqual({
      rows: 150,
      imported: 150,
      unchanged: 0,
      failed: 0,
      aborted: false,
    });
    expect(await readCatalogModel(directory)).toEqual(young);
    const found = await contents(young);
    expect(found.size).toBe(150);
    for (const design of designs) {
      const { views, ...rest } = found.get(design.id)!;
      expect(rest).toEqual({ id: design.id, attributes: design.attributes });
      const { embedding, ...picture } = design.views.front!;
      expect(views.front).toEqual({ ...picture, embedding: longer(embedding) });
    }
  });

  it("leaves the catalog as it is until it is finished, and goes on when begun again", async () => {
    expect(await reembed(young, { pages: 1, finish: false })).toMatchObject({ imported: 64, aborted: true });
    expect(await readCatalogModel(directory)).toEqual(old);
    expect((await contents(old)).size).toBe(150);
    const writer = await openCatalog({ directory, model: old });
    await writer.delete([designs[0]!.id]);
    await writer.close();
    await reembed(young);
    expect((await contents(young)).size).toBe(149);
  });

  it("does not disturb those who have the catalog open", async () => {
    const reader = await openCatalog({ directory, model: old, create: false });
    await reembed(young);
    expect((await reader.list({ limit: 1000 })).designs).toHaveLength(150);
    const { front, back } = designs[5]!.views;
    const embeddings = { front: front!.embedding, back: back!.embedding };
    const weights = { front: 0.5, back: 0.5 };
    expect(await reader.search({ embeddings, weights, filter: [], topK: 1 })).toMatchObject([
      { id: designs[5]!.id },
    ]);
    await reader.close();
  });

  it("can be taken back, and back again", async () => {
    await reembed(young);
    expect(await rollBack(directory)).toEqual(old);
    expect((await contents(old)).get("D-00003")).toEqual(designs[3]);
    expect(await rollBack(directory)).toEqual(young);
    expect((await contents(young)).size).toBe(150);
  });

  it("is not taken back where designs would go that were imported since, but embedded back with all of them", async () => {
    await reembed(young);
    const writer = await openCatalog({ directory, model: young });
    const since = sampleDesigns(3, seededRandom(2), young).map((design, i) => ({
      ...design,
      id: `since-${i}`,
    }));
    await writer.upsert(since);
    await writer.close();
    await expect(rollBack(directory)).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringMatching(/lack 3 of its designs.*diptych import --reembed --model old$/u),
    });
    expect(await readCatalogModel(directory)).toEqual(young);
    await reembed(old);
    const catalog = await openCatalog({ directory, model: old, create: false });
    expect((await catalog.stats()).designs).toBe(153);
    await catalog.close();
  });

  it("does not switch over from embeddings that it did not begin with", async () => {
    const late = await openReembedding(directory, third);
    await reembed(young);
    await expect(late.switchOver(async () => true)).rejects.toMatchObject({
      code: "CATALOG_UNAVAILABLE",
      message: expect.stringContaining("got other embeddings meanwhile, those of young"),
    });
    await late.close();
    expect(await readCatalogModel(directory)).toEqual(young);
  });

  it("is refused once it was not announced for a moment, in which others may have written, though it is again", async () => {
    const manifest = () => readFile(join(directory, "catalog.json"), "utf8");
    const reembedding = await openReembedding(directory, young);
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const held = reembedding.switchOver(async () => {
        const announced = await manifest();
        // As a process that was stopped and goes on finds it.
        vi.setSystemTime(Date.now() + 11_000);
        await expect.poll(manifest, { timeout: 30_000 }).not.toBe(announced);
        return true;
      });
      await expect(held).rejects.toMatchObject({
        code: "CATALOG_UNAVAILABLE",
        message: expect.stringContaining("held up for too long"),
      });
    } finally {
      vi.useRealTimers();
    }
    await reembedding.close();
    expect(await readCatalogModel(directory)).toEqual(old);
  });

  it("keeps two sets of embeddings, not more", async () => {
    await reembed(young);
    await reembed(third);
    await reembed(young);
    expect(await readdir(join(directory, "lancedb"))).toHaveLength(2);
    const { previous } = JSON.parse(await readFile(join(directory, "catalog.json"), "utf8"));
    expect(previous.model).toEqual(third);
  });

  it("is refused where there is nothing to do, or to go back to", async () => {
    await expect(openReembedding(directory, old)).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("holds embeddings of old already"),
    });
    await expect(rollBack(directory)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    const nowhere = join(directory, "nowhere");
    await expect(openReembedding(nowhere, young)).rejects.toMatchObject({ code: "CATALOG_UNAVAILABLE" });
    await expect(rollBack(nowhere)).rejects.toMatchObject({ code: "CATALOG_UNAVAILABLE" });
  });

  it("by pictures takes the paths that the catalog knows, and tells those it does not", async () => {
    const catalog = await openCatalog({ directory, model: old });
    const [lost] = designs;
    await catalog.upsert([{ ...lost!, views: { back: { ...lost!.views.back!, path: null } } }]);
    const items = [];
    for await (const item of catalogRows(allPages(catalog))) items.push(item);
    await catalog.close();
    expect(items).toHaveLength(150);
    expect(items[0]).toMatchObject({ error: { line: 1, id: lost!.id, view: "back", code: "NOT_FOUND" } });
    expect(items[1]).toEqual({
      row: {
        line: 2,
        id: "D-00001",
        attributes: { number: 1 },
        views: { front: "/pictures/D-00001/front.png", back: "/pictures/D-00001/back.png" },
      },
    });
  });
});
