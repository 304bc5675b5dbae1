import { describe, expect, it } from "vitest";
import { RandomNumbers } from "../../../../test/fixtures/random-numbers.js";
import { runTflite } from "../../../../test/fixtures/run-tflite.js";
import {
  oneOperator,
  SAME,
  type TensorDescription,
  type TfliteDescription,
  tensorTypes,
  tfliteFile,
} from "../../../../test/fixtures/tflite-file.js";
import { AppError } from "../../../errors.js";
import { InferenceSession } from "../../onnx/runtime.js";
import { type ConvertOptions, convertTflite } from "./convert.js";

const shape = [1, 2];
/** picture -> doubled -> tripled, and a way aside that only `aside` needs. */
const network: TfliteDescription = {
  tensors: ["picture", "doubled", "tripled", "aside"].map((name) => ({ name, shape })),
  operators: [
    { name: "ADD", inputs: ["picture", "picture"], outputs: ["doubled"] },
    { name: "RESIZE_BILINEAR", inputs: ["doubled"], outputs: ["aside"] },
    { name: "ADD", inputs: ["doubled", "picture"], outputs: ["tripled"] },
  ],
  inputs: ["picture"],
  outputs: ["tripled"],
};

function failure(file: Uint8Array, options?: ConvertOptions): AppError {
  try {
    convertTflite(file, options);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe("MODEL_INVALID");
    return error as AppError;
  }
  throw new Error("The conversion was to fail.");
}
const failureOf = (description: TfliteDescription) => failure(tfliteFile(description)).message;

describe("chosen outputs", () => {
  it("are the model's own by default; what none of them needs may even be unknown", async () => {
    expect((await runTflite(network, [[[1, 2]]]))[0]).toEqual([{ shape: [2], data: [3, 6] }]);
  });

  it("come in the order asked for", async () => {
    const [results] = await runTflite(network, [[[1, 2]]], { outputs: ["tripled", "doubled"] });
    expect(results!.map((result) => result.data)).toEqual([
      [3, 6],
      [2, 4],
    ]);
  });

  it("leave out what only later layers need", async () => {
    const early = convertTflite(tfliteFile(network), { outputs: ["doubled"] });
    expect((await InferenceSession.create(early)).outputNames).toEqual(["doubled"]);
    expect(Buffer.from(early).includes("tripled")).toBe(false);
  });

  it.each(["nothing", "picture"])("that are not computed are an error: %s", (name) => {
    expect(failure(tfliteFile(network), { outputs: [name] }).message).toBe(
      `The TFLite model computes no tensor named "${name}".`,
    );
  });
});

