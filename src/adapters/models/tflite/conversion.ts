import { AppError } from "../../../errors.js";
import type { OnnxGraph } from "../onnx-graph.js";
import { centreOnZero } from "./centre-on-zero.js";
import { onnxAxis, onnxShape, permute } from "./layout.js";
import type { ElementType, Quantization, TfliteModel, TfliteTensor } from "./model.js";
import { aligned, bytesOf, signedElements, storedBytes } from "./stored-elements.js";

/** Fused activations by their number in the schema (enum ActivationFunctionType). */
const activations = ["NONE", "RELU", "RELU_N1_TO_1", "RELU6"] as const;
const activationRanges = {
  NONE: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  RELU: [0, Number.POSITIVE_INFINITY],
  RELU_N1_TO_1: [-1, 1],
  RELU6: [0, 6],
} as const;

/** Puts a constant's elements into another order. */
type Arrange = <T extends Int8Array | Int32Array | Float32Array>(elements: T) => T;

/**
 * One conversion under way: which ONNX value carries which TFLite tensor, and the pieces that the operators share.
 * Every computed value is float32; the value of a TFLite tensor has the tensor's name and, with four dimensions, the
 * layout [batch, channels, height, width].
 */
export class Conversion {
  readonly #model: TfliteModel;
  readonly graph: OnnxGraph;
  readonly #keepQuantization: boolean;
  /** The tensors whose value is in the graph. */
  readonly #made = new Set<TfliteTensor>();

  constructor(model: TfliteModel, graph: OnnxGraph, precision: "int8" | "float32") {
    this.#model = model;
    this.graph = graph;
    this.#keepQuantization = precision === "int8";
  }

  tensor(index: number | undefined): TfliteTensor {
    const tensor = index === undefined ? undefined : this.#model.tensors[index];
    if (!tensor)
      throw new AppError("MODEL_INVALID", "The TFLite model is damaged: an operator lacks a tensor.");
    return tensor;
  }

  /** The shape of a tensor that must have four dimensions. */
  shape4d(index: number | undefined): readonly [number, number, number, number] {
    const { name, shape } = this.tensor(index);
    if (shape.length !== 4) {
      throw new AppError(
        "MODEL_INVALID",
        `The TFLite tensor "${name}" must have four dimensions; its shape is [${shape}].`,
      );
    }
    return shape as readonly number[] as readonly [number, number, number, number];
  }

  declareInput(index: number): void {
    const { name, shape, type, quantization } = this.#real(index);
    this.graph.input(name, type, ["batch", ...shape.slice(1)]);
    const nchw =
      shape.length === 4
        ? this.graph.node("Transpose", [name], `${name}:nchw`, { perm: [0, 3, 1, 2] })
        : name;
    if (quantization) this.#dequantize(nchw, `${name}:float`, type, quantization, 0);
    else this.graph.node("Identity", [nchw], `${name}:float`);
  }

  declareOutput(index: number): void {
    const { name, shape } = this.tensor(index);
    this.graph.output(name, "float32", ["batch", ...onnxShape(shape).slice(1)]);
  }

