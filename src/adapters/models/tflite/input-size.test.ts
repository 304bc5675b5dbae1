import { expect, it } from "vitest";
import { SAME, type TfliteDescription, tfliteFile, VALID } from "../../../../test/fixtures/tflite-file.js";
import { convertTflite } from "./convert.js";

/** Every kind of operator that may follow a picture of another size, with the shapes of a network made for `size`. */
function network(size: number): TfliteDescription {
  const half = Math.ceil(size / 2);
  const shape = (side: number, channels: number) => [1, side, side, channels];
  const sliding = { padding: SAME, strideWidth: 2, strideHeight: 2 };
  const pooling = { padding: SAME, strideWidth: 1, strideHeight: 1, filterWidth: 3, filterHeight: 3 };
  const weights = Array.from({ length: 27 }, (_, i) => i / 27);
  return {
    tensors: [
      { name: "picture", shape: shape(size, 1) },
      { name: "weights", shape: [3, 3, 3, 1], data: weights },
      { name: "shift", shape: [3], data: [1, 2, 3] },
      { name: "convolved", shape: shape(half, 3) },
      { name: "averaged", shape: shape(half, 3) },
      { name: "shifted", shape: shape(half, 3) },
      { name: "joined", shape: shape(half, 6) },
      { name: "cut", shape: shape(half - 1, 6) },
      { name: "axes", shape: [2], type: "int32", data: [1, 2] },
      { name: "mean", shape: [1, 6] },
      { name: "likely", shape: [1, 6] },
      { name: "newShape", shape: [2], type: "int32", data: [1, 3 * half * half] },
      { name: "flat", shape: [1, 3 * half * half] },
    ],
    operators: [
      { name: "CONV_2D", inputs: ["picture", "weights"], outputs: ["convolved"], options: sliding },
      { name: "AVERAGE_POOL_2D", inputs: ["convolved"], outputs: ["averaged"], options: pooling },
      { name: "ADD", inputs: ["averaged", "shift"], outputs: ["shifted"] },
      {
        name: "CONCATENATION",
        inputs: ["convolved", "shifted"],
        outputs: ["joined"],
        options: { axis: 3 },
      },
      {
        name: "MAX_POOL_2D",
        inputs: ["joined"],
        outputs: ["cut"],
        options: { ...pooling, padding: VALID, filterWidth: 2, filterHeight: 2 },
      },
      { name: "MEAN", inputs: ["cut", "axes"], outputs: ["mean"], options: { keepDims: 0 } },
      { name: "SOFTMAX", inputs: ["mean"], outputs: ["likely"] },
      { name: "RESHAPE", inputs: ["convolved", "newShape"], outputs: ["flat"] },
    ],
    inputs: ["picture"],
    outputs: ["likely", "cut"],
  };
}

it.each([6, 7, 11, 20])("makes the network that was made for %i pixels", (inputSize) => {
  const resized = convertTflite(tfliteFile(network(9)), { inputSize });
  expect(Buffer.from(resized).equals(convertTflite(tfliteFile(network(inputSize))))).toBe(true);
});

it("refuses a network that takes one size alone, and names the operator", () => {
  const fixed = () => convertTflite(tfliteFile(network(9)), { inputSize: 20, outputs: ["flat"] });
  expect(fixed).toThrow(
    "The network cannot take pictures of another size: its operator RESHAPE takes one size alone.",
  );
});