describe("what is not supported is named", () => {
  it("a builtin operator", () => {
    const { message } = failure(tfliteFile(network), { outputs: ["aside"] });
    expect(message).toMatch(
      /^The TFLite operator RESIZE_BILINEAR is not supported; supported are .*CONV_2D/u,
    );
  });

  it.each([
    ["Foo", 'CUSTOM "Foo"'],
    ["CUMSUM", "number 128"],
  ])("the operator %s", (name, told) => {
    const description = oneOperator({ name }, [
      { name: "picture", shape },
      { name: "result", shape },
    ]);
    expect(failureOf(description)).toContain(`The TFLite operator ${told} is not supported`);
  });

  it.each([
    ["float16", tensorTypes.float16],
    ["int64", tensorTypes.int64],
    ["one that does not exist yet", 99],
  ])("an element type: %s", (_, type) => {
    const description = oneOperator({ name: "ADD" }, [
      { name: "picture", shape, type },
      { name: "result", shape },
    ]);
    expect(failureOf(description)).toBe(
      `Tensors of float32, int32, uint8 and int8 are supported; tensor "picture" has the TFLite type ${type}.`,
    );
  });

  it("a fused activation", () => {
    const description = oneOperator({ name: "ADD", options: { activation: 4 } }, [
      { name: "picture", shape },
      { name: "one", shape, data: [1, 1] },
      { name: "result", shape },
    ]);
    expect(failureOf(description)).toBe('The fused activation number 4 of "result" is not supported.');
  });

  const picture: TensorDescription = { name: "picture", shape: [1, 2, 2, 1] };
  const convolution = { name: "CONV_2D", options: { padding: SAME, strideWidth: 1, strideHeight: 1 } };
  const largest = { shape: [1, 2048, 2048, 1] };
  const pooling = { padding: SAME, strideWidth: 1, strideHeight: 1, filterWidth: 3, filterHeight: 3 };
  it.each<[string, TfliteDescription, string]>([
    [
      "a tensor of many dimensions",
      oneOperator({ name: "ADD" }, [
        { name: "picture", shape: new Array<number>(9).fill(1) },
        { name: "result", shape },
      ]),
      'Tensors of up to 8 dimensions are supported; tensor "picture" has 9.',
    ],
    [
      "a plane that no picture is as large as",
      oneOperator({ name: "AVERAGE_POOL_2D", options: pooling }, [
        { name: "picture", shape: [1, 300_000_000, 8, 1] },
        { name: "result", shape: [1, 300_000_000, 8, 1] },
      ]),
      "AVERAGE_POOL_2D is supported on planes of up to 2048 x 2048; received 300000000 x 8.",
    ],
    [
      "a small file of a network that is none",
      {
        tensors: ["picture", "once", "twice"].map((name) => ({ ...largest, name })),
        operators: [
          { name: "AVERAGE_POOL_2D", inputs: ["picture"], outputs: ["once"], options: pooling },
          { name: "AVERAGE_POOL_2D", inputs: ["once"], outputs: ["twice"], options: pooling },
        ],
        inputs: ["picture"],
        outputs: ["twice"],
      },
      "bytes, by the size of its file; they have more",
    ],
    [
      "MEAN over channels",
      oneOperator({ name: "MEAN" }, [
        picture,
        { name: "axes", shape: [1], type: "int32", data: [3] },
        { name: "result", shape: [1, 2, 2] },
      ]),
      "MEAN is supported over height and width",
    ],
    [
      "MEAN over computed axes",
      oneOperator({ name: "MEAN" }, [
        picture,
        { name: "axes", shape: [2], type: "int32", quantization: { scales: [1] } },
        { name: "result", shape: [1, 1] },
      ]),
      '"axes" must be a constant',
    ],
    [
      "a convolution with computed weights",
      oneOperator(convolution, [
        picture,
        { ...picture, name: "weights" },
        { name: "result", shape: [1, 2, 2, 1] },
      ]),
      '"weights" must be a constant',
    ],
    [
      "a convolution of a vector",
      oneOperator(convolution, [
        { name: "picture", shape },
        { name: "weights", shape: [1, 1, 1, 1], data: [1] },
        { name: "result", shape: [1, 2, 2, 1] },
      ]),
      '"picture" must have four dimensions',
    ],
    [
      "FULLY_CONNECTED that keeps its dimensions",
      oneOperator({ name: "FULLY_CONNECTED" }, [
        picture,
        { name: "weights", shape: [3, 1], data: [1, 2, 3] },
        { name: "result", shape: [1, 2, 2, 3] },
      ]),
      "FULLY_CONNECTED is supported with",
    ],
    [
      "ADD of computed values of different dimensions",
      oneOperator({ name: "ADD" }, [
        picture,
        { name: "vector", shape },
        { name: "result", shape: [1, 2, 2, 2] },
      ]),
      "ADD is supported on",
    ],
    [
      "integers that no quantisation gives a meaning",
      oneOperator({ name: "ADD" }, [
        { name: "picture", shape },
        { name: "one", shape: [2], type: "int32", data: [1, 1] },
        { name: "result", shape },
      ]),
      '"one" holds int32 numbers without a quantisation',
    ],
  ])("%s", (_, description, told) => expect(failureOf(description)).toContain(told));
});

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
