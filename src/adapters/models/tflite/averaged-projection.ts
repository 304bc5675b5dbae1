import type { Conversion } from "./conversion.js";
import type { TfliteModel, TfliteOperator, TfliteTensor } from "./model.js";
import { slidingWindow } from "./window.js";

/**
 * An average pooling, and behind it a convolution that looks at single places and leaves fewer channels. Both are sums, so that
 * their order does not matter: where the convolution comes first, there is less to average.
 */
export interface AveragedProjection {
  readonly pooling: TfliteOperator;
  readonly projection: TfliteOperator;
}

/** Those of a network in which nothing else sees the average, and the average cuts nothing off. */
export function findAveragedProjections(
  { tensors }: TfliteModel,
  operators: readonly TfliteOperator[],
  outputs: readonly number[],
): AveragedProjection[] {
  const usersOf = (index: number | undefined) => operators.filter(({ inputs }) => inputs.includes(index!));
  const shapeOf = (index: number | undefined) => tensors[index!]?.shape ?? [];
  return operators.flatMap((pooling) => {
    if (pooling.name !== "AVERAGE_POOL_2D") return [];
    const average = pooling.outputs[0]!;
    const [projection, ...others] = usersOf(average);
    if (!projection || others.length > 0 || outputs.includes(average)) return [];
    const cutsOff = pooling.options?.int8(5) || !haveSameRange(tensors[pooling.inputs[0]!], tensors[average]);
    return !cutsOff && keepsPlaces(pooling) && isNarrowing(projection) ? [{ pooling, projection }] : [];
  });

  function isNarrowing(operator: TfliteOperator): boolean {
    if (operator.name !== "CONV_2D" || usersOf(operator.inputs[1]).length > 1) return false;
    const [outputChannels, height, width, inputChannels] = shapeOf(operator.inputs[1]);
    const seesSinglePlaces = height === 1 && width === 1 && inputChannels === shapeOf(operator.inputs[0])[3];
    return seesSinglePlaces && outputChannels! < inputChannels! && keepsPlaces(operator);
  }

  function keepsPlaces(operator: TfliteOperator): boolean {
    return slidingWindow(operator, shapeOf)!.strides.every((stride) => stride === 1);
  }
}

function haveSameRange(one: TfliteTensor | undefined, other: TfliteTensor | undefined): boolean {
  return (
    one?.type === other?.type && JSON.stringify(one?.quantization) === JSON.stringify(other?.quantization)
  );
}

/**
 * The projection is written as a product of matrices, which onnxruntime multiplies in integers also where float32 shall come out:
 * what is averaged is not rounded to 8 bits before.
 */
export function convertAveragedProjection(
  { pooling, projection }: AveragedProjection,
  conversion: Conversion,
): void {
  const { graph } = conversion;
  const { name } = conversion.tensor(projection.outputs[0]);
  const [outputChannels, , , inputChannels] = conversion.shape4d(projection.inputs[1]);
  const picture = conversion.value(pooling.inputs[0]);
  const places = graph.node("Transpose", [picture], `${name}:places`, { perm: [0, 2, 3, 1] });
  const weights = conversion.weights(projection.inputs[1], [inputChannels, outputChannels], 1, (elements) =>
    transposed(elements, outputChannels),
  );
  const products = graph.node("MatMul", [places, weights], `${name}:products`);
  const [bias] = conversion.bias(projection.inputs[2]);
  const sums = bias ? graph.node("Add", [products, bias], `${name}:sums`) : products;
  const projected = graph.node("Transpose", [sums], `${name}:projected`, { perm: [0, 3, 1, 2] });
  const { kernel_shape, strides, pads } = slidingWindow(pooling, (index) => conversion.shape4d(index))!;
  const result = graph.node("AveragePool", [projected], `${name}:result`, { kernel_shape, strides, pads });
  conversion.finish(projection.outputs[0], result, projection.options?.int8(3));
}

/** The elements of a matrix of so many rows, columns first. */
function transposed<T extends Int8Array | Int32Array | Float32Array>(elements: T, rows: number): T {
  const columns = elements.length / rows;
  return elements.map((_, at) => elements[(at % rows) * columns + Math.floor(at / rows)]!) as T;
}
