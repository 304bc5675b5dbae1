import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LiveThreads } from "../../../test/fixtures/live-threads.js";
import {
  constantNetwork,
  flatNetwork,
  identityNetwork,
  lookupNetwork,
  plainPicture,
  SMALL,
  writePack,
} from "../../../test/fixtures/small-packs.js";
import { oneOperator, SAME, tfliteFile } from "../../../test/fixtures/tflite-file.js";
import type { Embedding } from "../../core/embedding.js";
import { hashedEmbedding } from "../../core/feature-hashing.js";
import type { Embedder } from "../../core/ports.js";
import type { PackManifest } from "../models/manifest.js";
import { OnnxGraph } from "../models/onnx-graph.js";
import { type ModelPack, openPack } from "../models/pack.js";
import { convertTflite } from "../models/tflite/convert.js";
import { createEmbedder, type EmbedderOptions } from "./embedder.js";

let directory: string;
let embedder: Embedder | undefined;
const threads = new LiveThreads();
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-embedder-"));
});
afterEach(async () => {
  await embedder?.close();
  await expect.poll(() => threads.count).toBe(0);
});
afterAll(async () => {
  threads.stop();
  await rm(directory, { recursive: true });
});

async function packOf(model: Uint8Array, change?: Partial<PackManifest>): Promise<ModelPack> {
  return openPack(await writePack(await mkdtemp(path.join(directory, "pack-")), model, change));
}

async function embedderOf(pack: ModelPack, options: EmbedderOptions = { threads: 1 }): Promise<Embedder> {
  embedder = await createEmbedder(pack, options);
  return embedder;
}

/** What an embedding must be when the network gives out one value for each channel. */
function expectedEmbedding(channels: readonly number[], { manifest }: ModelPack) {
  const { embeddingDim } = manifest;
  return hashedEmbedding([Float32Array.from(channels)], { seed: 1, embeddingDim });
}

describe("what a network takes", () => {
  it("float32, NCHW, BGR, less the mean and by the deviation of each channel", async () => {
    const pack = await packOf(identityNetwork(), {
      input: {
        name: "input",
        size: SMALL,
        layout: "NCHW",
        channelOrder: "BGR",
        scale: { elementType: "float32", mean: [10, 20, 30], std: [1, 2, 4] },
      },
    });
    const { embed } = methodsOf(await embedderOf(pack));
    // Blue 50, green 80, red 110.
    expect(await embed([plainPicture([110, 80, 50])])).toEqual([
      { value: expectedEmbedding([40, 30, 20], pack) },
    ]);
  });

  it("8 bits, with the largest values and weights that there are, exactly", async () => {
    const one = { scales: [1], zeroPoints: [0] };
    const weights = [127, 127, 127, 127, 0, 0];
    const shape = (channels: number) => [1, SMALL, SMALL, channels];
    const network = oneOperator(
      { name: "CONV_2D", options: { padding: SAME, strideWidth: 1, strideHeight: 1 } },
      [
        { name: "input", shape: shape(3), type: "uint8", quantization: one },
        { name: "weights", shape: [2, 1, 1, 3], type: "int8", quantization: one, data: weights },
        { name: "bias", shape: [2], type: "int32", quantization: one, data: [0, 0] },
        {
          name: "result",
          shape: shape(2),
          type: "uint8",
          quantization: { scales: [127 * 5], zeroPoints: [0] },
        },
      ],
    );
    const pack = await packOf(convertTflite(tfliteFile(network)), {
      input: {
        name: "input",
        size: SMALL,
        layout: "NHWC",
        channelOrder: "RGB",
        scale: { elementType: "uint8" },
      },
      outputs: [{ name: "result", pooling: { kind: "average", grid: 1 } }],
    });
    const { embed } = methodsOf(await embedderOf(pack));
    // Two such products do not fit into 16 bits, in which some processors add them up unless told otherwise.
    const [result] = await embed([plainPicture([255, 255, 255])]);
    const expected = expectedEmbedding([153, 51], pack);
    // To the rounding of 32-bit sums; cut off, the products would make a quarter of the ratio.
    expect(
      (result as { value: Embedding }).value.map((value, i) => Math.abs(value - expected[i]!)),
    ).toSatisfy((errors: Float32Array) => errors.every((error) => error < 1e-5));
  });

  it("one picture at a time, where it can take no more", async () => {
    const pack = await packOf(identityNetwork(1));
    const { embed } = methodsOf(await embedderOf(pack, { threads: 1, maxBatchSize: 4 }));
    const results = await embed([plainPicture([1, 2, 3]), plainPicture([5, 1, 1])]);
    expect(results).toEqual([
      { value: expectedEmbedding([3, 2, 1], pack) },
      { value: expectedEmbedding([1, 1, 5], pack) },
    ]);
  });
});

