import { describe, expect, it } from "vitest";
import { largestDifference, RandomNumbers } from "../../../../test/fixtures/random-numbers.js";
import { runOnce, runTflite } from "../../../../test/fixtures/run-tflite.js";
import { oneOperator, RELU, RELU6, type TfliteDescription } from "../../../../test/fixtures/tflite-file.js";
import { fullyConnected, softmax } from "../../../../test/fixtures/tflite-reference.js";

describe("ADD", () => {
  const shape = [1, 2, 2, 3];
  const random = new RandomNumbers(7);
  const [a, b] = [random.reals(12), random.reals(12)];

  it("of two computed values", async () => {
    const description: TfliteDescription = {
      tensors: [
        { name: "a", shape },
        { name: "b", shape },
        { name: "sum", shape },
        { name: "result", shape },
      ],
      operators: [
        { name: "ADD", inputs: ["a", "b"], outputs: ["sum"] },
        { name: "ADD", inputs: ["sum", "a"], outputs: ["result"] },
      ],
      inputs: ["a", "b"],
      outputs: ["result"],
    };
    const result = await runOnce(description, [a, b]);
    expect(
      largestDifference(
        result.data,
        a.map((value, i) => 2 * value + b[i]!),
      ),
    ).toBeLessThan(1e-6);
  });

  it.each([
    ["of a picture's shape", shape, (i: number) => i],
    ["for each channel", [3], (i: number) => i % 3],
    ["for each channel, with dimensions of 1", [1, 1, 1, 3], (i: number) => i % 3],
    ["for each column and channel", [2, 3], (i: number) => i % 6],
    ["of one number", [], () => 0],
  ])("of a constant %s", async (_, constantShape, indexOf) => {
    const constant = b.slice(
      0,
      constantShape.reduce((product, size) => product * size, 1),
    );
    const description = oneOperator({ name: "ADD" }, [
      { name: "a", shape },
      { name: "constant", shape: constantShape, data: constant },
      { name: "result", shape },
    ]);
    const result = await runOnce(description, [a]);
    expect(
      largestDifference(
        result.data,
        a.map((value, i) => value + constant[indexOf(i)]!),
      ),
    ).toBeLessThan(1e-6);
  });

  it("of a constant that comes first, with a fused activation", async () => {
    const description = oneOperator(
      { name: "ADD", inputs: ["constant", "a"], options: { activation: RELU6 } },
      [
        { name: "a", shape: [1, 3] },
        { name: "constant", shape: [3], data: [1, 2, 3] },
        { name: "result", shape: [1, 3] },
      ],
    );
    expect((await runOnce(description, [[-2, 1, 9]])).data).toEqual([0, 3, 6]);
  });
});

describe("FULLY_CONNECTED", () => {
  const random = new RandomNumbers(8);
  const [weights, bias] = [random.reals(5 * 12), random.reals(5)];

  it.each([
    ["of vectors", [1, 12]],
    ["of pictures, in TFLite's order of elements", [1, 2, 3, 2]],
  ])("%s", async (_, shape) => {
    const description = oneOperator({ name: "FULLY_CONNECTED", options: { activation: RELU } }, [
      { name: "picture", shape },
      { name: "weights", shape: [5, 12], data: weights },
      { name: "bias", shape: [5], data: bias },
      { name: "result", shape: [1, 5] },
    ]);
    const pictures = [random.reals(12), random.reals(12), random.reals(12)];
    const results = await runTflite(
      description,
      pictures.map((picture) => [picture]),
    );
    for (const [i, picture] of pictures.entries()) {
      const expected = fullyConnected(picture, weights, bias).map((value) => Math.max(0, value));
      expect(largestDifference(results[i]![0]!.data, expected)).toBeLessThan(1e-5);
    }
  });

  it.each([
    ["not given", ["picture", "weights"]],
    ["marked as left out", ["picture", "weights", null]],
  ])("with a bias %s", async (_, inputs) => {
    const description = oneOperator({ name: "FULLY_CONNECTED", inputs }, [
      { name: "picture", shape: [1, 12] },
      { name: "weights", shape: [5, 12], data: weights },
      { name: "result", shape: [1, 5] },
    ]);
    const picture = random.reals(12);
    const expected = fullyConnected(picture, weights, [0, 0, 0, 0, 0]);
    expect(largestDifference((await runOnce(description, [picture])).data, expected)).toBeLessThan(1e-5);
  });
});

describe("SOFTMAX", () => {
  it.each([1, 0.25, 3])("with beta %f", async (beta) => {
    const logits = [1, -2, 0.5, 3];
    const description = oneOperator({ name: "SOFTMAX", options: { beta } }, [
      { name: "logits", shape: [1, 4] },
      { name: "result", shape: [1, 4] },
    ]);
    const result = await runOnce(description, [logits]);
    expect(largestDifference(result.data, softmax(logits, beta))).toBeLessThan(1e-6);
  });

  it("of a picture goes over the channels of every place", async () => {
    const picture = new RandomNumbers(9).reals(2 * 3 * 4);
    const description = oneOperator({ name: "SOFTMAX", options: { beta: 1 } }, [
      { name: "picture", shape: [1, 2, 3, 4] },
      { name: "result", shape: [1, 2, 3, 4] },
    ]);
    const places = Array.from({ length: 6 }, (_, place) => picture.slice(4 * place, 4 * place + 4));
    const expected = places.flatMap((logits) => softmax(logits, 1));
    expect(largestDifference((await runOnce(description, [picture])).data, expected)).toBeLessThan(1e-6);
  });
});
