import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type KerasFileOptions,
  type WrittenLayers,
  writeKerasWeights,
} from "../../../../test/fixtures/keras-weights.js";
import { RandomNumbers } from "../../../../test/fixtures/random-numbers.js";
import { AppError } from "../../../errors.js";
import { InferenceSession, Tensor } from "../../onnx/runtime.js";
import { VGG16_INPUT, VGG16_OUTPUT, vgg16Graph } from "./vgg16.js";
import { readKerasWeights } from "./weights-file.js";

/** All different, so that no two sizes can be taken for each other. */
const FILTERS = [4, 6, 5, 8, 7];

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-keras-"));
});
afterAll(() => rm(directory, { recursive: true }));

describe("computes what Keras's VGG16 does", () => {
  it.each<[string, number, KerasFileOptions]>([
    ["at the size it was made for", 224, { seed: 11 }],
    ["at a size that no power of two divides", 80, { seed: 12 }],
    ["with the names of newer files", 64, { seed: 13, names: "new" }],
    ["with the layers of a whole model", 64, { seed: 14, names: "new", wholeModel: true }],
  ])("%s", async (name, inputSize, options) => {
    const file = path.join(directory, `${name}.h5`);
    const layers = await writeKerasWeights(file, { ...options, filters: FILTERS });
    const model = vgg16Graph(await readKerasWeights(file), { inputSize });
    const random = new RandomNumbers(inputSize);
    const pictures = [0, 1].map(() => randomPicture(random, inputSize));
    for (const [i, received] of (await run(model, pictures)).entries()) {
      const expected = forward(pictures[i]!, layers).data;
      expect(received.length).toBe(expected.length);
      // Not a matter of a few numbers.
      expect(expected.filter((value) => value > 0).length).toBeGreaterThan(expected.length / 4);
      const largest = Math.max(...expected);
      const relative = received.map((value, k) => {
        // A value near zero is what is left of large ones, and no more exact than they are.
        return Math.abs(value - expected[k]!) / (expected[k]! + 1e-2 * largest);
      });
      expect(Math.max(...relative)).toBeLessThan(1e-4);
      const [a, b] = [normalized(received), normalized(expected)];
      expect(Math.max(...a.map((value, k) => Math.abs(value - b[k]!)))).toBeLessThan(1e-4);
    }
  });
});

describe("refuses weights of another network", () => {
  it.each<[string, (layers: WrittenLayers) => void, RegExp]>([
    [
      "that lack a layer",
      (layers) => layers.delete("block3_conv2"),
      /^VGG16's layer "block3_conv2" must have 2 arrays, a kernel and a bias; received no such layer: /u,
    ],
    [
      "whose layer lacks its bias",
      (layers) => layers.get("block5_conv3")!.pop(),
      /^VGG16's layer "block5_conv3" must have 2 arrays, a kernel and a bias; received 1: /u,
    ],
    [
      "that have more layers, as VGG19",
      (layers) => layers.set("block3_conv4", layers.get("block3_conv3")!),
      /^The weights must be those of VGG16 without its top, as in \S+_notop\.h5; received the layer "block3_conv4" too: /u,
    ],
    [
      "with a kernel of another size",
      (layers) => layers.get("block1_conv1")!.splice(0, 1, zeros([5, 5, 3, 4])),
      /^The kernel of VGG16's layer "block1_conv1" must have the shape \[3, 3, 3, any\]; received \[5, 5, 3, 4\]: /u,
    ],
    [
      "with kernels in Theano's order",
      (layers) => layers.get("block1_conv1")!.splice(0, 1, zeros([4, 3, 3, 3])),
      /"block1_conv1" must have the shape \[3, 3, 3, any\]; received \[4, 3, 3, 3\]: /u,
    ],
    [
      "whose layer takes other channels than the one before gives",
      (layers) => layers.get("block2_conv1")!.splice(0, 1, zeros([3, 3, 5, 6])),
      /"block2_conv1" must have the shape \[3, 3, 4, any\]; received \[3, 3, 5, 6\]: /u,
    ],
    [
      "with other numbers of filters in one block",
      (layers) => layers.set("block2_conv2", [zeros([3, 3, 6, 9]), zeros([9])]),
      /"block2_conv2" must have the shape \[3, 3, 6, 6\]; received \[3, 3, 6, 9\]: /u,
    ],
    [
      "with a bias of another length",
      (layers) => layers.get("block4_conv1")!.splice(1, 1, zeros([7])),
      /^The bias of VGG16's layer "block4_conv1" must have the shape \[8\]; received \[7\]: /u,
    ],
    [
      "with a bias of more dimensions",
      (layers) => layers.get("block4_conv1")!.splice(1, 1, zeros([8, 1])),
      /"block4_conv1" must have the shape \[8\]; received \[8, 1\]: /u,
    ],
  ])("%s", async (name, change, message) => {
    const file = path.join(directory, `${name}.h5`);
    await writeKerasWeights(file, { filters: FILTERS, change });
    const weights = await readKerasWeights(file);
    const error = failure(() => vgg16Graph(weights));
    expect(error.code).toBe("MODEL_INVALID");
    expect(error.message).toMatch(message);
  });
});

