import { describe, expect, it } from "vitest";
import {
  type OperatorDescription,
  oneOperator,
  RELU,
  SAME,
  type TensorDescription,
  type TfliteDescription,
  tfliteFile,
} from "../../../../test/fixtures/tflite-file.js";
import { InferenceSession } from "../../onnx/runtime.js";
import { manifestSchema } from "../manifest.js";
import { type TfliteRecipeOptions, tfliteRecipe } from "./recipe.js";

const ones = (...shape: number[]) => {
  return { shape, data: new Array<number>(shape.reduce((product, size) => product * size, 1)).fill(1) };
};

const picture: TensorDescription = { name: "picture", shape: [1, 32, 32, 3] };
const convolution = { padding: SAME, strideWidth: 2, strideHeight: 2, activation: RELU };

/** One convolution of a picture, 4 channels, and what follows it. */
function behindFeatures(
  tensors: readonly TensorDescription[],
  operators: readonly OperatorDescription[],
  output: string,
): TfliteDescription {
  return {
    tensors: [
      picture,
      { name: "kernel", ...ones(4, 3, 3, 3) },
      { name: "features", shape: [1, 16, 16, 4] },
      ...tensors,
    ],
    operators: [
      { name: "CONV_2D", inputs: ["picture", "kernel"], outputs: ["features"], options: convolution },
      ...operators,
    ],
    inputs: ["picture"],
    outputs: [output],
  };
}

/** As MobileNet V1 is: averaged, a convolution of the single place, then squeezed and made probabilities of. */
const classifier = behindFeatures(
  [
    { name: "axes", shape: [2], type: "int32", data: [1, 2] },
    { name: "pooled", shape: [1, 1, 1, 4] },
    { name: "classes", ...ones(5, 1, 1, 4) },
    { name: "logits", shape: [1, 1, 1, 5] },
    { name: "shape", shape: [2], type: "int32", data: [1, 5] },
    { name: "squeezed", shape: [1, 5] },
    { name: "scores", shape: [1, 5] },
  ],
  [
    { name: "MEAN", inputs: ["features", "axes"], outputs: ["pooled"], options: { keepDims: 1 } },
    { name: "CONV_2D", inputs: ["pooled", "classes"], outputs: ["logits"], options: convolution },
    { name: "RESHAPE", inputs: ["logits", "shape"], outputs: ["squeezed"] },
    { name: "SOFTMAX", inputs: ["squeezed"], outputs: ["scores"], options: { beta: 1 } },
  ],
  "scores",
);

/** As Inception V3 is here: averaged to a vector, and a layer that is connected with all of it. */
const connected = behindFeatures(
  [
    { name: "axes", shape: [2], type: "int32", data: [1, 2] },
    { name: "pooled", shape: [1, 4] },
    { name: "weights", ...ones(5, 4) },
    { name: "scores", shape: [1, 5] },
  ],
  [
    { name: "MEAN", inputs: ["features", "axes"], outputs: ["pooled"] },
    { name: "FULLY_CONNECTED", inputs: ["pooled", "weights"], outputs: ["scores"] },
  ],
  "scores",
);

const told = { name: "net", source: "here/net.tflite" };
const recipeOf = (description: TfliteDescription, options?: TfliteRecipeOptions) =>
  tfliteRecipe(tfliteFile(description), told, options);

async function outputNames(model: string | Uint8Array): Promise<readonly string[]> {
  const session = await InferenceSession.create(model as string, { intraOpNumThreads: 1 });
  const names = session.outputNames;
  await session.release();
  return names;
}

describe("what is taken of a network", () => {
  it.each<[string, TfliteDescription, TfliteRecipeOptions, string, object]>([
    ["what a classifier classifies, a plane", classifier, {}, "pooled", { kind: "average", grid: 1 }],
    ["what a classifier classifies, a vector", connected, {}, "pooled", { kind: "none" }],
    [
      "what it gives out when it is no classifier",
      behindFeatures([], [], "features"),
      {},
      "features",
      { kind: "average", grid: 1 },
    ],
    [
      "the tensor asked for, of a classifier too",
      connected,
      { output: "scores" },
      "scores",
      { kind: "none" },
    ],
    [
      "the pooling asked for",
      classifier,
      { output: "features", pooling: { kind: "gem", power: 3 } },
      "features",
      { kind: "gem", power: 3 },
    ],
  ])("is %s", async (_, description, options, name, pooling) => {
    const { outputs, model } = recipeOf(description, options);
    expect(outputs).toEqual([{ name, pooling }]);
    expect(await outputNames(model)).toEqual([name]);
  });

  it("leaves out the weights of the classifier", () => {
    const classes = classifier.tensors.map((tensor) =>
      tensor.name === "classes" ? { ...tensor, ...ones(500, 1, 1, 4) } : tensor,
    );
    const { model } = recipeOf({ ...classifier, tensors: classes });
    expect(model.length).toBe(recipeOf(classifier).model.length);
  });
});

