import { describe, expect, test } from "vitest";
import { MemoryCatalog } from "../../test/contracts/memory-catalog.js";
import { AppError } from "../errors.js";
import type { PerView } from "./design.js";
import { type FeatureItem, importFeatures } from "./import-features.js";
import type { RowError } from "./import-rows.js";

const model = { id: "vgg16-keras", sha256: null, embeddingDim: 2 };

function row(
  line: number,
  id: string,
  embeddings: PerView<Float32Array>,
  views: PerView<string> = {},
): FeatureItem {
  return { row: { line, id, views, attributes: {}, embeddings } };
}

function createWorld(catalog = new MemoryCatalog(model)) {
  const errors: RowError[] = [];
  return {
    errors,
    catalog,
    run: (rows: Iterable<FeatureItem>, signal?: AbortSignal) =>
      importFeatures({
        rows: (async function* () {
          yield* rows;
        })(),
        model,
        catalog,
        readFile: async (path) => {
          if (path === "/there.jpg") return Uint8Array.of(7);
          throw new AppError(path === "/huge.jpg" ? "IMAGE_TOO_LARGE" : "NOT_FOUND", `No ${path}.`);
        },
        hash: (bytes) => `hash of ${bytes[0]}`,
        images: { toThumbnail: async (bytes) => bytes.slice() },
        onError: (error) => void errors.push(error),
        onProgress: () => {},
        signal,
      }),
  };
}

describe("importFeatures", () => {
  test("writes normalised embeddings, with the picture where it is found", async () => {
    const world = createWorld();
    const stored = Float32Array.of(3, 4);
    const summary = await world.run([
      row(2, "a", { front: stored, back: Float32Array.of(0, 2) }, { front: "/there.jpg", back: "/gone.jpg" }),
    ]);

    expect(summary).toEqual({ rows: 1, imported: 1, unchanged: 0, failed: 0, aborted: false });
    const { front, back } = (await world.catalog.getEmbedded(["a"])).get("a")!.views;
    expect(front).toEqual({
      sha256: "hash of 7",
      path: "/there.jpg",
      thumbnail: Uint8Array.of(7),
      embedding: Float32Array.of(0.6, 0.8),
    });
    expect(back).toEqual({ sha256: null, path: null, thumbnail: null, embedding: Float32Array.of(0, 1) });
    expect([...stored]).toEqual([3, 4]);
  });

  test("reports what it cannot take and goes on", async () => {
    const world = createWorld();
    const unit = Float32Array.of(1, 0);
    const summary = await world.run([
      row(2, "none", {}),
      row(3, "infinite", { front: Float32Array.of(1, Number.NaN) }),
      row(4, "long", { back: Float32Array.of(1, 0, 0) }),
      row(5, "huge", { front: unit }, { front: "/huge.jpg" }),
      row(6, "good", { front: unit }),
      row(7, "good", { front: unit }),
      row(8, "\udc00", { front: unit }),
      row(9, "..", { front: unit }),
      row(10, "x".repeat(500), { front: unit }),
      row(11, "a\u001bb", { front: unit }),
      row(12, "", { front: unit }),
    ]);

    expect(summary).toMatchObject({ rows: 11, imported: 1, failed: 10 });
    expect(world.errors.map(({ line, view, code }) => [line, view, code])).toEqual([
      [2, null, "INVALID_REQUEST"],
      [3, "front", "INVALID_REQUEST"],
      [4, "back", "INVALID_REQUEST"],
      [5, "front", "IMAGE_TOO_LARGE"],
      [7, null, "INVALID_REQUEST"],
      ...[8, 9, 10, 11, 12].map((line) => [line, null, "INVALID_REQUEST"]),
    ]);
  });

  test("begins no batch once aborted", async () => {
    const world = createWorld();
    const summary = await world.run([row(2, "a", { front: Float32Array.of(1, 0) })], AbortSignal.abort());
    expect(summary).toMatchObject({ rows: 0, aborted: true });
  });

  test("refuses a catalog of another model", async () => {
    const world = createWorld(new MemoryCatalog({ ...model, embeddingDim: 3 }));
    await expect(world.run([])).rejects.toMatchObject({ code: "MODEL_MISMATCH" });
  });
});
