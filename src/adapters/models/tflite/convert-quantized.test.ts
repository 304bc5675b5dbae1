import { describe, expect, it } from "vitest";
import { largestDifference, RandomNumbers } from "../../../../test/fixtures/random-numbers.js";
import { runOnce, runTflite } from "../../../../test/fixtures/run-tflite.js";
import {
  NONE,
  oneOperator,
  type QuantizationDescription,
  RELU,
  RELU6,
  SAME,
  type TensorDescription,
} from "../../../../test/fixtures/tflite-file.js";
import {
  averagePool,
  convolution,
  depthwiseConvolution,
  fullyConnected,
  maxPool,
  type Plane,
  softmax,
} from "../../../../test/fixtures/tflite-reference.js";

const SIZE = { height: 6, width: 5, channels: 4 };
const WINDOW = { same: true, kernel: [3, 3], strides: [2, 2] } as const;
const windowOptions = { padding: SAME, strideHeight: 2, strideWidth: 2 };
const OUTPUTS = 4;

/** How the tensors of one kind of quantised network are stored. */
interface Scheme {
  readonly type: "uint8" | "int8";
  readonly low: number;
  readonly input: QuantizationDescription;
  readonly output: QuantizationDescription;
  /** One scale, or one for each output channel. */
  readonly weightScales: readonly number[];
  readonly weightZeroPoint: number;
}

const schemes: Readonly<Record<string, Scheme>> = {
  "uint8, one scale a tensor": {
    type: "uint8",
    low: 0,
    input: { scales: [0.02], zeroPoints: [120] },
    output: { scales: [0.05], zeroPoints: [90] },
    weightScales: [0.01],
    weightZeroPoint: 131,
  },
  "int8, one scale an output channel": {
    type: "int8",
    low: -128,
    input: { scales: [0.02], zeroPoints: [-8] },
    output: { scales: [0.05], zeroPoints: [-30] },
    weightScales: [0.01, 0.002, 0.015, 0.008],
    weightZeroPoint: 0,
  },
};

const real = (stored: number, { scales, zeroPoints }: QuantizationDescription, channel = 0) =>
  scales[channel % scales.length]! * (stored - (zeroPoints?.[channel % scales.length] ?? 0));

/** The nearest real number that the tensor can hold. */
function rounded(value: number, quantization: QuantizationDescription, low: number): number {
  const stored = Math.round(value / quantization.scales[0]!) + (quantization.zeroPoints?.[0] ?? 0);
  return real(Math.min(low + 255, Math.max(low, stored)), quantization);
}

/** A layer with weights: stored numbers, the real ones they stand for, and the tensors to write. */
function layer(
  { type, low, input, weightScales, weightZeroPoint }: Scheme,
  shape: number[],
  channelAxis: number,
) {
  const random = new RandomNumbers(shape.length);
  const weightQuantization = {
    scales: weightScales,
    zeroPoints: weightScales.map(() => weightZeroPoint),
    axis: channelAxis,
  };
  const biasQuantization = {
    scales: weightScales.map((scale) => scale * input.scales[0]!),
    zeroPoints: weightScales.map(() => 0),
  };
  const size = shape.reduce((product, length) => product * length, 1);
  const storedWeights = random.integers(size, low, low + 255);
  const storedBias = random.integers(OUTPUTS, -2000, 2000);
  const innermost = shape.slice(channelAxis + 1).reduce((product, length) => product * length, 1);
  const channelOf = (i: number) => Math.floor(i / innermost) % OUTPUTS;
  const tensors: TensorDescription[] = [
    { name: "weights", shape, type, quantization: weightQuantization, data: storedWeights },
    { name: "bias", shape: [OUTPUTS], type: "int32", quantization: biasQuantization, data: storedBias },
  ];
  return {
    tensors,
    weights: storedWeights.map((stored, i) => real(stored, weightQuantization, channelOf(i))),
    bias: storedBias.map((stored, i) => real(stored, biasQuantization, i)),
  };
}

