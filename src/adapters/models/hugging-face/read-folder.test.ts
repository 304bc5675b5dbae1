import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  clipEncoder,
  dinov2Encoder,
  ENCODER_MEAN,
  ENCODER_PROJECTION,
  ENCODER_SIZE,
  ENCODER_STD,
  type EncoderFiles,
  encoderNetwork,
  mapEncoder,
  PATCH,
  patchEncoder,
  siglipEncoder,
  writeEncoder,
} from "../../../../test/fixtures/hugging-face-encoders.js";
import { RandomNumbers } from "../../../../test/fixtures/random-numbers.js";
import { loadNetwork } from "../../onnx/network.js";
import { folderId, type HuggingFaceOptions, type HuggingFaceRecipe, readHuggingFace } from "./read-folder.js";
import { localFolder } from "./source-folder.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-hugging-face-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function read(files: EncoderFiles, options?: HuggingFaceOptions): Promise<HuggingFaceRecipe> {
  const folder = await writeEncoder(await mkdtemp(path.join(directory, "encoder-")), files);
  return readHuggingFace(localFolder(folder), options);
}

/** Two pictures of random pixels behind one another. */
const pixels = Uint8Array.from(new RandomNumbers(7).integers(2 * ENCODER_SIZE ** 2 * 3, 0, 255));

/** What the network makes of each of them. */
async function describePictures(recipe: HuggingFaceRecipe): Promise<number[][]> {
  const network = await loadNetwork(recipe.model, recipe, { intraOpNumThreads: 1 });
  const [tensor] = await network.describe(pixels, 2);
  await network.release();
  const values = [...(tensor!.data as Float32Array)];
  const length = tensor!.dims[1]!;
  return [values.slice(0, length), values.slice(length)];
}

