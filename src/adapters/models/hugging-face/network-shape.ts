import { AppError } from "../../../errors.js";
import type { InferenceSession } from "../../onnx/runtime.js";
import type { PackOutput } from "../manifest.js";
import type { OnnxFile } from "./onnx-file.js";

const INPUT = "pixel_values";
/** What describes a picture best comes first: made to be compared, then pooled, then what it is pooled from. */
const OUTPUTS = ["image_embeds", "pooler_output", "last_hidden_state"];

type Tensor = InferenceSession.TensorValueMetadata;

/**
 * Pixels on each side of what the network takes, `[height, width]`; null for a side that may have any size.
 *
 * @throws AppError MODEL_INVALID when it does not take pictures alone, as float32 `[batch, 3, height, width]`.
 */
export function fixedSides({ path, inputs }: OnnxFile): readonly [number | null, number | null] {
  const others = inputs.filter(({ name }) => name !== INPUT).map(({ name }) => name);
  if (others.length > 0 && inputs.length > others.length) {
    const what = others.includes("input_ids") ? "a whole model of text and pictures" : "more than an encoder";
    throw new AppError(
      "MODEL_INVALID",
      `The model ${path} is ${what}, as it takes ${others.join(", ")} besides ${INPUT}; give the part for pictures, such as onnx/vision_model.onnx.`,
    );
  }
  const input = inputs[0];
  if (!input?.isTensor || input.name !== INPUT || input.type !== "float32" || input.shape.length !== 4) {
    throw wrongInput(path, inputs.map(described).join(", "));
  }
  const [, channels, height, width] = input.shape;
  if (typeof channels === "number" && channels !== 3) throw wrongInput(path, described(input));
  const fixed = (side: number | string | undefined) => (typeof side === "number" ? side : null);
  return [fixed(height), fixed(width)];
}

function wrongInput(path: string, received: string): AppError {
  return new AppError(
    "MODEL_INVALID",
    `The model ${path} must take ${INPUT}, float32 [batch, 3, height, width]; it takes ${received || "nothing"}, so give an encoder of pictures.`,
  );
}

function described(value: InferenceSession.ValueMetadata): string {
  if (!value.isTensor) return value.name;
  return `${value.name}, ${value.type} [${value.shape.map((side) => side || "?").join(", ")}]`;
}

/**
 * The output that an embedding is made of.
 *
 * @throws AppError INVALID_REQUEST when there is none of the name asked for, MODEL_INVALID when none is told or it is of no use.
 */
export function chooseOutput(
  { path, outputs }: OnnxFile,
  asked: { readonly output?: string | undefined; readonly pooling?: PackOutput["pooling"] | undefined },
  hasClassToken: boolean,
): PackOutput {
  const output = named(path, outputs, asked.output);
  if (!output.isTensor || output.type !== "float32") {
    throw new AppError(
      "MODEL_INVALID",
      `The output of a model must be float32; received ${described(output)} of ${path}, so give another file or output.`,
    );
  }
  return { name: output.name, pooling: asked.pooling ?? poolingOf(path, output, hasClassToken) };
}

function named(
  path: string,
  outputs: OnnxFile["outputs"],
  asked: string | undefined,
): InferenceSession.ValueMetadata {
  const ofName = (name: string) => outputs.find((output) => output.name === name);
  const there = outputs.map(({ name }) => name).join(", ");
  if (asked !== undefined) {
    const output = ofName(asked);
    if (output) return output;
    throw new AppError(
      "INVALID_REQUEST",
      `The model ${path} has no output "${asked}"; it has ${there}, so name one of them.`,
    );
  }
  const output = OUTPUTS.map(ofName).find((found) => found !== undefined);
  if (output) return output;
  if (outputs.length === 1) return outputs[0]!;
  throw new AppError(
    "MODEL_INVALID",
    `The model ${path} must have one of the outputs ${OUTPUTS.join(", ")}, or a single one; it has ${there}, so name the one to take.`,
  );
}

function poolingOf(path: string, output: Tensor, hasClassToken: boolean): PackOutput["pooling"] {
  switch (output.shape.length) {
    case 2:
      return { kind: "none" };
    case 3:
      return { kind: hasClassToken ? "first-token" : "mean-of-tokens" };
    case 4:
      return { kind: "average", grid: 1 };
    default:
      throw new AppError(
        "MODEL_INVALID",
        `The output of a model has two to four dimensions, batch first; received ${described(output)} of ${path}, so tell how to pool it or name another.`,
      );
  }
}
