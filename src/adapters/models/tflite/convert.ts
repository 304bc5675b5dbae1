import { AppError } from "../../../errors.js";
import { OnnxGraph } from "../onnx-graph.js";
import { convertAveragedProjection, findAveragedProjections } from "./averaged-projection.js";
import { Conversion } from "./conversion.js";
import { withinFile } from "./damage.js";
import { withInputSize } from "./input-size.js";
import { readTfliteModel, type TfliteModel, type TfliteOperator } from "./model.js";
import { operatorConverters } from "./operators.js";

/**
 * How large the constants of a network may be for its file, in which tensors can share their bytes: those of 8 bits become four
 * times as large where they are computed with in float32, and what averages at edges are scaled by is not in the file: one number for each place.
 */
const CONSTANT_BYTES_PER_BYTE = 8;
const CONSTANT_BYTES = 2 ** 24;

export interface ConvertOptions {
  /**
   * Names of the tensors to give out, as float32; what only later tensors need is left out of the graph. Default: the
   * model's own outputs.
   */
  readonly outputs?: readonly string[];
  /**
   * `int8` (default) keeps the quantisation of a quantised model as QuantizeLinear/DequantizeLinear pairs, which
   * onnxruntime fuses to integer kernels; `float32` computes with the dequantised weights, to compare with.
   */
  readonly precision?: "int8" | "float32";
  /** Height and width of the pictures to take, in pixels, 1 or more. Default: what the model was made for. */
  readonly inputSize?: number;
}

/**
 * Turns a TFLite model into ONNX.
 *
 * The ONNX graph takes the input of the TFLite model (the same name, element type and `[batch, height, width, channels]`
 * layout, any batch size) and gives out float32 tensors in ONNX's layout: `[batch, channels, height, width]` where they
 * have four dimensions.
 *
 * @throws AppError MODEL_INVALID when the file is damaged, asks for an operator that is not supported (the message names
 * it), or has no tensor of a name asked for.
 */
export function convertTflite(bytes: Uint8Array, options: ConvertOptions = {}): Uint8Array {
  return withinFile(bytes, () => convert(bytes, options));
}

function convert(bytes: Uint8Array, options: ConvertOptions): Uint8Array {
  const original = readTfliteModel(bytes);
  const outputs = options.outputs?.map((name) => computedTensor(original, name)) ?? original.outputs;
  const operators = neededOperators(original, outputs);
  const model = options.inputSize ? withInputSize(original, operators, options.inputSize) : original;
  const graph = new OnnxGraph(CONSTANT_BYTES + CONSTANT_BYTES_PER_BYTE * bytes.length);
  const conversion = new Conversion(model, graph, options.precision ?? "int8");
  for (const input of model.inputs) conversion.declareInput(input);
  const averaged = findAveragedProjections(model, operators, outputs);
  for (const operator of operators) {
    if (averaged.some(({ pooling }) => pooling === operator)) continue;
    const pair = averaged.find(({ projection }) => projection === operator);
    if (pair) {
      convertAveragedProjection(pair, conversion);
      continue;
    }
    const convertOperator = operatorConverters[operator.name];
    if (!convertOperator) {
      throw new AppError(
        "MODEL_INVALID",
        `The TFLite operator ${operator.name} is not supported; supported are ${Object.keys(operatorConverters).join(", ")}.`,
      );
    }
    convertOperator(operator, conversion);
  }
  for (const output of outputs) conversion.declareOutput(output);
  return graph.encode();
}

function computedTensor({ tensors, operators }: TfliteModel, name: string): number {
  const index = tensors.findIndex((tensor) => tensor.name === name);
  if (!operators.some(({ outputs }) => outputs.includes(index))) {
    throw new AppError("MODEL_INVALID", `The TFLite model computes no tensor named "${name}".`);
  }
  return index;
}

/** The operators that the outputs depend on, in the model's order. */
function neededOperators(model: TfliteModel, outputs: readonly number[]): TfliteOperator[] {
  const needed = new Set(outputs);
  return model.operators
    .toReversed()
    .filter((operator) => {
      if (!operator.outputs.some((output) => needed.has(output))) return false;
      for (const input of operator.inputs) needed.add(input);
      return true;
    })
    .reverse();
}
