import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { largestDifference, RandomNumbers } from "../../../../test/fixtures/random-numbers.js";
import { runOnce, runTflite } from "../../../../test/fixtures/run-tflite.js";
import { oneOperator, RELU, RELU6, SAME, VALID } from "../../../../test/fixtures/tflite-file.js";
import { averagePool, maxPool, type Plane, type Window } from "../../../../test/fixtures/tflite-reference.js";

const references = { AVERAGE_POOL_2D: averagePool, MAX_POOL_2D: maxPool };
const operators = ["AVERAGE_POOL_2D", "MAX_POOL_2D"] as const;

function pooling(
  name: keyof typeof references,
  input: Omit<Plane, "data">,
  output: Plane,
  { same, kernel, strides }: Window,
  activation = 0,
) {
  const options = {
    padding: same ? SAME : VALID,
    filterHeight: kernel[0],
    filterWidth: kernel[1],
    strideHeight: strides[0],
    strideWidth: strides[1],
    activation,
  };
  return oneOperator({ name, options }, [
    { name: "picture", shape: [1, input.height, input.width, input.channels] },
    { name: "result", shape: [1, output.height, output.width, output.channels] },
  ]);
}

/** Three pictures at once against the reference on each. */
async function compare(name: keyof typeof references, size: Omit<Plane, "data">, window: Window) {
  const random = new RandomNumbers(size.height * 17 + size.width);
  // Below zero everywhere, so that a zero from the padding would win every maximum.
  const pictures = [0, 1, 2].map(() =>
    random.reals(size.height * size.width * size.channels).map((value) => Math.fround(value - 2)),
  );
  const expected = pictures.map((data) => references[name]({ ...size, data }, window));
  const batch = pictures.map((picture) => [picture]);
  const received = await runTflite(pooling(name, size, expected[0]!, window), batch);
  for (const [i, plane] of expected.entries()) {
    expect(received[i]![0]!.shape).toEqual([plane.height, plane.width, plane.channels]);
    expect(largestDifference(received[i]![0]!.data, plane.data)).toBeLessThan(1e-5);
  }
}

const cases: Readonly<Record<string, [height: number, width: number, window: Window]>> = {
  "SAME, stride 1": [5, 7, { same: true, kernel: [3, 3], strides: [1, 1] }],
  "SAME, stride 2, odd size": [5, 7, { same: true, kernel: [3, 3], strides: [2, 2] }],
  "SAME, stride 2, even size": [6, 8, { same: true, kernel: [3, 3], strides: [2, 2] }],
  "SAME, even window": [5, 5, { same: true, kernel: [2, 2], strides: [2, 2] }],
  "VALID, stride 1": [5, 7, { same: false, kernel: [3, 3], strides: [1, 1] }],
  "VALID, stride 2, which leaves places over": [6, 8, { same: false, kernel: [3, 3], strides: [2, 2] }],
  "VALID, the whole picture": [6, 4, { same: false, kernel: [6, 4], strides: [1, 1] }],
  "height and width that differ": [7, 6, { same: true, kernel: [2, 3], strides: [3, 1] }],
};

describe.each(operators)("%s", (name) => {
  it.each(Object.keys(cases))("%s", async (title) => {
    const [height, width, window] = cases[title]!;
    await compare(name, { height, width, channels: 3 }, window);
  });

  it("any geometry", async () => {
    const side = fc.integer({ min: 1, max: 8 });
    const small = fc.integer({ min: 1, max: 4 });
    const geometry = fc.record({
      size: fc.record({ height: side, width: side, channels: small }),
      window: fc.record({
        same: fc.boolean(),
        kernel: fc.tuple(small, small),
        strides: fc.tuple(small, small),
      }),
    });
    const fitting = geometry.filter(({ size, window: { same, kernel } }) => {
      return same || (kernel[0] <= size.height && kernel[1] <= size.width);
    });
    const property = fc.asyncProperty(fitting, ({ size, window }) => compare(name, size, window));
    await fc.assert(property, { seed: 21, numRuns: 40 });
  });
});

describe("AVERAGE_POOL_2D", () => {
  it("does not count the padding: the average of ones is one at the edges too", async () => {
    const size = { height: 4, width: 4, channels: 1 };
    const window: Window = { same: true, kernel: [3, 3], strides: [1, 1] };
    const ones = new Array<number>(16).fill(1);
    const result = await runOnce(pooling("AVERAGE_POOL_2D", size, { ...size, data: ones }, window), [ones]);
    expect(result.data).toEqual(ones);
  });
});

describe("fused activations", () => {
  it.each([
    ["RELU", RELU, [0, 0.5, 7]],
    ["RELU6", RELU6, [0, 0.5, 6]],
  ])("%s", async (_, activation, expected) => {
    const size = { height: 1, width: 3, channels: 1 };
    const window: Window = { same: false, kernel: [1, 1], strides: [1, 1] };
    const picture = [-1, 0.5, 7];
    for (const name of operators) {
      const description = pooling(name, size, { ...size, data: picture }, window, activation);
      expect((await runOnce(description, [picture])).data).toEqual(expected);
    }
  });
});
