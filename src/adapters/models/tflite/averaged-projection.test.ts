import onnxProto from "onnx-proto";
import { describe, expect, it } from "vitest";
import { largestDifference, RandomNumbers } from "../../../../test/fixtures/random-numbers.js";
import { runTflite } from "../../../../test/fixtures/run-tflite.js";
import {
  NONE,
  RELU,
  SAME,
  type TensorDescription,
  type TfliteDescription,
  tfliteFile,
} from "../../../../test/fixtures/tflite-file.js";
import { averagePool, convolution, type Plane } from "../../../../test/fixtures/tflite-reference.js";
import { convertTflite } from "./convert.js";

const SIZE = { height: 5, width: 6, channels: 4 };
const random = new RandomNumbers(7);

interface Shape {
  readonly filters: number;
  readonly kernel: number;
  readonly poolingStride: number;
  readonly stride: number;
  readonly poolingActivation: number;
  readonly outputs: readonly string[];
}
const projecting: Shape = {
  filters: 3,
  kernel: 1,
  poolingStride: 1,
  stride: 1,
  poolingActivation: NONE,
  outputs: ["result"],
};

/** An average pooling and a convolution with RELU behind it, and what they make of a picture. */
function network(shape: Shape) {
  const { filters, kernel, poolingStride, stride, poolingActivation } = shape;
  const weights = random.reals(filters * kernel ** 2 * SIZE.channels);
  const bias = random.reals(filters);
  const reference = (picture: Plane) => {
    const averaged = averagePool(picture, window(3, poolingStride));
    const seen = averaged.data.map((value) => (poolingActivation === RELU ? Math.max(0, value) : value));
    const result = convolution({ ...averaged, data: seen }, weights, bias, window(kernel, stride));
    return { ...result, data: result.data.map((value) => Math.max(0, value)) };
  };
  const half = (length: number, by: number) => Math.ceil(length / by);
  const averageSize = [half(SIZE.height, poolingStride), half(SIZE.width, poolingStride)] as const;
  const size = averageSize.map((length) => half(length, stride));
  const description: TfliteDescription = {
    tensors: [
      { name: "picture", shape: [1, SIZE.height, SIZE.width, SIZE.channels] },
      { name: "average", shape: [1, ...averageSize, SIZE.channels] },
      { name: "weights", shape: [filters, kernel, kernel, SIZE.channels], data: weights },
      { name: "bias", shape: [filters], data: bias },
      { name: "result", shape: [1, ...size, filters] },
    ],
    operators: [
      {
        name: "AVERAGE_POOL_2D",
        inputs: ["picture"],
        outputs: ["average"],
        options: {
          padding: SAME,
          filterHeight: 3,
          filterWidth: 3,
          strideHeight: poolingStride,
          strideWidth: poolingStride,
          activation: poolingActivation,
        },
      },
      {
        name: "CONV_2D",
        inputs: ["average", "weights", "bias"],
        outputs: ["result"],
        options: { padding: SAME, strideHeight: stride, strideWidth: stride, activation: RELU },
      },
    ],
    inputs: ["picture"],
    outputs: shape.outputs,
  };
  return { description, reference };
}

const window = (side: number, stride: number) =>
  ({ same: true, kernel: [side, side], strides: [stride, stride] }) as const;

/** Three pictures, above 0 and below. */
const pictures = [1, 2, 3].map(() => random.reals(SIZE.height * SIZE.width * SIZE.channels));

async function compare(
  description: TfliteDescription,
  reference: (picture: Plane) => Plane,
  tolerance = 1e-5,
) {
  const results = await runTflite(
    description,
    pictures.map((picture) => [picture]),
  );
  const output = description.outputs.indexOf("result");
  for (const [i, data] of pictures.entries()) {
    const expected = reference({ ...SIZE, data });
    expect(results[i]![output]!.shape).toEqual([expected.height, expected.width, expected.channels]);
    expect(largestDifference(results[i]![output]!.data, expected.data)).toBeLessThan(tolerance);
  }
}

/** Whether the convolution was turned into a product of matrices. */
function isProjectedFirst(description: TfliteDescription): boolean {
  const { graph } = onnxProto.onnx.ModelProto.decode(convertTflite(tfliteFile(description)));
  const types = graph!.node!.map(({ opType }) => opType);
  expect(types.includes("MatMul")).not.toBe(types.includes("Conv"));
  return types.indexOf("MatMul") >= 0 && types.indexOf("MatMul") < types.indexOf("AveragePool");
}