function failure(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error("The weights were to be refused.");
}

const zeros = (shape: readonly number[]) => ({
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
});

/** `[size, size, channels]` of one picture. */
interface Plane {
  readonly size: number;
  readonly channels: number;
  readonly data: readonly number[];
}

/** As large as what Keras's preprocessing gives. */
function randomPicture(random: RandomNumbers, size: number): Plane {
  return { size, channels: 3, data: random.reals(size * size * 3).map((value) => 128 * value) };
}

/** The features of each picture in the order of Keras's Flatten: height, width, channel. */
async function run(model: Uint8Array, pictures: readonly Plane[]): Promise<number[][]> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
  const { size } = pictures[0]!;
  const input = new Float32Array(pictures.length * 3 * size * size);
  for (const [i, { data }] of pictures.entries()) {
    for (const [k, value] of data.entries()) {
      input[(i * 3 + (k % 3)) * size * size + Math.floor(k / 3)] = value;
    }
  }
  const outputs = await session.run({
    [VGG16_INPUT]: new Tensor("float32", input, [pictures.length, 3, size, size]),
  });
  const { dims, data } = outputs[VGG16_OUTPUT]!;
  await session.release();
  const [, channels, height, width] = dims as [number, number, number, number];
  expect(dims).toEqual([pictures.length, FILTERS[4], Math.floor(size / 32), Math.floor(size / 32)]);
  return pictures.map((_, i) => {
    return Array.from({ length: height * width * channels }, (_, k) => {
      const place = Math.floor(k / channels);
      return (data as Float32Array)[(i * channels + (k % channels)) * height * width + place]!;
    });
  });
}

/** VGG16 without its top from its definition, as plain nested loops over the file's arrays in Keras's layout. */
function forward(picture: Plane, layers: WrittenLayers): Plane {
  let plane = picture;
  for (const [name, arrays] of layers) {
    if (name.endsWith("_pool")) plane = pooled(plane);
    else if (arrays.length === 2) plane = convolved(plane, arrays[0]!.data, arrays[1]!.data);
  }
  return plane;
}

/** 3 x 3 with zeros around the picture, and ReLU. */
function convolved(
  { size, channels, data }: Plane,
  kernel: ArrayLike<number>,
  bias: ArrayLike<number>,
): Plane {
  const result: number[] = [];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let filter = 0; filter < bias.length; filter++) {
        let sum = bias[filter]!;
        for (let row = 0; row < 3; row++) {
          for (let column = 0; column < 3; column++) {
            const [top, left] = [y + row - 1, x + column - 1];
            if (top < 0 || top >= size || left < 0 || left >= size) continue;
            for (let c = 0; c < channels; c++) {
              const weight = kernel[((row * 3 + column) * channels + c) * bias.length + filter]!;
              sum += weight * data[(top * size + left) * channels + c]!;
            }
          }
        }
        result.push(Math.max(0, sum));
      }
    }
  }
  return { size, channels: bias.length, data: result };
}

/** 2 x 2 by twos; a row or column that is left over is dropped. */
function pooled({ size, channels, data }: Plane): Plane {
  const half = Math.floor(size / 2);
  const result: number[] = [];
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      for (let c = 0; c < channels; c++) {
        const at = (row: number, column: number) =>
          data[((2 * y + row) * size + 2 * x + column) * channels + c]!;
        result.push(Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1)));
      }
    }
  }
  return { size: half, channels, data: result };
}

function normalized(values: readonly number[]): number[] {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}
