import onnxProto from "onnx-proto";
import { AppError } from "../../errors.js";

const { onnx } = onnxProto;

/** The operator set every written graph is for: the first in which all the operators used here have their present form. */
const OPSET = 13;
/** The ONNX file format that goes with that operator set (ONNX 1.8). */
const IR_VERSION = 7;

const elementTypes = {
  float32: onnx.TensorProto.DataType.FLOAT,
  uint8: onnx.TensorProto.DataType.UINT8,
  int8: onnx.TensorProto.DataType.INT8,
  int32: onnx.TensorProto.DataType.INT32,
  int64: onnx.TensorProto.DataType.INT64,
} as const;
export type OnnxElementType = keyof typeof elementTypes;

/** A node's attributes: whole numbers and lists of them; a number written as `{ float }` is a float. */
export type NodeAttributes = Record<string, number | readonly number[] | { readonly float: number }>;

/** Gathers the nodes of an ONNX graph, in an order in which they can run, and writes the file. */
export class OnnxGraph {
  readonly #nodes: onnxProto.onnx.INodeProto[] = [];
  readonly #constants = new Map<string, onnxProto.onnx.ITensorProto>();
  readonly #inputs: onnxProto.onnx.IValueInfoProto[] = [];
  readonly #outputs: onnxProto.onnx.IValueInfoProto[] = [];
  readonly #maxConstantBytes: number;
  #constantBytes = 0;

  /** @param maxConstantBytes of all constants together; default: as many as there is memory for. */
  constructor(maxConstantBytes = Number.POSITIVE_INFINITY) {
    this.#maxConstantBytes = maxConstantBytes;
  }

  /** Adds a node with one output; returns the output's name. */
  node(opType: string, inputs: readonly string[], output: string, attributes: NodeAttributes = {}): string {
    this.#nodes.push({
      opType,
      name: `${opType}:${output}`,
      input: [...inputs],
      output: [output],
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    });
    return output;
  }

  /**
   * Adds a constant of little-endian `bytes`, once for each name; returns the name.
   *
   * @throws AppError MODEL_INVALID when the constants become too many.
   */
  constant(name: string, type: OnnxElementType, dims: readonly number[], bytes: Uint8Array): string {
    this.#constantBytes += bytes.length;
    if (this.#constantBytes > this.#maxConstantBytes) {
      throw new AppError(
        "MODEL_INVALID",
        `The network's constants may have ${this.#maxConstantBytes} bytes, by the size of its file; they have more, so use another model.`,
      );
    }
    this.#constants.set(name, { name, dataType: elementTypes[type], dims: [...dims], rawData: bytes });
    return name;
  }

  floats(name: string, values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.constant(name, "float32", dims, new Uint8Array(Float32Array.from(values).buffer));
  }

  int64s(name: string, values: readonly number[], dims: readonly number[] = [values.length]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.constant(name, "int64", dims, bytes);
  }

  /** Declares an input; a dimension given as a string may have any size. */
  input(name: string, type: OnnxElementType, shape: readonly (number | string)[]): void {
    this.#inputs.push(valueInfo(name, type, shape));
  }

  output(name: string, type: OnnxElementType, shape: readonly (number | string)[]): void {
    this.#outputs.push(valueInfo(name, type, shape));
  }

  /** The ONNX file. */
  encode(): Uint8Array {
    return onnx.ModelProto.encode({
      irVersion: IR_VERSION,
      producerName: "diptych",
      opsetImport: [{ domain: "", version: OPSET }],
      graph: { name: "diptych", input: this.#inputs, ...this.#contents() },
    }).finish();
  }

  /**
   * Another ONNX file of this operator set, which such a graph wrote, with this one's nodes behind its own: what is input here is what
   * the other calls so. In protocol buffers two messages behind one another are one, with the lists of both.
   */
  appendedTo(model: Uint8Array): Uint8Array {
    return Buffer.concat([model, onnx.ModelProto.encode({ graph: this.#contents() }).finish()]);
  }

  #contents() {
    return { node: this.#nodes, initializer: [...this.#constants.values()], output: this.#outputs };
  }
}

function attribute(name: string, value: NodeAttributes[string]): onnxProto.onnx.IAttributeProto {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === "number") return { name, type: AttributeType.INT, i: value };
  if ("float" in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: [...value] };
}

function valueInfo(
  name: string,
  type: OnnxElementType,
  shape: readonly (number | string)[],
): onnxProto.onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === "string" ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}
