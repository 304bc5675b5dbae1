import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EmbeddedDesign, View } from "../../src/core/design.js";
import { parseCondition } from "../../src/core/filter.js";
import { type Catalog, type ModelIdentity, SAMPLE_SIZE } from "../../src/core/ports.js";
import { DEFAULT_WEIGHTS, normalizeWeights, type Query } from "../../src/core/query.js";
import { randomEmbedding, sampleDesign, sampleDesigns, seededRandom } from "./sample-designs.js";

/** The model of the catalogs that {@link describeCatalog} is given. */
export const contractModel: ModelIdentity = { id: "contract", sha256: "c0ffee", embeddingDim: 8 };
const { embeddingDim } = contractModel;

/**
 * What every catalog must do.
 *
 * @param open gives an empty catalog of {@link contractModel}; called once a test, which closes it.
 * @param reopen closes the catalog that was opened last and opens what it kept; for a catalog that keeps anything.
 */
export function describeCatalog(
  name: string,
  open: () => Promise<Catalog>,
  reopen?: () => Promise<Catalog>,
): void {
  describe(name, () => {
    let catalog: Catalog;
    let random: () => number;

    const design = (id: string, views?: View[], attributes: EmbeddedDesign["attributes"] = {}) =>
      sampleDesign(id, random, { embeddingDim, attributes, ...(views && { views }) });
    const filter = (...conditions: string[]) => conditions.map(parseCondition);
    const query = (change: Partial<Query> = {}): Query => ({
      embeddings: {
        front: randomEmbedding(random, embeddingDim),
        back: randomEmbedding(random, embeddingDim),
      },
      weights: DEFAULT_WEIGHTS,
      filter: [],
      topK: 20,
      ...change,
    });

    beforeEach(async () => {
      random = seededRandom(7);
      catalog = await open();
    });
    afterEach(() => catalog.close());

    it("is empty at first", async () => {
      expect(catalog.model).toEqual(contractModel);
      expect(await catalog.get(["A"])).toEqual(new Map());
      expect(await catalog.get([])).toEqual(new Map());
      expect(await catalog.list({ limit: 10 })).toEqual({ designs: [], next: null });
      expect(await catalog.search(query())).toEqual([]);
      expect(await catalog.stats()).toMatchObject({ designs: 0, views: { front: 0, back: 0 } });
    });

    it("gives back what was written", async () => {
      const both = design("A", undefined, { colour: "red", price: 1299.5 });
      const front: EmbeddedDesign = {
        ...design("B"),
        views: { front: { ...design("B").views.front!, sha256: null, path: null, thumbnail: null } },
      };
      await catalog.upsert([both, front]);
      expect(await catalog.getEmbedded(["B", "A", "none"])).toEqual(
        new Map([
          ["A", both],
          ["B", front],
        ]),
      );
      const found = await catalog.get(["A", "B", "A"]);
      expect(found.size).toBe(2);
      expect(found.get("A")).toEqual({
        id: "A",
        attributes: { colour: "red", price: 1299.5 },
        views: {
          front: { sha256: "front-of-A", path: "/pictures/A/front.png" },
          back: { sha256: "back-of-A", path: "/pictures/A/back.png" },
        },
      });
      expect(found.get("B")!.views).toEqual({ front: { sha256: null, path: null } });
      const thumbnails = new Map([
        ["A", { front: both.views.front!.thumbnail, back: both.views.back!.thumbnail }],
        ["B", {}],
      ]);
      expect(await catalog.thumbnails(["A", "B", "none"])).toEqual(thumbnails);
      const shown = [...found].map(([id, own]) => [id, { ...own, thumbnails: thumbnails.get(id) }] as const);
      expect(await catalog.getShown(["A", "B", "none"])).toEqual(new Map(shown));
    });

    it("keeps ids and attributes of any characters", async () => {
      const texts = [
        "",
        "it's",
        'a"b',
        "a\\b",
        "a\nb",
        "a\0b",
        "紅\u{1f9e5}",
        "{[;%_]}",
        "__proto__",
        "'; DROP",
      ];
      const attributes = Object.fromEntries([...texts.map((text) => [text, `${text}!`]), ["number", 1e21]]);
      const designs = texts.map((text) => design(text, ["back"], attributes));
      await catalog.upsert(designs);
      expect(await catalog.getEmbedded(texts)).toEqual(new Map(designs.map((each) => [each.id, each])));
      expect(await catalog.delete(texts)).toBe(texts.length);
    });

    it("replaces a design as a whole", async () => {
      await catalog.upsert([design("A", ["front", "back"], { colour: "red", size: 3 }), design("B")]);
      const replacement = design("A", ["back"], { season: "SS26" });
      await catalog.upsert([replacement, design("C")]);
      expect((await catalog.getEmbedded(["A"])).get("A")).toEqual(replacement);
      expect(await catalog.stats()).toMatchObject({ designs: 3, views: { front: 2, back: 3 } });
      expect((await catalog.list({ limit: 10, filter: filter("colour=red") })).designs).toEqual([]);
    });

    it("refuses designs it cannot keep, and then keeps none of the call's", async () => {
      const wrongDim = sampleDesign("X", random, { embeddingDim: embeddingDim + 1 });
      const notFinite = design("X");
      notFinite.views.back!.embedding[3] = Number.NaN;
      const refused: [EmbeddedDesign, RegExp][] = [
        [design("good"), /"good" is there twice/],
        [wrongDim, /front embedding of the design "X" must have 8 numbers.*received 9/],
        [notFinite, /back embedding of the design "X" must consist of finite numbers/],
        [design("X", []), /"X" has neither a front nor a back/],
        [design("half \ud83e"), /half a character/],
        [design("X", undefined, { price: Number.POSITIVE_INFINITY }), /"price".*Infinity/],
      ];
      for (const [bad, message] of refused) {
        await expect(catalog.upsert([design("good"), bad])).rejects.toMatchObject({
          code: "INVALID_REQUEST",
          message: expect.stringMatching(message),
        });
      }
      expect((await catalog.stats()).designs).toBe(0);
    });

    it("deletes the designs that are there", async () => {
      await catalog.upsert(["A", "B", "C"].map((id) => design(id)));
      expect(await catalog.delete(["B", "none", "C"])).toBe(2);
      expect(await catalog.delete(["B"])).toBe(0);
      expect(await catalog.delete([])).toBe(0);
      expect([...(await catalog.get(["A", "B", "C"])).keys()]).toEqual(["A"]);
      expect((await catalog.search(query())).map((match) => match.id)).toEqual(["A"]);
    });

    it("lists all designs page by page in the order of their ids' bytes", async () => {
      // In UTF-16 the order of the last two would be the other way round.
      const ids = ["", "A", "A1", "B", "a", "é", "紅", "\uff21", "\u{1f9e5}"];
      await catalog.upsert([...ids].reverse().map((id) => design(id)));
      for (const limit of [1, 2, ids.length - 1, ids.length, 50]) {
        const listed: string[] = [];
        let after: string | null = null;
        do {
          const page = await catalog.list({ limit, after });
          expect(page.designs.length).toBeLessThanOrEqual(limit);
          listed.push(...page.designs.map((each) => each.id));
          after = page.next;
        } while (after !== null);
        expect(listed).toEqual(ids);
      }
      expect((await catalog.list({ limit: 2, after: "Aq" })).designs.map((each) => each.id)).toEqual([
        "B",
        "a",
      ]);
    });

    it("filters lists and searches", async () => {
      await catalog.upsert([
        design("A", undefined, { colour: "red", price: 5 }),
        design("B", undefined, { colour: "blue", price: 1e21 }),
        design("C", undefined, { colour: "red", price: "5" }),
        design("D", undefined, {}),
      ]);
      const expected: [string[], string][] = [
        [[], "ABCD"],
        [["colour=red"], "AC"],
        [["colour=red|blue"], "ABC"],
        [["colour!=red"], "BD"],
        [["colour=red", "colour=blue"], ""],
        [["price=5"], "AC"],
        [["price=1e+21"], "B"],
        [["price>=5"], "AB"],
        [["price>5"], "B"],
        [["price<=5"], "A"],
        [["price<5"], ""],
        [["weight!=1"], "ABCD"],
      ];
      for (const [conditions, ids] of expected) {
        const page = await catalog.list({ limit: 10, filter: filter(...conditions) });
        expect(page.designs.map((each) => each.id).join(""), conditions.join()).toBe(ids);
        const matches = await catalog.search(query({ filter: filter(...conditions) }));
        expect(
          matches
            .map((each) => each.id)
            .sort()
            .join(""),
          conditions.join(),
        ).toBe(ids);
      }
    });

    it("finds a design by its own pictures first, with its score for each side", async () => {
      const designs = sampleDesigns(30, random, { embeddingDim });
      await catalog.upsert(designs);
      const { front, back } = designs[17]!.views;
      const matches = await catalog.search(
        query({ embeddings: { front: front!.embedding, back: back!.embedding }, topK: 5 }),
      );
      expect(matches.map((match) => match.rank)).toEqual([1, 2, 3, 4, 5]);
      expect(matches[0]).toMatchObject({ id: "D-00017", attributes: { number: 17 } });
      expect(matches[0]!.score).toBeCloseTo(1, 6);
      expect(matches[0]!.views.front).toBeCloseTo(1, 6);
      expect(matches[0]!.views.back).toBeCloseTo(1, 6);
    });

    it("scores a design on the views that both sides have, and leaves out those that share none", async () => {
      const both = design("both");
      const front: EmbeddedDesign = { ...both, id: "front", views: { front: both.views.front! } };
      const back: EmbeddedDesign = { ...both, id: "back", views: { back: both.views.back! } };
      await catalog.upsert([both, front, back]);
      const embeddings = { front: both.views.front!.embedding, back: randomEmbedding(random, embeddingDim) };
      const weights = { front: 0.25, back: 0.75 };

      const pair = await catalog.search(query({ embeddings, weights }));
      expect(pair.map((match) => match.id)).toEqual(["front", "both", "back"]);
      expect(pair[0]!.score).toBeCloseTo(1, 6);
      expect(Object.keys(pair[0]!.views)).toEqual(["front"]);
      expect(pair[2]!.score).toBe(pair[2]!.views.back);

      const single = await catalog.search(
        query({ embeddings: { front: embeddings.front }, weights: normalizeWeights(weights, ["front"]) }),
      );
      expect(single.map((match) => match.id)).toEqual(["both", "front"]);

      const weightless = await catalog.search(query({ embeddings, weights: { front: 1, back: 0 } }));
      expect(weightless.map((match) => match.id)).toEqual(["both", "front"]);
      expect(Object.keys(weightless[0]!.views)).toEqual(["front", "back"]);
    });

    it("orders equal scores by id, at the cut too", async () => {
      const original = design("original");
      const ids = Array.from({ length: 120 }, (_, i) => `copy-${String((i * 53) % 120).padStart(3, "0")}`);
      await catalog.upsert(ids.map((id) => ({ ...original, id })));
      const matches = await catalog.search(query({ topK: 7 }));
      expect(matches.map((match) => match.id)).toEqual([...ids].sort().slice(0, 7));
    });

    it("refuses a query whose embedding has another length", async () => {
      const embeddings = { back: randomEmbedding(random, embeddingDim - 1) };
      await expect(
        catalog.search(query({ embeddings, weights: { front: 0, back: 1 } })),
      ).rejects.toMatchObject({
        code: "INVALID_REQUEST",
        message: expect.stringMatching(/back embedding of the query/),
      });
    });

    it("gives the embeddings and the pictures' hashes with what it found", async () => {
      const unknown = { ...design("front").views.front!, sha256: null, path: null, thumbnail: null };
      const designs = [design("both"), { ...design("front", ["front"]), views: { front: unknown } }];
      await catalog.upsert(designs);
      const found = await catalog.search(query());
      expect(found).toHaveLength(2);
      for (const { id, embeddings, hashes } of found) {
        const { views } = designs.find((each) => each.id === id)!;
        expect(Object.keys(embeddings)).toEqual(Object.keys(views));
        expect(embeddings.front).toEqual(views.front!.embedding);
        expect(hashes).toEqual(
          Object.fromEntries(Object.entries(views).map(([view, { sha256 }]) => [view, sha256])),
        );
      }
    });

    it("gives a sample of its designs, the same object until it is written to", async () => {
      expect(await catalog.sample()).toEqual({ designs: 0, embeddings: [] });
      const designs = sampleDesigns(600, random, { embeddingDim });
      await catalog.upsert(designs);
      const [sample, another] = await Promise.all([catalog.sample(), catalog.sample()]);
      expect(another).toBe(sample);
      expect(sample.designs).toBe(600);
      expect(sample.embeddings).toHaveLength(SAMPLE_SIZE);
      const known = new Set(designs.map(({ views }) => String(views.front!.embedding)));
      const sampled = new Set(sample.embeddings.map(({ front }) => String(front)));
      expect(sampled.size).toBe(SAMPLE_SIZE);
      for (const front of sampled) expect(known.has(front)).toBe(true);
      expect(await catalog.sample()).toBe(sample);
      await catalog.delete(designs.slice(3).map(({ id }) => id));
      const small = await catalog.sample();
      expect(small.designs).toBe(3);
      expect(small.embeddings).toHaveLength(3);
    });

    it("keeps everything when it is compacted, and goes on", async () => {
      const designs = sampleDesigns(40, random, { embeddingDim });
      for (let start = 0; start < 40; start += 8) await catalog.upsert(designs.slice(start, start + 8));
      await catalog.delete(["D-00003"]);
      const asked = query();
      const before = await catalog.search(asked);
      await catalog.compact();
      expect(await catalog.search(asked)).toEqual(before);
      expect((await catalog.list({ limit: 100 })).designs).toHaveLength(39);
      await catalog.upsert([designs[3]!]);
      await catalog.compact();
      expect((await catalog.stats()).designs).toBe(40);
    });

    it("counts designs, views and versions", async () => {
      const first = await catalog.stats();
      const bytes = await catalog.bytesOnDisk();
      await catalog.upsert([
        design("A"),
        design("B", ["front"]),
        design("C", ["front"]),
        design("D", ["back"]),
      ]);
      const second = await catalog.stats();
      expect(second).toMatchObject({ designs: 4, views: { front: 3, back: 2 } });
      expect(second.version).toBeGreaterThan(first.version);
      expect(await catalog.bytesOnDisk()).toBeGreaterThanOrEqual(bytes);
    });

    it("counts its designs' attributes anew after every write", async () => {
      expect(await catalog.attributes()).toEqual([]);
      await catalog.upsert([
        design("A", ["front"], { colour: "red" }),
        design("B", ["back"], { colour: "red", price: 3 }),
      ]);
      expect(await catalog.attributes()).toEqual([
        { key: "colour", designs: 2, values: [{ value: "red", designs: 2 }], complete: true, range: null },
        {
          key: "price",
          designs: 1,
          values: [{ value: "3", designs: 1 }],
          complete: true,
          range: { min: 3, max: 3 },
        },
      ]);
      await catalog.delete(["B"]);
      expect(await catalog.attributes()).toMatchObject([{ key: "colour", designs: 1 }]);
    });

    it("takes writes that are asked for at once", async () => {
      const designs = sampleDesigns(12, random, { embeddingDim });
      await Promise.all([
        ...designs.map((each) => catalog.upsert([each])),
        ...designs.map((each) => catalog.upsert([each])),
      ]);
      expect((await catalog.stats()).designs).toBe(12);
    });

    if (reopen) {
      it("keeps everything when it is closed and opened again", async () => {
        const designs = sampleDesigns(10, random, { embeddingDim });
        await catalog.upsert(designs);
        const asked = query();
        const before = await catalog.search(asked);
        catalog = await reopen();
        expect(await catalog.search(asked)).toEqual(before);
        expect(await catalog.getEmbedded(["D-00004"])).toEqual(new Map([["D-00004", designs[4]]]));
      });
    }

    it("can be closed twice", async () => {
      await catalog.close();
      await catalog.close();
    });
  });
}