describe.each(Object.keys(schemes))("quantised: %s", (title) => {
  const scheme = schemes[title]!;
  const { type, low, input, output } = scheme;
  const step = output.scales[0]!;
  const pictures = [1, 2, 3].map((seed) => new RandomNumbers(seed).integers(6 * 5 * 4, low, low + 255));
  const planes: Plane[] = pictures.map((picture) => ({
    ...SIZE,
    data: picture.map((stored) => real(stored, input)),
  }));
  const picture: TensorDescription = { name: "picture", shape: [1, 6, 5, 4], type, quantization: input };
  const result = (shape: number[], quantization = output): TensorDescription => ({
    name: "result",
    shape,
    type,
    quantization,
  });

  /** Every picture of a batch within one quantisation step of the rounded reference, and bit for bit as alone. */
  async function compare(
    description: ReturnType<typeof oneOperator>,
    reference: (plane: Plane) => readonly number[],
    quantization = output,
  ) {
    const batch = await runTflite(
      description,
      pictures.map((stored) => [stored]),
    );
    for (const [i, plane] of planes.entries()) {
      const expected = reference(plane).map((value) => rounded(value, quantization, low));
      expect(largestDifference(batch[i]![0]!.data, expected)).toBeLessThan(quantization.scales[0]! * 1.001);
      expect(await runOnce(description, [pictures[i]!])).toEqual(batch[i]![0]);
    }
  }

  it.each([
    ["NONE", NONE, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    ["RELU", RELU, 0, Number.POSITIVE_INFINITY],
    ["RELU6", RELU6, 0, 6],
  ])("CONV_2D, fused %s", async (_, activation, lowest, highest) => {
    const { tensors, weights, bias } = layer(scheme, [OUTPUTS, 3, 3, 4], 0);
    const operator = { name: "CONV_2D", options: { ...windowOptions, activation } };
    await compare(oneOperator(operator, [picture, ...tensors, result([1, 3, 3, OUTPUTS])]), (plane) =>
      convolution(plane, weights, bias, WINDOW).data.map((value) =>
        Math.min(highest, Math.max(lowest, value)),
      ),
    );
  });

  it("DEPTHWISE_CONV_2D", async () => {
    const { tensors, weights, bias } = layer(scheme, [1, 3, 3, OUTPUTS], 3);
    const operator = { name: "DEPTHWISE_CONV_2D", options: { ...windowOptions, depthMultiplier: 1 } };
    await compare(
      oneOperator(operator, [picture, ...tensors, result([1, 3, 3, OUTPUTS])]),
      (plane) => depthwiseConvolution(plane, weights, bias, WINDOW).data,
    );
  });

  it("FULLY_CONNECTED", async () => {
    const { tensors, weights, bias } = layer(scheme, [OUTPUTS, 120], 0);
    await compare(
      oneOperator({ name: "FULLY_CONNECTED" }, [picture, ...tensors, result([1, OUTPUTS])]),
      (plane) => fullyConnected(plane.data, weights, bias),
    );
  });

  it.each([
    ["AVERAGE_POOL_2D", averagePool],
    ["MAX_POOL_2D", maxPool],
  ])("%s", async (name, reference) => {
    const operator = { name, options: { ...windowOptions, filterHeight: 3, filterWidth: 3 } };
    await compare(
      oneOperator(operator, [picture, result([1, 3, 3, 4], input)]),
      (plane) => reference(plane, WINDOW).data,
      input,
    );
  });

  it("ADD of a constant for each channel", async () => {
    const stored = [low, low + 77, low + 200, low + 255];
    const constant: TensorDescription = {
      name: "constant",
      shape: [4],
      type,
      quantization: input,
      data: stored,
    };
    await compare(oneOperator({ name: "ADD" }, [picture, constant, result([1, 6, 5, 4])]), (plane) =>
      plane.data.map((value, i) => value + real(stored[i % 4]!, input)),
    );
  });

  it("SOFTMAX", async () => {
    const quantization = { scales: [1 / 256], zeroPoints: [low] };
    const places = (plane: Plane) => Array.from({ length: 30 }, (_, i) => plane.data.slice(4 * i, 4 * i + 4));
    await compare(
      oneOperator({ name: "SOFTMAX", options: { beta: 1 } }, [picture, result([1, 6, 5, 4], quantization)]),
      (plane) => places(plane).flatMap((logits) => softmax(logits, 1)),
      quantization,
    );
  });

  it("QUANTIZE to another scale", async () => {
    await compare(oneOperator({ name: "QUANTIZE" }, [picture, result([1, 6, 5, 4])]), (plane) => plane.data);
  });

  it("DEQUANTIZE gives the real numbers", async () => {
    const description = oneOperator({ name: "DEQUANTIZE" }, [
      picture,
      { name: "result", shape: [1, 6, 5, 4] },
    ]);
    const received = await runOnce(description, [pictures[0]!]);
    expect(largestDifference(received.data, planes[0]!.data)).toBeLessThan(1e-6);
  });

  it("precision float32: the dequantised weights without rounding in between, within the same limits", async () => {
    const { tensors, weights, bias } = layer(scheme, [OUTPUTS, 3, 3, 4], 0);
    const operator = { name: "CONV_2D", options: windowOptions };
    const description = oneOperator(operator, [picture, ...tensors, result([1, 3, 3, OUTPUTS])]);
    const received = await runOnce(description, [pictures[0]!], { precision: "float32" });
    const [lowest, highest] = [real(low, output), real(low + 255, output)];
    const expected = convolution(planes[0]!, weights, bias, WINDOW).data;
    const limited = expected.map((value) => Math.min(highest, Math.max(lowest, value)));
    expect(largestDifference(received.data, limited)).toBeLessThan(step / 100);
  });
});

describe("quantised networks", () => {
  const quantization = { scales: [0.5], zeroPoints: [0] };

  it("QUANTIZE of a float32 input", async () => {
    const description = oneOperator({ name: "QUANTIZE" }, [
      { name: "vector", shape: [1, 4] },
      { name: "result", shape: [1, 4], type: "int8", quantization },
    ]);
    expect((await runOnce(description, [[0.1, 0.9, -70, 70]])).data).toEqual([0, 1, -64, 63.5]);
  });

  it("the same weights serve two layers", async () => {
    const shape = [1, 2];
    const description = {
      tensors: [
        { name: "vector", shape, type: "int8", quantization },
        { name: "weights", shape: [2, 2], type: "int8", quantization, data: [0, 2, 2, 2] },
        { name: "first", shape, type: "int8", quantization },
        { name: "result", shape, type: "int8", quantization },
      ],
      operators: [
        { name: "FULLY_CONNECTED", inputs: ["vector", "weights"], outputs: ["first"] },
        { name: "FULLY_CONNECTED", inputs: ["first", "weights"], outputs: ["result"] },
      ],
      inputs: ["vector"],
      outputs: ["result"],
    } as const;
    // The weights are [[0, 1], [1, 1]]; (1, 2) becomes (2, 3), then (3, 5).
    expect((await runOnce(description, [[2, 4]])).data).toEqual([3, 5]);
  });

  it("a zero point that the file leaves out is 0, also for uint8 weights", async () => {
    const description = oneOperator({ name: "FULLY_CONNECTED" }, [
      { name: "vector", shape: [1, 1], type: "uint8", quantization: { scales: [1] } },
      { name: "weights", shape: [1, 1], type: "uint8", quantization: { scales: [1] }, data: [3] },
      { name: "result", shape: [1, 1], type: "uint8", quantization: { scales: [1] } },
    ]);
    expect((await runOnce(description, [[5]])).data).toEqual([15]);
  });
});
