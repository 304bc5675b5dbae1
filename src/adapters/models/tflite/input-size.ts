import { AppError } from "../../../errors.js";
import type { TfliteModel, TfliteOperator } from "./model.js";
import { slidingWindow } from "./window.js";

/**
 * The same network for pictures of another size: the shapes of its tensors as they follow from `size`, up to the
 * operators that average height and width away.
 *
 * @param size height and width of the input, in pixels.
 * @throws AppError MODEL_INVALID when an operator among `operators` takes one size alone, as a RESHAPE does.
 */
export function withInputSize(
  model: TfliteModel,
  operators: readonly TfliteOperator[],
  size: number,
): TfliteModel {
  const tensors = [...model.tensors];
  for (const input of model.inputs) resize(input, [size, size]);
  for (const operator of operators) {
    const { name, inputs, outputs } = operator;
    const changed = inputs.filter((input) => tensors[input] !== model.tensors[input]);
    if (changed.length === 0 || name === "MEAN") continue;
    const window = slidingWindow(operator, (index) => tensors[index!]!.shape);
    if (window) resize(outputs[0]!, window.outputSize);
    else if (keepSize.has(name)) resize(outputs[0]!, tensors[changed[0]!]!.shape.slice(1, 3));
    else {
      throw new AppError(
        "MODEL_INVALID",
        `The network cannot take pictures of another size: its operator ${name} takes one size alone.`,
      );
    }
  }
  return { ...model, tensors };

  function resize(index: number, [height, width]: readonly number[]): void {
    const { shape, ...tensor } = tensors[index]!;
    tensors[index] = { ...tensor, shape: [shape[0]!, height!, width!, shape[3]!] };
  }
}

/** Operators whose output is as high and wide as their inputs. */
const keepSize = new Set(["CONCATENATION", "ADD", "QUANTIZE", "DEQUANTIZE"]);
