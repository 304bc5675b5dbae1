import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createEmbedder, createImportWorld, manyRows, model, row } from "../../test/fixtures/import-world.js";
import { AppError } from "../errors.js";
import { DamagedDesignError } from "./damaged-design.js";
import type { Attributes } from "./design.js";

describe("importDesigns", () => {
  test("writes every design with its views, attributes, hashes, paths and thumbnails", async () => {
    const world = createImportWorld();
    world.files.set("/f", Uint8Array.of(3, 4, 0, 0));
    world.files.set("/b", Uint8Array.of(0, 0, 5, 0));
    const summary = await world.run([
      row(2, "both", { front: "/f", back: "/b" }, { colour: "red", price: 3 }),
      row(3, "back only", { back: "/b" }),
    ]);

    expect(summary).toMatchObject({ rows: 2, imported: 2, unchanged: 0, failed: 0, aborted: false });
    const designs = await world.catalog.getEmbedded(["both", "back only"]);
    expect(designs.get("both")).toEqual({
      id: "both",
      attributes: { colour: "red", price: 3 },
      views: {
        front: {
          sha256: createHash("sha256")
            .update(Uint8Array.of(3, 4, 0, 0))
            .digest("hex"),
          path: "/f",
          thumbnail: Uint8Array.of(3),
          embedding: Float32Array.of(0.6, 0.8, 0, 0),
        },
        back: expect.objectContaining({ path: "/b", embedding: Float32Array.of(0, 0, 1, 0) }),
      },
    });
    expect(Object.keys(designs.get("back only")!.views)).toEqual(["back"]);
  });

  test("skips unchanged designs without decoding", async () => {
    const world = createImportWorld();
    await world.run(manyRows(10, world.files));
    world.images.decoded = 0;
    const { version } = await world.catalog.stats();

    const summary = await world.run(manyRows(11, world.files));

    expect(summary).toMatchObject({ rows: 11, imported: 1, unchanged: 10, failed: 0 });
    expect(world.images.decoded).toBe(2);
    expect((await world.catalog.stats()).version).toBe(version + 1);
  });

  test("rewrites attributes, paths and views without embedding again", async () => {
    const world = createImportWorld();
    world.files.set("/f", Uint8Array.of(1, 2, 3, 4));
    world.files.set("/b", Uint8Array.of(5, 6, 7, 8));
    await world.run(["attributes", "path", "view"].map((id, i) => row(i, id, { front: "/f", back: "/b" })));
    const before = await world.catalog.getEmbedded(["path"]);
    world.files.set("/moved", Uint8Array.of(1, 2, 3, 4));
    world.embedder.batches = [];

    const summary = await world.run([
      row(1, "attributes", { front: "/f", back: "/b" }, { season: "SS25" }),
      row(2, "path", { front: "/moved", back: "/b" }),
      row(3, "view", { back: "/b" }),
    ]);

    expect(summary).toMatchObject({ imported: 3, unchanged: 0 });
    expect(world.embedder.batches).toEqual([]);
    const designs = await world.catalog.getEmbedded(["attributes", "path", "view"]);
    expect(designs.get("attributes")!.attributes).toEqual({ season: "SS25" });
    expect(designs.get("path")!.views.front).toEqual({ ...before.get("path")!.views.front, path: "/moved" });
    expect(Object.keys(designs.get("view")!.views)).toEqual(["back"]);
  });

  test("embeds only the view whose picture changed", async () => {
    const world = createImportWorld();
    world.files.set("/f", Uint8Array.of(1, 0, 0, 0));
    world.files.set("/b", Uint8Array.of(0, 1, 0, 0));
    await world.run([row(2, "a", { front: "/f", back: "/b" })]);
    world.files.set("/b", Uint8Array.of(0, 0, 1, 0));
    await world.run([row(2, "a", { front: "/f", back: "/b" })]);

    expect(world.embedder.batches).toEqual([2, 1]);
    const { front, back } = (await world.catalog.getEmbedded(["a"])).get("a")!.views;
    expect([...front!.embedding, ...back!.embedding]).toEqual([1, 0, 0, 0, 0, 0, 1, 0]);
  });

  test("never writes one picture's embedding under another's hash, though the design is changed meanwhile", async () => {
    const world = createImportWorld();
    world.files.set("/f", Uint8Array.of(1, 0, 0, 0));
    await world.run([row(2, "a", { front: "/f" })]);
    const other = (await world.catalog.getEmbedded(["a"])).get("a")!;
    const changed = { ...other.views.front!, sha256: "0".repeat(64), embedding: Float32Array.of(0, 1, 0, 0) };
    const getEmbedded = world.catalog.getEmbedded.bind(world.catalog);
    // As somebody else writes it between the look at its hash and the one at its embedding.
    world.catalog.getEmbedded = async (ids) => {
      await world.catalog.upsert([{ ...other, views: { front: changed } }]);
      return getEmbedded(ids);
    };
    const summary = await world.run([row(2, "a", { front: "/f" }, { season: "SS25" })]);
    expect(summary).toMatchObject({ imported: 0, failed: 1 });
    expect(world.errors[0]!.reason).toContain("or changed there");
    expect((await getEmbedded(["a"])).get("a")!.views).toEqual({ front: changed });
    world.catalog.getEmbedded = getEmbedded;
    expect(await world.run([row(2, "a", { front: "/f" }, { season: "SS25" })])).toMatchObject({
      imported: 1,
    });
  });

  test("a design that the catalog has damaged keeps no other from being imported", async () => {
    const world = createImportWorld();
    const rows = ["a", "b", "c"].map((id, i) => {
      world.files.set(`/${id}`, Uint8Array.of(i, 1, 0, 0));
      return (attributes: Attributes) => row(i + 2, id, { front: `/${id}` }, attributes);
    });
    await world.run(rows.map((make) => make({})));
    const getEmbedded = world.catalog.getEmbedded.bind(world.catalog);
    world.catalog.getEmbedded = async (ids) => {
      if (ids.includes("b")) throw new DamagedDesignError("b");
      return getEmbedded(ids);
    };
    const summary = await world.run(rows.map((make) => make({ season: "SS25" })));
    expect(summary).toMatchObject({ imported: 2, failed: 1 });
    expect(world.errors).toEqual([
      {
        ...{ line: 3, id: "b", view: "front", code: "CATALOG_UNAVAILABLE" },
        reason: expect.stringContaining('"b" is damaged'),
      },
    ]);
    world.catalog.getEmbedded = async () => {
      throw new AppError("CATALOG_UNAVAILABLE", "The disk is gone.");
    };
    await expect(world.run(rows.map((make) => make({ season: "AW25" })))).rejects.toThrow(
      "The disk is gone.",
    );
  });

  test("reports bad rows in their order, each bad view by itself, and goes on", async () => {
    const world = createImportWorld();
    world.files.set("/good", Uint8Array.of(1, 2, 3, 4));
    world.files.set("/bad", Uint8Array.of(1));
    world.files.set("/unembeddable", Uint8Array.of(255, 0, 0, 0));
    const summary = await world.run([
      row(2, "a", { front: "/good", back: "/bad" }),
      row(3, "b", { front: "/none", back: "/bad" }),
      row(4, "c", {}),
      { error: { line: 5, id: null, view: null, code: "INVALID_REQUEST", reason: "not a row" } },
      row(6, "d", { front: "/unembeddable", back: "/good" }),
      row(7, "e", { front: "/good" }),
      row(8, "e", { front: "/good" }),
      row(9, "half \ud800", { front: "/good" }),
      row(10, "", { front: "/good" }),
    ]);

    expect(summary).toMatchObject({ rows: 9, imported: 1, failed: 8 });
    expect(world.errors.map(({ line, id, view, code }) => [line, id, view, code])).toEqual([
      [2, "a", "back", "UNSUPPORTED_IMAGE"],
      [3, "b", "front", "NOT_FOUND"],
      [3, "b", "back", "UNSUPPORTED_IMAGE"],
      [4, "c", null, "INVALID_REQUEST"],
      [5, null, null, "INVALID_REQUEST"],
      [6, "d", "front", "INTERNAL"],
      [8, "e", null, "INVALID_REQUEST"],
      [9, "half \ud800", null, "INVALID_REQUEST"],
      [10, null, null, "INVALID_REQUEST"],
    ]);
    expect(world.errors.find(({ line }) => line === 8)!.reason).toContain("line 7");
    expect([...(await world.catalog.get(["a", "b", "c", "d", "e"])).keys()]).toEqual(["e"]);
  });

  test("cuts what it tells of a bad row, however long its id and its path are, but not what to do", async () => {
    const world = createImportWorld();
    const long = "x".repeat(1_000_000);
    await world.run([row(2, "a", { front: `/${long}` }), row(3, long, { front: "/f" })]);

    const [lost, unfit] = world.errors;
    expect(lost).toMatchObject({
      code: "NOT_FOUND",
      reason: expect.stringMatching(/^There is no \/x+…x+\.$/u),
    });
    expect(lost!.reason).toHaveLength(500);
    expect(unfit!.id).toHaveLength(200);
  });

  test("refuses a catalog of another model", async () => {
    const world = createImportWorld();
    const embedder = { ...createEmbedder(), model: { ...model, sha256: "1".repeat(64) } };
    await expect(world.run([], { embedder })).rejects.toMatchObject({ code: "MODEL_MISMATCH" });
  });

  test("adds up the time of each stage", async () => {
    const world = createImportWorld();
    let ms = 0;
    const { timings } = await world.run(manyRows(2, world.files), { now: () => ms++ });
    for (const stageMs of Object.values(timings)) expect(stageMs).toBeGreaterThan(0);
  });
});