  /**
   * The float32 value of a tensor: of the network's input, of a constant, or of what an operator computed.
   *
   * @param rank a constant with fewer dimensions gets dimensions of 1 in front, as it must before it is broadcast.
   */
  value(index: number | undefined, rank = 0): string {
    const tensor = this.tensor(index);
    if (this.#model.inputs.includes(index!)) return `${tensor.name}:float`;
    if (tensor.data) {
      const missing = Math.max(0, rank - tensor.shape.length);
      const shape = [...new Array<number>(missing).fill(1), ...tensor.shape];
      const axis = onnxAxis((tensor.quantization?.axis ?? 0) + missing, shape.length);
      return this.weights(index, onnxShape(shape), axis, (elements) =>
        shape.length === 4 ? permute(elements, shape, [0, 3, 1, 2]) : elements,
      );
    }
    if (!this.#made.has(tensor)) {
      throw new AppError(
        "MODEL_INVALID",
        `The TFLite model is damaged: "${tensor.name}" is used before it is computed.`,
      );
    }
    return tensor.name;
  }

  /** A constant's elements as numbers; the schema stores shapes and axes so. */
  int32s(index: number | undefined): number[] {
    const { name, data } = this.tensor(index);
    if (!data) throw new AppError("MODEL_INVALID", `The TFLite tensor "${name}" must be a constant.`);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    return Array.from({ length: data.byteLength / 4 }, (_, i) => view.getInt32(4 * i, true));
  }

  /**
   * A constant as a float32 value: its stored elements put through `arrange` and, where they are quantised, a
   * DequantizeLinear behind them.
   *
   * @param axis the axis along which the scales of a per-axis quantisation lie after arranging.
   */
  weights(
    index: number | undefined,
    dims: readonly number[],
    axis: number,
    arrange: Arrange = (elements) => elements,
  ): string {
    const tensor = this.#real(index);
    const { name, type, quantization } = tensor;
    const data = storedBytes(tensor);
    if (this.#made.has(tensor)) return name;
    this.#made.add(tensor);
    if (!quantization) {
      return this.graph.constant(name, "float32", dims, bytesOf(arrange(new Float32Array(aligned(data)))));
    }
    if (type === "int32") {
      return this.#stored(name, "int32", dims, arrange(new Int32Array(aligned(data))), quantization, axis);
    }
    const { elements, ...signed } = signedElements(tensor, quantization);
    return this.#stored(name, "int8", dims, arrange(elements), signed, axis);
  }

  /**
   * The weights of a convolution and its bias, if it has one, as {@link Conversion.weights}; in 8 bits they are
   * {@link centreOnZero centred} where that can be.
   *
   * @param dims of the weights as `arrange` puts them: the output channels first.
   */
  convolutionWeights(
    [index, biasIndex]: readonly (number | undefined)[],
    dims: readonly number[],
    arrange: Arrange,
  ): string[] {
    const tensor = this.#real(index);
    const { name, type, quantization } = tensor;
    if (quantization && type !== "int32" && this.#keepQuantization) {
      const { elements, ...signed } = signedElements(tensor, quantization);
      const centred = centreOnZero(arrange(elements), signed, dims[0]!);
      if (centred) {
        if (!this.#made.has(tensor)) this.#stored(name, "int8", dims, centred.elements, centred.quantization);
        this.#made.add(tensor);
        return [name, ...this.#rescaledBias(biasIndex, name, centred.factors)];
      }
    }
    return [this.weights(index, dims, 0, arrange), ...this.bias(biasIndex)];
  }

  /** An operator's bias; nothing where it has none. */
  bias(index: number | undefined): string[] {
    if (index === undefined || index < 0) return [];
    return [this.weights(index, this.tensor(index).shape, 0)];
  }

  /** Integer kernels take a bias to have the scale of the products, which `factors` of the weights' channels have changed. */
  #rescaledBias(index: number | undefined, weights: string, factors: readonly number[]): string[] {
    const tensor = index !== undefined && index >= 0 ? this.#real(index) : null;
    if (tensor?.type !== "int32" || factors.every((factor) => factor === 1)) return this.bias(index);
    const { name, shape, quantization } = tensor;
    const { scales } = quantization!;
    const elements = new Int32Array(aligned(storedBytes(tensor)));
    return [
      this.#stored(
        `${name}:beside:${weights}`,
        "int32",
        shape,
        elements.map((element, channel) => Math.round(element / factors[channel]!)),
        {
          scales: factors.map((factor, channel) => factor * scales[scales.length > 1 ? channel : 0]!),
          zeroPoints: factors.map(() => 0),
          axis: 0,
        },
      ),
    ];
  }

  /** Stored numbers with a DequantizeLinear behind them. */
  #stored(
    name: string,
    type: "int8" | "int32",
    dims: readonly number[],
    elements: Int8Array | Int32Array,
    quantization: Quantization,
    axis = quantization.axis,
  ): string {
    const stored = this.graph.constant(`${name}:stored`, type, dims, bytesOf(elements));
    return this.#dequantize(stored, name, type, quantization, axis);
  }

  /**
   * Ends an operator: puts its float32 result through the fused activation and the output's quantisation, so that the
   * output tensor's value exists afterwards.
   *
   * @param activation the number of the fused activation in the schema.
   */
  finish(index: number | undefined, result: string, activation = 0): void {
    const tensor = this.tensor(index);
    this.#made.add(tensor);
    const quantization = this.#keepQuantization ? tensor.quantization : null;
    const activated = this.#activate(result, tensor, activation, quantization !== null);
    if (!quantization) {
      this.graph.node("Identity", [activated], tensor.name);
      return;
    }
    const parameters = this.#quantizationParameters(
      tensor.name,
      tensor.type as "int8" | "uint8",
      quantization,
    );
    const quantized = this.graph.node(
      "QuantizeLinear",
      [activated, ...parameters],
      `${tensor.name}:quantized`,
    );
    this.graph.node("DequantizeLinear", [quantized, ...parameters], tensor.name);
  }

