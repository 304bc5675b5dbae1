import { describe, expect, it } from "vitest";
import { largestDifference, RandomNumbers } from "../../../../test/fixtures/random-numbers.js";
import { runOnce, runTflite } from "../../../../test/fixtures/run-tflite.js";
import { oneOperator, RELU } from "../../../../test/fixtures/tflite-file.js";

const range = (length: number, start = 0) => Array.from({ length }, (_, i) => start + i);

describe("CONCATENATION", () => {
  // Two pictures [2, 2, 2] of the numbers 0..7 and 10..17.
  const [a, b] = [range(8), range(8, 10)];
  it.each([
    [1, [1, 4, 2, 2], [...a, ...b]],
    [2, [1, 2, 4, 2], [0, 1, 2, 3, 10, 11, 12, 13, 4, 5, 6, 7, 14, 15, 16, 17]],
    [3, [1, 2, 2, 4], [0, 1, 10, 11, 2, 3, 12, 13, 4, 5, 14, 15, 6, 7, 16, 17]],
    [-1, [1, 2, 2, 4], [0, 1, 10, 11, 2, 3, 12, 13, 4, 5, 14, 15, 6, 7, 16, 17]],
    [-3, [1, 4, 2, 2], [...a, ...b]],
  ])("of pictures along axis %i", async (axis, shape, expected) => {
    const description = oneOperator({ name: "CONCATENATION", options: { axis } }, [
      { name: "a", shape: [1, 2, 2, 2] },
      { name: "b", shape: [1, 2, 2, 2] },
      { name: "result", shape },
    ]);
    expect(await runOnce(description, [a, b])).toEqual({ shape: shape.slice(1), data: expected });
  });

  it.each([1, -1])("of vectors along axis %i", async (axis) => {
    const description = oneOperator({ name: "CONCATENATION", options: { axis } }, [
      { name: "a", shape: [1, 2] },
      { name: "b", shape: [1, 3] },
      { name: "result", shape: [1, 5] },
    ]);
    expect(
      (
        await runOnce(description, [
          [1, 2],
          [3, 4, 5],
        ])
      ).data,
    ).toEqual([1, 2, 3, 4, 5]);
  });

  it("of one value twice, with a fused activation", async () => {
    const description = oneOperator(
      { name: "CONCATENATION", inputs: ["a", "a"], options: { axis: 1, activation: RELU } },
      [
        { name: "a", shape: [1, 2] },
        { name: "result", shape: [1, 4] },
      ],
    );
    expect((await runOnce(description, [[-1, 2]])).data).toEqual([0, 2, 0, 2]);
  });
});

describe("RESHAPE", () => {
  it("of a picture to a vector keeps TFLite's order, channels last", async () => {
    const description = oneOperator({ name: "RESHAPE" }, [
      { name: "picture", shape: [1, 2, 3, 4] },
      { name: "result", shape: [1, 24] },
    ]);
    const pictures = [range(24), range(24, 100)];
    const results = await runTflite(
      description,
      pictures.map((picture) => [picture]),
    );
    expect(results.map(([result]) => result!.data)).toEqual(pictures);
  });

  it("of a vector to a picture", async () => {
    const description = oneOperator({ name: "RESHAPE" }, [
      { name: "vector", shape: [1, 24] },
      { name: "result", shape: [1, 2, 3, 4] },
    ]);
    expect(await runOnce(description, [range(24)])).toEqual({ shape: [2, 3, 4], data: range(24) });
  });

  it("of a picture to a picture of another shape", async () => {
    const description = oneOperator({ name: "RESHAPE" }, [
      { name: "picture", shape: [1, 2, 3, 4] },
      { name: "result", shape: [1, 4, 1, 6] },
    ]);
    expect(await runOnce(description, [range(24)])).toEqual({ shape: [4, 1, 6], data: range(24) });
  });

  it("takes the new shape from the output, not from the shape that the file may carry as an input", async () => {
    const description = oneOperator({ name: "RESHAPE" }, [
      { name: "picture", shape: [1, 1, 1, 4] },
      { name: "shape", shape: [2], type: "int32", data: [1, 4] },
      { name: "result", shape: [1, 4] },
    ]);
    const results = await runTflite(description, [[range(4)], [range(4, 4)], [range(4, 8)]]);
    expect(results.flat().map((result) => result.data)).toEqual([range(4), range(4, 4), range(4, 8)]);
  });
});

describe("MEAN", () => {
  const picture = new RandomNumbers(5).reals(3 * 2 * 4);
  const expected = range(4).map((c) => range(6).reduce((sum, place) => sum + picture[4 * place + c]!, 0) / 6);

  it.each([
    ["that keeps its dimensions", [1, 2], [1, 1, 1, 4], 1],
    ["that drops them", [1, 2], [1, 4], 0],
    ["along axes counted from the end", [-3, -2], [1, 4], 0],
    ["along axes in another order", [2, 1], [1, 1, 1, 4], 1],
  ])("over height and width %s", async (_, axes, shape, keepDims) => {
    const description = oneOperator({ name: "MEAN", options: { keepDims } }, [
      { name: "picture", shape: [1, 3, 2, 4] },
      { name: "axes", shape: [2], type: "int32", data: axes },
      { name: "result", shape },
    ]);
    const result = await runOnce(description, [picture]);
    expect(result.shape).toEqual(shape.slice(1));
    expect(largestDifference(result.data, expected)).toBeLessThan(1e-6);
  });
});

describe("a network in which several tensors share a name, or have none", () => {
  it("keeps them apart", async () => {
    const shape = [1, 2];
    const description = {
      tensors: [
        { name: "picture", shape },
        { name: "one", storedName: "constant", shape, data: [1, 2] },
        { name: "two", storedName: "constant", shape, data: [10, 20] },
        { name: "half", storedName: "", shape },
        { name: "result", shape },
      ],
      operators: [
        { name: "ADD", inputs: ["picture", "one"], outputs: ["half"] },
        { name: "ADD", inputs: ["half", "two"], outputs: ["result"] },
      ],
      inputs: ["picture"],
      outputs: ["result"],
    };
    expect((await runOnce(description, [[100, 200]])).data).toEqual([111, 222]);
  });
});