describe("what a network takes", () => {
  const of = (change: Partial<TensorDescription>) =>
    recipeOf({
      ...classifier,
      tensors: classifier.tensors.map((tensor) => (tensor === picture ? { ...picture, ...change } : tensor)),
    });
  const quantization = { scales: [1 / 255], zeroPoints: [0] };

  it("is 8-bit values as they are, or values from -1 to 1, in an input that a manifest can tell", () => {
    const base = { name: "picture", size: 32, layout: "NHWC", channelOrder: "RGB" };
    const { input } = recipeOf(classifier);
    const mean = [127.5, 127.5, 127.5];
    expect(input).toEqual({ ...base, scale: { elementType: "float32", mean, std: mean } });
    expect(manifestSchema.shape.input.parse(input)).toEqual(input);
    expect(of({ type: "uint8", quantization }).input).toEqual({ ...base, scale: { elementType: "uint8" } });
  });

  it.each<[string, Partial<TensorDescription>, string]>([
    ["of one channel", { shape: [1, 32, 32, 1] }, "the TFLite file takes [1, 32, 32, 1]."],
    ["that is no square", { shape: [1, 32, 48, 3] }, "the TFLite file takes [1, 32, 48, 3]."],
    ["that is a vector", { shape: [1, 3] }, ""],
    ["too small", { shape: [1, 8, 8, 3] }, "16 to 2048 pixels on each side; the TFLite file takes 8, "],
    ["of signed bytes", { type: "int8", quantization }, "uint8 or float32 pictures; this one takes int8: "],
  ])("is no picture %s", (_, change, sentence) => {
    expect(() => of(change)).toThrow(
      expect.objectContaining({ code: "MODEL_INVALID", message: expect.stringContaining(sentence) }),
    );
  });

  it("is no second picture", () => {
    const second = { ...picture, name: "second" };
    const two = { ...classifier, tensors: [...classifier.tensors, second], inputs: ["picture", "second"] };
    expect(() => recipeOf(two)).toThrow("the TFLite file takes [1, 32, 32, 3] and [1, 32, 32, 3].");
  });

  it("is not nothing", () => {
    const constant = { ...picture, ...ones(1, 32, 32, 3) };
    const tensors = classifier.tensors.map((tensor) => (tensor === picture ? constant : tensor));
    expect(() => recipeOf({ ...classifier, tensors, inputs: [] })).toThrow("the TFLite file takes nothing.");
  });
});

describe("a file that is not right", () => {
  const file = tfliteFile(classifier);
  const invalid = expect.objectContaining({ name: "AppError", code: "MODEL_INVALID" });

  it("is refused wherever it is cut short", () => {
    for (let length = 0; length < file.length; length++) {
      expect(() => tfliteRecipe(file.subarray(0, length), told)).toThrow(invalid);
    }
  });

  it("is refused for an operator that the converter lacks, which is named", () => {
    const unknown = oneOperator({ name: "CUMSUM" }, [
      { name: "picture", shape: [1, 32, 32, 3] },
      { name: "axis", shape: [1], type: "int32", data: [1] },
      { name: "result", shape: [1, 32, 32, 3] },
    ]);
    expect(() => recipeOf(unknown)).toThrow(
      "The TFLite operator number 128 is not supported; supported are ",
    );
  });

  it("is refused for a tensor that it does not compute", () => {
    expect(() => recipeOf(classifier, { output: "nowhere" })).toThrow('computes no tensor named "nowhere"');
  });

  it.each<[string, Partial<TfliteDescription>]>([
    ["that gives out nothing", { outputs: [] }],
    [
      // Whoever looks for the features behind it must come to an end.
      "whose classifier begins with what it ends with",
      {
        operators: [
          { name: "RESHAPE", inputs: ["squeezed", "shape"], outputs: ["scores"] },
          { name: "RESHAPE", inputs: ["scores", "shape"], outputs: ["squeezed"] },
        ],
      },
    ],
  ])("is refused as a network %s", (_, change) => {
    expect(() => recipeOf({ ...classifier, ...change })).toThrow(invalid);
  });
});