describe("failures", () => {
  it("of the network on one picture leave the others of its batch alone", async () => {
    const pack = await packOf(lookupNetwork());
    const { embed } = methodsOf(await embedderOf(pack, { threads: 1, maxBatchSize: 8 }));
    const good = plainPicture([1, 2, 99]);
    const results = await embed([good, plainPicture([1, 2, 100]), good]);
    const expected = { value: expectedEmbedding([100], pack) };
    expect(results[0]).toEqual(expected);
    expect(results[1]).toMatchObject({ error: { name: "AppError", code: "INTERNAL" } });
    expect(results[2]).toEqual(expected);
  });

  it("of numbers that are not finite are the model's, of that picture alone", async () => {
    const graph = new OnnxGraph();
    graph.input("input", "float32", ["batch", 3, SMALL, SMALL]);
    graph.node("Log", ["input"], "features");
    graph.output("features", "float32", ["batch", 3, SMALL, SMALL]);
    const pack = await packOf(graph.encode());
    const { embed } = methodsOf(await embedderOf(pack, { threads: 1, maxBatchSize: 8 }));
    const good = plainPicture([7, 8, 9]);
    const results = await embed([good, plainPicture([0, 8, 9]), good]);
    expect(results[0]).toEqual({ value: expect.any(Float32Array) });
    expect(results[1]).toMatchObject({
      error: {
        code: "MODEL_INVALID",
        message:
          "The model small makes embeddings of numbers that are not finite; use another, or the same in full precision.",
      },
    });
    expect(results[2]).toEqual(results[0]);
  });

  it.each<[string, () => Promise<ModelPack>, RegExp]>([
    [
      "there is no file",
      async () => {
        const pack = await packOf(identityNetwork());
        await rm(pack.modelPath);
        return pack;
      },
      /model\.onnx cannot be loaded: /u,
    ],
    [
      "the file is damaged",
      async () => {
        const pack = await packOf(identityNetwork());
        await writeFile(pack.modelPath, "not a network");
        return pack;
      },
      /model\.onnx cannot be loaded: /u,
    ],
    [
      "the network has no such output",
      () => packOf(identityNetwork(), { outputs: [{ name: "other", pooling: { kind: "gem", power: 3 } }] }),
      /cannot be loaded: it has no output named "other"\.$/u,
    ],
    [
      "the fitted projection is for other outputs",
      async () => {
        const projection = new OnnxGraph();
        projection.input("elsewhere", "float32", ["batch", 32]);
        projection.node("Identity", ["elsewhere"], "embedding");
        projection.output("embedding", "float32", ["batch", 32]);
        const pack = await packOf(identityNetwork());
        const file = path.join(path.dirname(pack.modelPath), "projection.onnx");
        await writeFile(file, projection.encode());
        const fitted = { kind: "fitted", path: "projection.onnx", sha256: "0".repeat(64) } as const;
        return { ...pack, manifest: { ...pack.manifest, projection: fitted }, projectionPath: file };
      },
      /cannot be loaded: its projection does not make embeddings of 32 numbers of features\.$/u,
    ],
    [
      "an output is no feature map",
      () => packOf(flatNetwork()),
      /cannot be loaded: its output "features" is not float32 \[batch, channels, height, width\]\.$/u,
    ],
    [
      "embeddings are of another length than told",
      () =>
        packOf(identityNetwork(), {
          projection: { kind: "none" },
          embeddingDim: 6,
          aspects: [{ name: "overall", dim: 6 }],
        }),
      /cannot be loaded: it makes embeddings of 3 numbers, not of 6 as its manifest tells\.$/u,
    ],
    [
      "an output is of more pictures than were given",
      () => packOf(constantNetwork(7)),
      /cannot be loaded: its output "features" is of 7 pictures, not of the 1 it was given\.$/u,
    ],
  ])("to load leave no thread behind: %s", async (_, makePack, told) => {
    const before = threads.started;
    const failing = createEmbedder(await makePack(), { threads: 2 });
    await expect(failing).rejects.toMatchObject({
      name: "AppError",
      code: "MODEL_INVALID",
      message: expect.stringMatching(told),
    });
    expect(threads.started).toBeGreaterThan(before);
    await expect.poll(() => threads.count).toBe(0);
  });
});

describe("close", () => {
  it("finishes what was handed in, refuses what comes later, and may be called twice", async () => {
    const pack = await packOf(identityNetwork());
    const { embed, close } = methodsOf(await embedderOf(pack, { threads: 2, maxBatchSize: 1 }));
    const colours = Array.from({ length: 200 }, (_, i) => [i, 1, 2] as const);
    const running = embed(colours.map((colour) => plainPicture(colour)));
    const alsoRunning = embed([plainPicture([9, 9, 9])]);
    const closings = [close(), close()];
    await expect(embed([plainPicture([1, 1, 1])])).rejects.toMatchObject({
      code: "INTERNAL",
      message: "The embedder is closed; it takes no more pictures.",
    });
    await Promise.all(closings);
    expect(await running).toEqual(colours.map(([red]) => ({ value: expectedEmbedding([2, 1, red], pack) })));
    expect(await alsoRunning).toEqual([{ value: expectedEmbedding([9, 9, 9], pack) }]);
    await expect(embed([])).rejects.toMatchObject({ code: "INTERNAL" });
    await close();
    await expect.poll(() => threads.count).toBe(0);
  });
});

function methodsOf(embedder: Embedder) {
  return { embed: embedder.embed.bind(embedder), close: embedder.close.bind(embedder) };
}
