import { AppError } from "../../../errors.js";
import { FlatTable } from "./flatbuffer.js";
import { operatorName } from "./operator-names.js";

/** Element types of a TFLite tensor that the converter can carry over, by their number in the schema. */
const elementTypes = { 0: "float32", 2: "int32", 3: "uint8", 9: "int8" } as const;
export type ElementType = (typeof elementTypes)[keyof typeof elementTypes];

/** More than any operator that can be converted knows what to do with. */
const MAX_DIMENSIONS = 8;

/** real = scale * (stored - zeroPoint); one of each for the tensor, or one for each index along `axis`. */
export interface Quantization {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly axis: number;
}

export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly quantization: Quantization | null;
  /** The stored elements, little-endian; null for a tensor that is computed. */
  readonly data: Uint8Array | null;
}

export interface TfliteOperator {
  /** The builtin operator's name in the schema, such as CONV_2D. */
  readonly name: string;
  /** Indices of tensors; -1 stands for an input left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** The operator's options table; null when it has none. */
  readonly options: FlatTable | null;
}

/** The first subgraph of a TFLite file. */
export interface TfliteModel {
  /** Each with a name of its own. */
  readonly tensors: readonly TfliteTensor[];
  /** In an order in which they can run. */
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/**
 * Reads a TFLite file. Field numbers are those of the published schema, version 3
 * (tensorflow/lite/schema/schema.fbs). Options tables are read when they are asked.
 *
 * @throws AppError MODEL_INVALID when the file is not TFLite or holds a tensor type that is not supported.
 * @throws RangeError when an offset points outside of the file.
 */
export function readTfliteModel(bytes: Uint8Array): TfliteModel {
  if (new TextDecoder("latin1").decode(bytes.subarray(4, 8)) !== "TFL3") {
    throw new AppError("MODEL_INVALID", "A TFLite file carries the mark TFL3 at byte 4; this one does not.");
  }
  const root = FlatTable.root(bytes);
  const subgraph = root.tables(2)[0];
  if (!subgraph) throw new AppError("MODEL_INVALID", "The TFLite file holds no graph.");
  const operatorNames = root.tables(1).map(readOperatorName);
  const buffers = root.tables(4);
  return {
    tensors: withDistinctNames(subgraph.tables(0).map((tensor) => readTensor(tensor, buffers))),
    inputs: subgraph.int32s(1),
    outputs: subgraph.int32s(2),
    operators: subgraph.tables(3).map((operator) => ({
      name: operatorNames[operator.uint32(0)] ?? "unknown",
      inputs: operator.int32s(1),
      outputs: operator.int32s(2),
      options: operator.table(4),
    })),
  };
}

/** Files older than the schema's version 3a keep the operator in a byte; later ones write both and use the larger. */
function readOperatorName(code: FlatTable): string {
  return operatorName(Math.max(code.int8(0), code.int32(3)), code.string(1));
}

function readTensor(tensor: FlatTable, buffers: readonly FlatTable[]): TfliteTensor {
  const name = tensor.string(3);
  const type = elementTypes[tensor.int8(1) as keyof typeof elementTypes];
  if (!type) {
    throw new AppError(
      "MODEL_INVALID",
      `Tensors of float32, int32, uint8 and int8 are supported; tensor "${name}" has the TFLite type ${tensor.int8(1)}.`,
    );
  }
  const shape = tensor.int32s(0);
  if (shape.length > MAX_DIMENSIONS) {
    throw new AppError(
      "MODEL_INVALID",
      `Tensors of up to ${MAX_DIMENSIONS} dimensions are supported; tensor "${name}" has ${shape.length}.`,
    );
  }
  const data = buffers[tensor.uint32(2)]?.bytes(0);
  return {
    name,
    shape,
    type,
    quantization: type === "float32" ? null : readQuantization(tensor.table(4)),
    data: data && data.length > 0 ? data : null,
  };
}

function readQuantization(table: FlatTable | null): Quantization | null {
  const scales = table?.float32s(2) ?? [];
  if (!table || scales.length === 0) return null;
  const zeroPoints = table.int64s(3);
  return { scales, zeroPoints: scales.map((_, i) => zeroPoints[i] ?? 0), axis: table.int32(6) };
}

/** Names are free in TFLite, but a graph goes by them: where one is missing or taken the tensor's index is added. */
function withDistinctNames(tensors: readonly TfliteTensor[]): TfliteTensor[] {
  const taken = new Set([""]);
  return tensors.map((tensor, i) => {
    const name = taken.has(tensor.name) ? `${tensor.name}#${i}` : tensor.name;
    taken.add(name);
    return { ...tensor, name };
  });
}
