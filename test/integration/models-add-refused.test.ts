import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { OnnxGraph } from "../../src/adapters/models/onnx-graph.js";
import {
  clipEncoder,
  type EncoderFiles,
  mapEncoder,
  patchEncoder,
  writeEncoder,
} from "../fixtures/hugging-face-encoders.js";
import { writeKerasWeights } from "../fixtures/keras-weights.js";
import { oneOperator, tfliteFile } from "../fixtures/tflite-file.js";
import { diptych } from "./diptych-process.js";
import { classifier, createModelsWorld, sentenceOf, sha256 } from "./models-world.js";

const { directory, newFolder, newFile } = createModelsWorld();

/** An encoder with another network. */
const withModel = (model: Uint8Array): EncoderFiles => ({ ...patchEncoder, "onnx/model.onnx": model });
const patchModel = patchEncoder["onnx/model.onnx"] as Uint8Array;

describe("is refused with one sentence, and leaves nothing", () => {
  const wrongHash = "0".repeat(64);
  const folderOf = async (files: EncoderFiles) => writeEncoder(await newFolder("encoder"), files);
  const keras = async (change: (file: string) => Promise<void>, options = {}) => {
    const file = await newFile("weights.h5", "");
    await writeKerasWeights(file, options);
    await change(file);
    return ["vgg16-keras", "--weights", file];
  };
  const cutInHalf = async (file: string) =>
    writeFile(file, (await readFile(file)).subarray(0, (await stat(file)).size / 2));
  const halfOf = (bytes: Uint8Array) => bytes.subarray(0, bytes.length / 2);
  const network = (shape: readonly (number | string)[], build: (graph: OnnxGraph) => void) => {
    const graph = new OnnxGraph();
    graph.input("pixel_values", "float32", ["batch", 3, "height", "width"]);
    build(graph);
    graph.output("last_hidden_state", "float32", ["batch", ...shape]);
    return graph.encode();
  };

  test.concurrent.each<[string, () => Promise<string[]>, string]>([
    [
      "a kernel of a wrong shape",
      () =>
        keras(async () => {}, {
          change: (layers: Map<string, object[]>) =>
            layers
              .get("block1_conv1")!
              .splice(0, 1, { shape: [5, 5, 3, 4], data: new Float32Array(5 * 5 * 3 * 4) }),
        }),
      '"block1_conv1" must have the shape [3, 3, 3, any]; received [5, 5, 3, 4]',
    ],
    ["a truncated .h5 file", () => keras(cutInHalf), "is cut short: expected "],
    ["another .h5 file", () => keras((file) => writeFile(file, "weights")), "does not begin as HDF5 does"],
    ["VGG16 without weights", async () => ["vgg16-keras"], "with --weights"],
    [
      "an output of another rank than the pooling takes",
      async () => [await folderOf(mapEncoder), "--pooling", "none"],
      'its output "last_hidden_state" is not float32 [batch, length].',
    ],
    [
      "an output that is not there",
      async () => [await folderOf(clipEncoder), "--output", "logits"],
      'has no output "logits"; it has last_hidden_state, image_embeds',
    ],
    [
      "a truncated ONNX file",
      async () => [await folderOf(withModel(halfOf(patchModel)))],
      "cannot be loaded: Protobuf parsing failed.",
    ],
    [
      "an ONNX operator that there is not",
      async () => {
        const model = network([3, "height", "width"], (graph) =>
          graph.node("Frobnicate", ["pixel_values"], "last_hidden_state"),
        );
        return [await folderOf(withModel(model))];
      },
      "No Op registered for Frobnicate",
    ],
    [
      // Nothing tells before it is run; onnxruntime logs such a failure, unless told not to.
      "a network that fails on every picture",
      async () => {
        const model = network(["length"], (graph) =>
          graph.node("Reshape", ["pixel_values", graph.int64s("shape", [7, -1])], "last_hidden_state"),
        );
        return [await folderOf(withModel(model))];
      },
      "The input tensor cannot be reshaped to the requested shape.",
    ],
    [
      "a truncated .tflite file",
      async () => [await newFile("net.tflite", halfOf(classifier))],
      "The TFLite file is damaged or cut short",
    ],
    [
      "a TFLite operator that is not supported",
      async () => {
        const shape = [1, 64, 64, 3];
        const unknown = oneOperator({ name: "RESIZE_BILINEAR" }, [
          { name: "picture", shape },
          { name: "size", shape: [2], type: "int32", data: [64, 64] },
          { name: "result", shape },
        ]);
        return [await newFile("net.tflite", tfliteFile(unknown))];
      },
      "The TFLite operator RESIZE_BILINEAR is not supported; supported are CONV_2D, ",
    ],
    [
      "weights of another hash",
      async () => [...(await keras(async () => {})), "--sha256", wrongHash],
      `expected sha256 ${wrongHash}, received `,
    ],
    [
      "a folder whose network has another hash",
      async () => [await folderOf(patchEncoder), "--sha256", wrongHash],
      `expected sha256 ${wrongHash}, received ${sha256(patchModel)}.`,
    ],
    [
      "a .tflite file of another hash",
      async () => [await newFile("net.tflite", classifier), "--sha256", wrongHash],
      `expected sha256 ${wrongHash}, received ${sha256(classifier)}.`,
    ],
    ["a hash that is none", async () => ["x", "--sha256", "ABC"], 'received "ABC"'],
    ["a pooling that is none", async () => ["x", "--pooling", "max"], 'received "max"'],
    ["resizing that is none", async () => ["x", "--resize", "crop"], 'received "crop"'],
    ["a source that is not there", async () => [join(directory, "none")], "There is no model source "],
    ["a file that is not there", async () => ["none.tflite"], "There is no file none.tflite."],
    [
      "a file that is not there, for an id that is taken",
      async () => ["none.tflite", "--id", "inception-v3"],
      "There is no file none.tflite.",
    ],
    [
      "a URL that is not https",
      async () => ["http://user:secret@localhost/clip"],
      "A download needs a URL that begins with https://; received http://localhost/clip: ",
    ],
  ])("%s", async (_, source, told) => {
    const models = await newFolder("models");
    const sentence = sentenceOf(await diptych(["models", "add", ...(await source()), "--models", models]));
    expect(sentence).toContain(told);
    expect(sentence).not.toContain("secret");
    expect(await readdir(models)).toEqual([]);
  });
});
