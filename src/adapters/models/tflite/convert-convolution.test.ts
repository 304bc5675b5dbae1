import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { largestDifference, RandomNumbers } from "../../../../test/fixtures/random-numbers.js";
import { runOnce, runTflite } from "../../../../test/fixtures/run-tflite.js";
import {
  NONE,
  oneOperator,
  RELU,
  RELU_N1_TO_1,
  RELU6,
  SAME,
  VALID,
} from "../../../../test/fixtures/tflite-file.js";
import { convolution, depthwiseConvolution, type Plane } from "../../../../test/fixtures/tflite-reference.js";

interface Geometry {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Output channels; for a depthwise convolution, for each input channel. */
  readonly filters: number;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly same: boolean;
  readonly activation: number;
  readonly hasBias: boolean;
}

const base: Geometry = {
  height: 7,
  width: 5,
  channels: 3,
  filters: 4,
  kernel: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  same: true,
  activation: NONE,
  hasBias: true,
};

const limits = new Map([
  [NONE, [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]],
  [RELU, [0, Number.POSITIVE_INFINITY]],
  [RELU_N1_TO_1, [-1, 1]],
  [RELU6, [0, 6]],
]);
const activate = (value: number, activation: number) => {
  const [low, high] = limits.get(activation)!;
  return Math.min(high!, Math.max(low!, value));
};

/** A convolution with random numbers, what it must give for three pictures, and what the converted one gives. */
async function compare(geometry: Geometry, depthwise: boolean) {
  const { height, width, channels, filters, kernel, same, activation, hasBias } = geometry;
  const random = new RandomNumbers(height * 31 + width);
  const outputs = depthwise ? channels * filters : filters;
  const weights = random.reals(kernel[0] * kernel[1] * outputs * (depthwise ? 1 : channels));
  // Up to 8, so that every activation has something to cut off.
  const bias = hasBias ? random.reals(outputs).map((value) => Math.fround(8 * value)) : [];
  const pictures = [0, 1, 2].map(() => random.reals(height * width * channels));
  const reference = depthwise ? depthwiseConvolution : convolution;
  const expected = pictures.map((data) => {
    const input: Plane = { height, width, channels, data };
    return reference(input, weights, hasBias ? bias : new Array(outputs).fill(0), { ...geometry, same });
  });
  const operator = {
    name: depthwise ? "DEPTHWISE_CONV_2D" : "CONV_2D",
    options: {
      padding: same ? SAME : VALID,
      strideHeight: geometry.strides[0],
      strideWidth: geometry.strides[1],
      dilationHeight: geometry.dilations[0],
      dilationWidth: geometry.dilations[1],
      activation,
      ...(depthwise ? { depthMultiplier: filters } : {}),
    },
  };
  const weightShape = depthwise ? [1, ...kernel, outputs] : [outputs, ...kernel, channels];
  const description = oneOperator(operator, [
    { name: "picture", shape: [1, height, width, channels] },
    { name: "weights", shape: weightShape, data: weights },
    ...(hasBias ? [{ name: "bias", shape: [outputs], data: bias }] : []),
    { name: "result", shape: [1, expected[0]!.height, expected[0]!.width, outputs] },
  ]);
  const received = (
    await runTflite(
      description,
      pictures.map((picture) => [picture]),
    )
  ).map(([result]) => result!);
  for (const [i, plane] of expected.entries()) {
    expect(received[i]!.shape).toEqual([plane.height, plane.width, outputs]);
    const wanted = plane.data.map((value) => activate(value, activation));
    expect(largestDifference(received[i]!.data, wanted)).toBeLessThan(1e-4);
  }
}

const cases: Readonly<Record<string, Partial<Geometry>>> = {
  "SAME, stride 1": {},
  "SAME, stride 2, odd size": { strides: [2, 2] },
  "SAME, stride 2, even size: the odd pixel of padding is at the end": {
    height: 8,
    width: 6,
    strides: [2, 2],
  },
  "SAME, even kernel": { kernel: [2, 4] },
  "SAME, stride larger than the kernel": { height: 8, kernel: [1, 1], strides: [3, 3] },
  "SAME, window larger than the picture": { height: 2, width: 2, kernel: [5, 5] },
  "SAME, dilated": { dilations: [2, 2] },
  "VALID, stride 1": { same: false },
  "VALID, stride 2, which leaves places over": { same: false, height: 8, width: 6, strides: [2, 2] },
  "VALID, dilated": { same: false, dilations: [2, 2] },
  "height and width that differ in everything": { kernel: [5, 2], strides: [1, 2], dilations: [1, 2] },
  "fused RELU": { activation: RELU },
  "fused RELU6": { activation: RELU6 },
  "fused RELU_N1_TO_1": { activation: RELU_N1_TO_1 },
  "no bias": { hasBias: false },
  "one channel": { channels: 1, filters: 1 },
};

const anyGeometry: fc.Arbitrary<Geometry> = fc
  .record({
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    channels: fc.integer({ min: 1, max: 4 }),
    filters: fc.integer({ min: 1, max: 3 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    same: fc.boolean(),
    activation: fc.constantFrom(NONE, RELU, RELU_N1_TO_1, RELU6),
    hasBias: fc.boolean(),
  })
  .filter(({ height, width, kernel, dilations, same }) => {
    return same || ((kernel[0] - 1) * dilations[0] < height && (kernel[1] - 1) * dilations[1] < width);
  });

describe.each([
  ["CONV_2D", false],
  ["DEPTHWISE_CONV_2D", true],
] as const)("%s", (_, depthwise) => {
  it.each(Object.keys(cases))("%s", (name) => compare({ ...base, ...cases[name] }, depthwise));

  it("any geometry", async () => {
    const property = fc.asyncProperty(anyGeometry, (geometry) => compare(geometry, depthwise));
    await fc.assert(property, { seed: 20, numRuns: 60 });
  });
});

describe("CONV_2D", () => {
  it("in groups: weights that see fewer channels than the picture has", async () => {
    const random = new RandomNumbers(3);
    const [weights, picture] = [random.reals(4 * 2), random.reals(4)];
    const result = await runOnce(
      oneOperator({ name: "CONV_2D", options: { padding: SAME, strideWidth: 1, strideHeight: 1 } }, [
        { name: "picture", shape: [1, 1, 1, 4] },
        { name: "weights", shape: [4, 1, 1, 2], data: weights },
        { name: "result", shape: [1, 1, 1, 4] },
      ]),
      [picture],
    );
    // Filters 0 and 1 see channels 0 and 1, filters 2 and 3 channels 2 and 3.
    const expected = [0, 1, 2, 3].map((o) => {
      const first = o < 2 ? 0 : 2;
      return weights[2 * o]! * picture[first]! + weights[2 * o + 1]! * picture[first + 1]!;
    });
    expect(largestDifference(result.data, expected)).toBeLessThan(1e-6);
  });
});
