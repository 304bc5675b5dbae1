import { describe, expect, it } from "vitest";
import { RandomNumbers } from "../../../../test/fixtures/random-numbers.js";
import { oneOperator, SAME, tfliteFile } from "../../../../test/fixtures/tflite-file.js";
import { failure, failureOf, network, shape } from "../../../../test/fixtures/unconvertible.js";
import { convertTflite } from "./convert.js";

describe("a damaged file", () => {
  const random = new RandomNumbers(11);
  const whole = tfliteFile(
    oneOperator(
      { name: "CONV_2D", options: { padding: SAME, strideWidth: 1, strideHeight: 1, activation: 1 } },
      [
        {
          name: "picture",
          shape: [1, 4, 4, 2],
          type: "uint8",
          quantization: { scales: [0.1], zeroPoints: [3] },
        },
        {
          name: "weights",
          shape: [3, 3, 3, 2],
          type: "int8",
          quantization: { scales: [0.1, 0.2, 0.3], zeroPoints: [0, 0, 0] },
          data: random.integers(54, -128, 127),
        },
        {
          name: "result",
          shape: [1, 4, 4, 3],
          type: "uint8",
          quantization: { scales: [0.1], zeroPoints: [3] },
        },
      ],
    ),
  );

  it.each([
    ["empty", new Uint8Array()],
    ["a text", new TextEncoder().encode("This is not a network at all.")],
    ["a whole other FlatBuffer", Uint8Array.from(whole, (byte, i) => (i === 7 ? 0x32 : byte))],
  ])("that is not TFLite: %s", (_, file) => {
    expect(failure(file).message).toBe("A TFLite file carries the mark TFL3 at byte 4; this one does not.");
  });

  it("without a graph", () => {
    // The root table's vtable lies before it; its third entry from the first field on is that of the graphs.
    const file = whole.slice();
    const view = new DataView(file.buffer);
    const root = view.getUint32(0, true);
    view.setUint16(root - view.getInt32(root, true) + 4 + 2 * 2, 0, true);
    expect(failure(file).message).toBe("The TFLite file holds no graph.");
  });

  it("cut short at 200 places", () => {
    expect(convertTflite(whole)).toBeInstanceOf(Uint8Array);
    for (let i = 0; i < 200; i++) failure(whole.subarray(0, random.integer(0, whole.length - 1)));
  });

  it("with any one byte changed still converts or tells so", () => {
    for (let at = 0; at < whole.length; at++) {
      const file = whole.slice();
      file[at]! ^= random.integer(1, 255);
      try {
        convertTflite(file);
      } catch (error) {
        expect(error).toMatchObject({ name: "AppError", code: "MODEL_INVALID" });
      }
    }
  });

  it("with an enormous length of a vector", () => {
    // The weights' bytes, which the file holds behind their number.
    const file = whole.slice();
    const view = new DataView(file.buffer);
    const lengths = Array.from({ length: file.length / 4 }, (_, i) => 4 * i);
    const at = lengths.find((offset) => view.getUint32(offset, true) === 54)!;
    for (const length of [0xffffffff, 0x7fffffff, file.length]) {
      view.setUint32(at, length, true);
      expect(failure(file).message).toMatch(/damaged or cut short/u);
    }
  });

  it("whose tensors share what together would be more than the file", () => {
    const tensors = Array.from({ length: 50 }, (_, i) => ({ name: `${i}`.padEnd(999, "x"), shape }));
    const file = tfliteFile({ ...network, tensors: [...network.tensors, ...tensors] });
    expect(convertTflite(file)).toBeInstanceOf(Uint8Array);
    // Each name now goes to the end of the file, over all that follow it.
    const view = new DataView(file.buffer, file.byteOffset, file.length);
    for (let at = 0; at < file.length; at += 4) {
      if (view.getUint32(at, true) === 999) view.setUint32(at, file.length - at - 4, true);
    }
    expect(failure(file).message).toBe(
      `The TFLite file is damaged: its tables hold more than its ${file.length} bytes could; fetch it again.`,
    );
  });

  it("whose constant has more or fewer elements than its shape says", () => {
    const description = oneOperator({ name: "ADD" }, [
      { name: "picture", shape },
      { name: "one", shape: [3], data: [1, 1] },
      { name: "result", shape },
    ]);
    expect(failureOf(description)).toBe(
      'The TFLite model is damaged: "one" of shape [3] must have 12 bytes; it has 8.',
    );
  });

  it("that uses a value before it is computed", () => {
    const operators = network.operators.filter((operator) => operator.outputs[0] !== "doubled");
    expect(failureOf({ ...network, operators })).toBe(
      'The TFLite model is damaged: "doubled" is used before it is computed.',
    );
  });

  it("whose operator lacks an input", () => {
    const operators = [{ name: "ADD", inputs: ["picture", null], outputs: ["tripled"] }];
    expect(failureOf({ ...network, operators })).toBe(
      "The TFLite model is damaged: an operator lacks a tensor.",
    );
  });
});