describe("an average and a projection behind it", () => {
  it("change places, and give the same", async () => {
    const { description, reference } = network(projecting);
    expect(isProjectedFirst(description)).toBe(true);
    await compare(description, reference);
  });

  const others: Readonly<Record<string, Partial<Shape>>> = {
    "the average is given out": { outputs: ["average", "result"] },
    "the average cuts off": { poolingActivation: RELU },
    "the average skips places": { poolingStride: 2 },
    "more channels come out than go in": { filters: 5 },
    "the convolution sees more than one place": { kernel: 3 },
    "the convolution skips places": { stride: 2 },
  };
  it.each(Object.keys(others))("keep their places where %s", async (title) => {
    const { description, reference } = network({ ...projecting, ...others[title] });
    expect(isProjectedFirst(description)).toBe(false);
    await compare(description, reference);
  });

  it("keep their places where something else sees the average", async () => {
    const { description, reference } = network(projecting);
    const { tensors, operators } = description;
    const seenTwice: TfliteDescription = {
      ...description,
      tensors: [...tensors, { name: "copy", shape: [1, SIZE.height, SIZE.width, SIZE.channels] }],
      operators: [...operators, { name: "DEQUANTIZE", inputs: ["average"], outputs: ["copy"] }],
      outputs: ["result", "copy"],
    };
    expect(isProjectedFirst(seenTwice)).toBe(false);
    await compare(seenTwice, reference);
  });

  it("keep their places where the weights serve another convolution", async () => {
    const { description, reference } = network(projecting);
    const { tensors, operators } = description;
    const [, convolutionOfAverage] = operators;
    const shared: TfliteDescription = {
      ...description,
      tensors: [...tensors, { name: "other", shape: [1, SIZE.height, SIZE.width, 3] }],
      operators: [
        ...operators,
        { ...convolutionOfAverage!, inputs: ["picture", "weights", "bias"], outputs: ["other"] },
      ],
      outputs: ["result", "other"],
    };
    expect(isProjectedFirst(shared)).toBe(false);
    await compare(shared, reference);
  });
});

describe.each(["uint8", "int8"] as const)("an average and a projection behind it in %s", (type) => {
  const low = type === "uint8" ? 0 : -128;
  const range = (lowest: number, highest: number) => {
    const scale = (highest - lowest) / 255;
    return { scales: [scale], zeroPoints: [low + Math.round(-lowest / scale)] };
  };
  const stored = (values: readonly number[], { scales, zeroPoints }: ReturnType<typeof range>) =>
    values.map((value) =>
      Math.min(low + 255, Math.max(low, Math.round(value / scales[0]!) + zeroPoints[0]!)),
    );
  const real = (values: readonly number[], { scales, zeroPoints }: ReturnType<typeof range>) =>
    values.map((value) => scales[0]! * (value - zeroPoints[0]!));

  const picture = range(-1, 1);
  const weight = range(-1.2, 0.9);
  const result = range(0, 2);
  const weights = stored(random.reals(3 * 4), weight);
  const biasScale = picture.scales[0]! * weight.scales[0]!;
  const bias = random.integers(3, -4000, 4000);

  const describeNetwork = (average: ReturnType<typeof range>): TfliteDescription => {
    const { description } = network(projecting);
    const changes: Readonly<Record<string, Partial<TensorDescription>>> = {
      picture: { type, quantization: picture },
      average: { type, quantization: average },
      weights: { type, quantization: weight, data: weights },
      bias: { type: "int32", quantization: { scales: [biasScale] }, data: bias },
      result: { type, quantization: result },
    };
    return { ...description, tensors: description.tensors.map((one) => ({ ...one, ...changes[one.name] })) };
  };

  it("change places where the average keeps the range; only the result is rounded", async () => {
    const description = describeNetwork(picture);
    expect(isProjectedFirst(description)).toBe(true);
    const inputs = pictures.map((values) => stored(values, picture));
    const received = await runTflite(
      description,
      inputs.map((values) => [values]),
    );
    for (const [i, values] of inputs.entries()) {
      const averaged = averagePool({ ...SIZE, data: real(values, picture) }, window(3, 1));
      const sums = convolution(
        averaged,
        real(weights, weight),
        bias.map((value) => value * biasScale),
        window(1, 1),
      );
      const expected = real(stored(sums.data, result), result);
      const steps = received[i]![0]!.data.map((value, at) =>
        Math.round(Math.abs(value - expected[at]!) / result.scales[0]!),
      );
      // A value that lies between two steps may be rounded either way.
      expect(Math.max(...steps)).toBeLessThanOrEqual(1);
      expect(steps.filter((step) => step > 0).length).toBeLessThan(steps.length / 50);
    }
  });

  it("keep their places where the average has a range of its own", () => {
    expect(isProjectedFirst(describeNetwork(range(-0.5, 0.5)))).toBe(false);
  });
});