  /** A tensor that stands for real numbers: float32, or integers with the quantisation that tells which. */
  #real(index: number | undefined): TfliteTensor {
    const tensor = this.tensor(index);
    if (tensor.type !== "float32" && !tensor.quantization) {
      throw new AppError(
        "MODEL_INVALID",
        `The TFLite tensor "${tensor.name}" holds ${tensor.type} numbers without a quantisation, which is not supported.`,
      );
    }
    return tensor;
  }

  /**
   * Cuts off what the fused activation cuts off. A QuantizeLinear that follows cuts off what its type cannot hold, so
   * with it no node is needed where that says it all; without it the same limits are kept by a node, for a network
   * trained with them leans on them.
   */
  #activate(result: string, tensor: TfliteTensor, activation: number, requantize: boolean): string {
    const name = activations[activation];
    if (!name) {
      throw new AppError(
        "MODEL_INVALID",
        `The fused activation number ${activation} of "${tensor.name}" is not supported.`,
      );
    }
    const [activeLow, activeHigh] = activationRanges[name];
    const [storedLow, storedHigh] = storedRange(tensor);
    const tolerance = (tensor.quantization?.scales[0] ?? 0) / 2;
    if (requantize && storedLow >= activeLow - tolerance && storedHigh <= activeHigh + tolerance)
      return result;
    const low = Math.max(activeLow, storedLow);
    const high = Math.min(activeHigh, storedHigh);
    const activated = `${tensor.name}:activated`;
    if (low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY) return result;
    if (low === 0 && high === Number.POSITIVE_INFINITY) return this.graph.node("Relu", [result], activated);
    const bounds = [
      this.graph.floats(`${tensor.name}:low`, [low], []),
      this.graph.floats(`${tensor.name}:high`, [high], []),
    ];
    return this.graph.node("Clip", [result, ...bounds], activated);
  }

  #dequantize(
    stored: string,
    output: string,
    type: ElementType,
    quantization: Quantization,
    axis: number,
  ): string {
    const parameters = this.#quantizationParameters(output, type, quantization);
    const attributes = quantization.scales.length > 1 ? { axis } : {};
    return this.graph.node("DequantizeLinear", [stored, ...parameters], output, attributes);
  }

  #quantizationParameters(name: string, type: ElementType, quantization: Quantization): string[] {
    const { scales, zeroPoints } = quantization;
    const dims = scales.length > 1 ? [scales.length] : [];
    const scale = this.graph.floats(`${name}:scale`, scales, dims);
    const bytes =
      type === "int32" ? new Uint8Array(Int32Array.from(zeroPoints).buffer) : Uint8Array.from(zeroPoints);
    return [scale, this.graph.constant(`${name}:zeroPoint`, type, dims, bytes)];
  }
}

/** The smallest and the largest real number that a tensor can hold. */
function storedRange({ type, quantization }: TfliteTensor): [number, number] {
  if (!quantization) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const [low, high] = type === "int8" ? [-128, 127] : [0, 255];
  const scale = quantization.scales[0]!;
  const zeroPoint = quantization.zeroPoints[0]!;
  return [scale * (low - zeroPoint), scale * (high - zeroPoint)];
}
