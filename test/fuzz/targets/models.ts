import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { vgg16Graph } from "../../../src/adapters/models/keras/vgg16.js";
import { readKerasWeights } from "../../../src/adapters/models/keras/weights-file.js";
import { tfliteRecipe } from "../../../src/adapters/models/tflite/recipe.js";
import { openNpy } from "../../../src/adapters/npy/npy-reader.js";
import { writeKerasWeights } from "../../fixtures/keras-weights.js";
import { RELU, SAME, tfliteFile } from "../../fixtures/tflite-file.js";
import { pick } from "../mutate.js";
import type { OpenTarget } from "../target.js";

const npyFile = (header: string, numbers: Uint8Array): Buffer => {
  const start = Buffer.from("\x93NUMPY\x01\x00..", "latin1");
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header, "latin1"), numbers]);
};

export const npy: OpenTarget = async (directory) => {
  const file = path.join(directory, "matrix.npy");
  const header = (type: string, order: string, shape: string) =>
    `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${shape}), }\n`;
  return {
    seeds: (["<f2", "<f4", "<f8"] as const).map((type) =>
      npyFile(header(type, "False", "3, 4"), Buffer.alloc(96)),
    ),
    tokens: [
      "<f2",
      "<f4",
      "<f8",
      ">f4",
      "|O",
      "False",
      "True",
      "(3, 4)",
      "(0, 1)",
      "(9999999999, 9999999999)",
      "'",
    ],
    generate: (random) =>
      npyFile(
        header(
          pick(["<f2", "<f4", "<f8", "|O", ""], random),
          pick(["False", "True"], random),
          pick(
            ["3, 4", "0, 5", "3L, 4L", "1, 9007199254740991", "4294967296, 4294967296", "-1, 4", ", "],
            random,
          ),
        ),
        Buffer.alloc(random.integer(0, 200), 0x7f),
      ),
    async read(bytes) {
      await writeFile(file, bytes);
      const matrix = await openNpy(file);
      try {
        await matrix.readRows(0, matrix.rows);
      } finally {
        await matrix.close();
      }
    },
  };
};

export const tflite: OpenTarget = async () => ({
  seeds: [
    tfliteFile({
      tensors: [
        { name: "picture", shape: [1, 32, 32, 3] },
        { name: "kernel", shape: [4, 3, 3, 3], data: new Array<number>(108).fill(1) },
        { name: "bias", shape: [4], data: [1, 2, 3, 4] },
        { name: "features", shape: [1, 16, 16, 4] },
        { name: "axes", shape: [2], type: "int32", data: [1, 2] },
        { name: "pooled", shape: [1, 4] },
        { name: "scores", shape: [1, 4] },
      ],
      operators: [
        {
          name: "CONV_2D",
          inputs: ["picture", "kernel", "bias"],
          outputs: ["features"],
          options: { padding: SAME, strideWidth: 2, strideHeight: 2, activation: RELU },
        },
        { name: "MEAN", inputs: ["features", "axes"], outputs: ["pooled"], options: { keepDims: 0 } },
        { name: "SOFTMAX", inputs: ["pooled"], outputs: ["scores"], options: { beta: 1 } },
      ],
      inputs: ["picture"],
      outputs: ["scores"],
    }),
  ],
  tokens: ["TFL3", "\0\0\0\0", "\xff\xff\xff\xff", "\x01\0\0\0", "picture", "kernel"],
  async read(bytes) {
    tfliteRecipe(bytes, { name: "fuzzed", source: "made by the fuzzer" });
  },
});

export const keras: OpenTarget = async (directory) => {
  const file = path.join(directory, "weights.h5");
  await writeKerasWeights(file, { filters: [1, 1, 1, 1, 1] });
  return {
    seeds: [await readFile(file)],
    tokens: [
      "\x89HDF\r\n\x1a\n",
      "OHDR",
      "TREE",
      "SNOD",
      "HEAP",
      "GCOL",
      "layer_names",
      "weight_names",
      "block1_conv1",
    ],
    async read(bytes) {
      await writeFile(file, bytes);
      vgg16Graph(await readKerasWeights(file));
    },
  };
};
