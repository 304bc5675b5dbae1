import { AppError } from "../../../errors.js";
import type { PackInput, PackOutput } from "../manifest.js";
import type { PackRecipe } from "../recipe.js";
import { convertTflite } from "./convert.js";
import { withinFile } from "./damage.js";
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
 * @param name file name without its extension, for the title.
 * @throws AppError MODEL_INVALID when the file is damaged, takes no pictures, or holds what the converter lacks.
 */
export function tfliteRecipe(
  bytes: Uint8Array,
  { name, source }: { readonly name: string; readonly source: string },
  options: TfliteRecipeOptions = {},
): PackRecipe {
  const model = withinFile(bytes, () => readTfliteModel(bytes));
  const features = options.output ?? featuresOf(model).name;
  const tensor = model.tensors.find((candidate) => candidate.name === features);
  const pooling: PackOutput["pooling"] =
    options.pooling ?? (tensor?.shape.length === 4 ? { kind: "average", grid: 1 } : { kind: "none" });
  return {
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

function inputOf({ tensors, inputs }: TfliteModel): PackInput {
  const taken = inputs.map((input) => tensors[input]!);
  const [picture] = taken;
  const [, size, width, channels] = picture?.shape ?? [];
  if (!picture || taken.length > 1 || picture.shape.length !== 4 || size !== width || channels !== 3) {
    throw new AppError(
      "MODEL_INVALID",
      `A model takes one picture, [1, size, size, 3]; the TFLite file takes ${taken.map(({ shape }) => `[${shape.join(", ")}]`).join(" and ") || "nothing"}.`,
    );
  }
  if (size! < 16 || size! > 2048) {
    throw new AppError(
      "MODEL_INVALID",
      `A model takes pictures of 16 to 2048 pixels on each side; the TFLite file takes ${size}, so use another model.`,
    );
  }
  const { name, type } = picture;
  const base = { name, size: size!, layout: "NHWC", channelOrder: "RGB" } as const;
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
  let features = outputs[0];
  for (const { name, inputs, outputs: made } of operators.toReversed()) {
    if (features === undefined || !made.includes(features)) continue;
    const ofOnePlace = name === "CONV_2D" && isOnePlace(tensors[inputs[0]!]);
    if (!ofOnePlace && !CLASSIFIER.has(name)) break;
    features = inputs[0];
  }
  const tensor = features === undefined ? undefined : tensors[features];
  if (!tensor) throw new AppError("MODEL_INVALID", "The TFLite model is damaged: it gives out nothing.");
  return tensor;
}

function isOnePlace(tensor: TfliteTensor | undefined): boolean {
  return tensor?.shape[1] === 1 && tensor.shape[2] === 1;
}