/** The values of a channel, as its preprocessor tells to make them, of the square at (x, y). */
function normalised(picture: number, channel: number, x = 0, y = 0, side = ENCODER_SIZE): number[] {
  const values: number[] = [];
  for (let row = y; row < y + side; row++) {
    for (let column = x; column < x + side; column++) {
      const value = pixels[((picture * ENCODER_SIZE + row) * ENCODER_SIZE + column) * 3 + channel]!;
      values.push((value / 255 - ENCODER_MEAN[channel]!) / ENCODER_STD[channel]!);
    }
  }
  return values;
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const ofChannels = (describe: (values: number[]) => number) => (picture: number) =>
  [0, 1, 2].map((channel) => describe(normalised(picture, channel)));
const means = ofChannels(meanOf);

function expectClose(received: number[][], expected: (picture: number) => number[]) {
  for (const picture of [0, 1]) {
    const numbers = expected(picture);
    expect(received[picture]).toHaveLength(numbers.length);
    for (const [i, number] of numbers.entries()) expect(received[picture]![i]).toBeCloseTo(number, 4);
  }
}

describe("what is taken of a network", () => {
  it("the embedding of a CLIP's part for pictures, though more is there", async () => {
    const recipe = await read(clipEncoder);
    expect(recipe.model).toMatch(/onnx.vision_model\.onnx$/u);
    expect(recipe.outputs).toEqual([{ name: "image_embeds", pooling: { kind: "none" } }]);
    expectClose(await describePictures(recipe), (picture) =>
      ENCODER_PROJECTION.map((row) =>
        means(picture).reduce((sum, mean, channel) => sum + mean * row[channel]!, 0),
      ),
    );
  });

  it("what a SigLIP has pooled, before its tokens", async () => {
    const recipe = await read(siglipEncoder);
    expect(recipe.outputs).toEqual([{ name: "pooler_output", pooling: { kind: "none" } }]);
    expectClose(
      await describePictures(recipe),
      ofChannels((values) => Math.min(...values)),
    );
  });

  it("the class token of a DINOv2", async () => {
    const recipe = await read(dinov2Encoder);
    expect(recipe.outputs).toEqual([{ name: "last_hidden_state", pooling: { kind: "first-token" } }]);
    expectClose(
      await describePictures(recipe),
      ofChannels((values) => Math.max(...values)),
    );
  });

  it("the mean of tokens where none is a class token", async () => {
    const recipe = await read(patchEncoder);
    expect(recipe.outputs).toEqual([{ name: "last_hidden_state", pooling: { kind: "mean-of-tokens" } }]);
    expectClose(await describePictures(recipe), means);
  });

  it("the mean of a feature map", async () => {
    const recipe = await read(mapEncoder);
    expect(recipe.outputs).toEqual([{ name: "last_hidden_state", pooling: { kind: "average", grid: 1 } }]);
    expectClose(await describePictures(recipe), means);
  });

  it("the output and the pooling that were asked for", async () => {
    const tokens = await read(clipEncoder, { output: "last_hidden_state" });
    expect(tokens.outputs).toEqual([{ name: "last_hidden_state", pooling: { kind: "first-token" } }]);
    const pooling = { kind: "average", grid: 4 } as const;
    const grid = await read(mapEncoder, { pooling });
    expect(grid.outputs).toEqual([{ name: "last_hidden_state", pooling }]);
    expectClose(await describePictures(grid), (picture) =>
      [0, 1, 2, 3].flatMap((row) =>
        [0, 1, 2, 3].flatMap((column) =>
          [0, 1, 2].map((channel) =>
            meanOf(normalised(picture, channel, column * PATCH, row * PATCH, PATCH)),
          ),
        ),
      ),
    );
  });

  it("the only output, whatever it is called", async () => {
    const model = encoderNetwork({ outputs: { logits: "embedding" } });
    const { outputs } = await read({ ...mapEncoder, "onnx/model.onnx": model });
    expect(outputs).toEqual([{ name: "logits", pooling: { kind: "none" } }]);
  });

  it.each([
    ["clip", {}, "first-token"],
    ["vit", {}, "first-token"],
    ["beit", {}, "first-token"],
    ["dinov3_vit", {}, "first-token"],
    ["llava", { vision_config: { model_type: "clip_vision_model" } }, "first-token"],
    ["blip-2", { vision_config: { model_type: "blip_2_vision_model" } }, "first-token"],
    ["clip", { vision_config: { model_type: "siglip_vision_model" } }, "mean-of-tokens"],
    ["swin", {}, "mean-of-tokens"],
    [undefined, {}, "mean-of-tokens"],
  ])("the tokens of the type %s %j by %s", async (model_type, rest, kind) => {
    const { outputs } = await read({ ...patchEncoder, "config.json": { model_type, ...rest } });
    expect(outputs[0]?.pooling).toEqual({ kind });
  });
});

describe("which file is taken", () => {
  const ofPath = ({ model }: HuggingFaceRecipe) => model.split(path.sep).slice(-2).join("/");
  const { "onnx/model.onnx": model, ...rest } = patchEncoder as { "onnx/model.onnx": Uint8Array };

  it("a whole network before a quantised one, in the folder itself too", async () => {
    const files = { ...rest, "model.onnx": model, "onnx/model_quantized.onnx": model };
    expect(ofPath(await read(files))).toMatch(/^encoder-.*\/model\.onnx$/u);
  });

  it("a quantised one where there is no other, the part for pictures first", async () => {
    const files = { ...rest, "onnx/model_quantized.onnx": model, "onnx/vision_model_quantized.onnx": model };
    expect(ofPath(await read(files))).toBe("onnx/vision_model_quantized.onnx");
  });

  it("the one that was asked for", async () => {
    const files = { ...patchEncoder, "onnx/mine.onnx": model };
    expect(ofPath(await read(files, { file: "onnx/mine.onnx" }))).toBe("onnx/mine.onnx");
  });
});

describe("the size of pictures", () => {
  const preprocessor = { do_normalize: false };
  const without = { ...patchEncoder, "preprocessor_config.json": preprocessor };
  const takes = (height: number | string, width: number | string) => ({
    "onnx/model.onnx": encoderNetwork({
      outputs: { last_hidden_state: "patches" },
      inputShape: ["batch", 3, height, width],
    }),
  });

  it.each([
    ["the preprocessor", { ...patchEncoder, "config.json": { image_size: 64 } }, 32],
    ["config.json", { ...without, "config.json": { image_size: 64 } }, 64],
    ["config.json, as two numbers", { ...without, "config.json": { image_size: [64, 64] } }, 64],
    [
      "its part for pictures",
      { ...without, "config.json": { image_size: 64, vision_config: { image_size: 48 } } },
      48,
    ],
    ["the network", { ...without, ...takes(40, 40) }, 40],
  ] satisfies [string, EncoderFiles, number][])("is told by %s", async (_, files, size) => {
    expect((await read(files)).input.size).toBe(size);
  });

  it("may be fixed by the network too, where it is the same", async () => {
    expect((await read({ ...patchEncoder, ...takes(32, 32) })).input.size).toBe(32);
  });

  it.each([
    [48, 48, "48 x 48"],
    [32, 48, "32 x 48"],
    ["height", 48, "any x 48"],
  ])("must be what the network takes: %s x %s", async (height, width, told) => {
    await expect(read({ ...patchEncoder, ...takes(height, width) })).rejects.toMatchObject({
      code: "MODEL_INVALID",
      message: expect.stringMatching(new RegExp(`takes pictures of ${told} pixels.*32 x 32`, "u")),
    });
  });

  it("must be told", async () => {
    await expect(read(without)).rejects.toMatchObject({
      code: "MODEL_INVALID",
      message: expect.stringContaining("must be told by preprocessor_config.json or config.json"),
    });
  });

  it.each([8, 4096])("is 16 to 2048, not %i", async (image_size) => {
    await expect(read({ ...without, "config.json": { image_size } })).rejects.toMatchObject({
      code: "MODEL_INVALID",
      message: expect.stringContaining(`tells ${image_size}`),
    });
  });
});

describe("what is told of a pack", () => {
  it("all of it", async () => {
    const folder = await writeEncoder(path.join(directory, "CLIP_ViT (small)"), clipEncoder);
    const recipe = await readHuggingFace(localFolder(folder));
    expect(recipe).toEqual({
      title: "openai/clip-small",
      licence: "mit",
      source: folder,
      model: path.join(folder, "onnx/vision_model.onnx"),
      input: {
        name: "pixel_values",
        size: ENCODER_SIZE,
        layout: "NCHW",
        channelOrder: "RGB",
        scale: { elementType: "float32", mean: [122.4, 63.75, 178.5], std: [66.3, 127.5, 31.875] },
      },
      resizePolicy: "contain",
      toldResizePolicy: { kind: "cover", shortSide: ENCODER_SIZE },
      resample: "cubic",
      outputs: [{ name: "image_embeds", pooling: { kind: "none" } }],
      notice: expect.stringContaining("onnx/vision_model.onnx"),
    });
  });

  it.each([
    ["https://huggingface.co/Xenova/clip-vit-base-patch32", "clip-vit-base-patch32"],
    ["https://huggingface.co/Marqo/marqo-fashionSigLIP/tree/main/", "marqo-fashionsiglip"],
    ["https://huggingface.co/a/b/resolve/0123abc?download=true", "b"],
    ["/models/.hidden_Model.v1/", "hidden-model.v1"],
    [`/models/${"x".repeat(63)}.yz`, "x".repeat(63)],
    ["/models/模型", "encoder"],
  ])("the id, of %s", (name, id) => {
    expect(folderId(name)).toBe(id);
  });

  it.each([
    [{ architectures: ["SiglipModel"], model_type: "siglip", _name_or_path: "" }, "SiglipModel"],
    [{ model_type: "siglip" }, "siglip"],
  ])("the title, of %j", async (config, title) => {
    expect((await read({ ...patchEncoder, "config.json": config })).title).toBe(title);
  });

  it("the id as title, where there is no config.json", async () => {
    const { "config.json": _, ...files } = patchEncoder as Record<string, object>;
    const recipe = await read(files);
    expect(recipe.title).toBe(folderId(recipe.source));
  });

  it.each([
    ["---\nlicense: apache-2.0 # of the weights\n---\n", "apache-2.0"],
    ['---\r\ntags: []\r\nlicense: "cc-by-4.0"\r\n---\r\nText', "cc-by-4.0"],
    ["---\nlicense:\n- mit\n---\n", "mit"],
    ["---\nlicense: other\nlicense_name: dinov3-license\n---\n", "dinov3-license"],
    ["---\nlicense: other\n---\n", "other"],
    ["---\ntags: []\n---\n\n---\nlicense: mit\n---\n", "not told by its source"],
    ["# Model\nlicense: mit\n", "not told by its source"],
  ])("the licence, of %j", async (readme, licence) => {
    expect((await read({ ...patchEncoder, "README.md": readme })).licence).toBe(licence);
  });
});
