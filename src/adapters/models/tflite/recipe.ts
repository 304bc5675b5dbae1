import { AppError } from "../../../errors.js";
import type { PackInput, PackOutput } from "../manifest.js";
import type { PackRecipe } from "../recipe.js";
import { convertTflite } from "./convert.js";
import { readTfliteModel, type TfliteModel, type TfliteTensor } from "./model.js";

export interface TfliteRecipeOptions {
  /** The tensor to make embeddings of. Default: the last one before the classifier. */
  readonly output?: string | undefined;
  /** Default: the average over the plane, or none for a tensor without one. */
  readonly pooling?: PackOutput["pooling"] | undefined;
}

/** What networks that take float32 were mostly trained on: values from -1 to 1. */
const FLOAT_SCALE = { mean: 127.5, std: 127.5 };

/** What may follow the features in a classifier, beside convolutions of a single place. */
const CLASSIFIER = new Set([
  "SOFTMAX",
  "LOGISTIC",
  "FULLY_CONNECTED",
  "RESHAPE",
  "SQUEEZE",
  "QUANTIZE",
  "DEQUANTIZE",
]);

/**
 * A TFLite network as a pack: what takes pictures, cut before its classifier.
 *
 * @param name file name without its extension, for id and title.
 * @throws AppError MODEL_INVALID when the file is damaged, takes no pictures, or holds what the converter lacks.
 */
export function tfliteRecipe(
  bytes: Uint8Array,
  { name, source }: { readonly name: string; readonly source: string },
  options: TfliteRecipeOptions = {},
): PackRecipe {
  const model = readModel(bytes);
  const features = options.output ?? featuresOf(model).name;
  const tensor = model.tensors.find((candidate) => candidate.name === features);
  const pooling: PackOutput["pooling"] =
    options.pooling ?? (tensor?.shape.length === 4 ? { kind: "average", grid: 1 } : { kind: "none" });
  return {
    id: name,
    title: name,
    licence: "not told by its source",
    source,
    model: convertTflite(bytes, { outputs: [features] }),
    input: inputOf(model),
    resizePolicy: "trim",
    outputs: [{ name: features, pooling }],
    notice: "Converted from TFLite to ONNX; what follows the features is left out.",
  };
}

function readModel(bytes: Uint8Array): TfliteModel {
  try {
    return readTfliteModel(bytes);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new AppError(
      "MODEL_INVALID",
      `The TFLite file is damaged or cut short: an offset in its ${bytes.length} bytes points outside of it.`,
      { cause },
    );
  }
}

function inputOf({ tensors, inputs }: TfliteModel): PackInput {
  const { name, shape, type } = tensors[inputs[0]!]!;
  const [, height, width, channels] = shape;
  if (inputs.length !== 1 || shape.length !== 4 || height !== width || channels !== 3) {
    throw new AppError(
      "MODEL_INVALID",
      `A model takes one picture, [1, size, size, 3]; the TFLite file takes ${inputs.map((input) => `[${tensors[input]!.shape.join(", ")}]`).join(" and ")}.`,
    );
  }
  const base = { name, size: height!, layout: "NHWC", channelOrder: "RGB" } as const;
  if (type === "uint8") return { ...base, scale: { elementType: "uint8" } };
  if (type === "float32") {
    const perChannel = (value: number): [number, number, number] => [value, value, value];
    const { mean, std } = FLOAT_SCALE;
    return { ...base, scale: { elementType: "float32", mean: perChannel(mean), std: perChannel(std) } };
  }
  throw new AppError(
    "MODEL_INVALID",
    `A TFLite model must take uint8 or float32 pictures; this one takes ${type}: convert it with a uint8 input.`,
  );
}

/** The tensor that the classifier begins with; the model's first output when it is no classifier. */
function featuresOf({ tensors, operators, outputs }: TfliteModel): TfliteTensor {
  let features = outputs[0]!;
  for (;;) {
    const producer = operators.find((operator) => operator.outputs.includes(features));
    const input = producer?.inputs[0];
    if (producer === undefined || input === undefined) return tensors[features]!;
    const ofOnePlace = producer.name === "CONV_2D" && isOnePlace(tensors[input]!);
    if (!ofOnePlace && !CLASSIFIER.has(producer.name)) return tensors[features]!;
    features = input;
  }
}

function isOnePlace({ shape: [, height, width] }: TfliteTensor): boolean {
  return height === 1 && width === 1;
}
