import { describe, expect, it } from "vitest";
import { runTflite } from "../../../../test/fixtures/run-tflite.js";
import {
  oneOperator,
  SAME,
  type TensorDescription,
  type TfliteDescription,
  tensorTypes,
  tfliteFile,
} from "../../../../test/fixtures/tflite-file.js";
import { failure, failureOf, network, shape } from "../../../../test/fixtures/unconvertible.js";
import { InferenceSession } from "../../onnx/runtime.js";
import { convertTflite } from "./convert.js";

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
