import { AppError } from "../../../errors.js";
import type { FlatTable } from "./flatbuffer.js";
import type { TfliteOperator } from "./model.js";

type Pair = readonly [vertical: number, horizontal: number];
type Shape4d = readonly [number, number, number, number];

/** Of a plane, as of the largest pictures that a pack takes. */
const MAX_SIDE = 2048;

/** How a convolution or a pooling slides over the plane; the first four are named as ONNX names them. */
export interface SlidingWindow {
  readonly kernel_shape: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Top, left, bottom, right. */
  readonly pads: Shape4d;
  readonly outputSize: Pair;
}

/**
 * The window of an operator, from its options and the shapes of its tensors; null for an operator that slides none. SAME padding
 * makes the output ceil(input / stride) long and puts an odd pixel of padding at the end, as TensorFlow defines it.
 *
 * @throws AppError MODEL_INVALID for a plane that is larger than any picture.
 */
export function slidingWindow(
  { name, inputs, options }: TfliteOperator,
  shapeOf: (index: number | undefined) => readonly number[],
): SlidingWindow | null {
  const kernelAndDilations = kernels[name]?.(options, () => shapeOf(inputs[1]));
  if (!kernelAndDilations) return null;
  const [kernel, dilations] = kernelAndDilations;
  const strides: Pair = [options?.int32(2, 1) ?? 1, options?.int32(1, 1) ?? 1];
  const same = (options?.int8(0) ?? 0) === 0;
  const [, height, width] = shapeOf(inputs[0]) as Shape4d;
  const [vertical, horizontal] = [along(height, 0), along(width, 1)];
  return {
    kernel_shape: kernel,
    strides,
    dilations,
    pads: [vertical.before, horizontal.before, vertical.after, horizontal.after],
    outputSize: [vertical.outputSize, horizontal.outputSize],
  };

  function along(size: number, axis: 0 | 1) {
    if (size > MAX_SIDE) {
      throw new AppError(
        "MODEL_INVALID",
        `The TFLite operator ${name} is supported on planes of up to ${MAX_SIDE} x ${MAX_SIDE}; received ${height} x ${width}.`,
      );
    }
    const reach = (kernel[axis] - 1) * dilations[axis] + 1;
    const outputSize = Math.ceil((same ? size : size - reach + 1) / strides[axis]);
    const padding = same ? Math.max(0, (outputSize - 1) * strides[axis] + reach - size) : 0;
    return { outputSize, before: Math.floor(padding / 2), after: Math.ceil(padding / 2) };
  }
}

/** Kernel and dilations, both vertical first; field numbers are those of the options tables in the schema. */
const kernels: Readonly<
  Record<string, (options: FlatTable | null, weights: () => readonly number[]) => [Pair, Pair]>
> = {
  CONV_2D: (options, weights) => [middle(weights()), [options?.int32(5, 1) ?? 1, options?.int32(4, 1) ?? 1]],
  DEPTHWISE_CONV_2D: (options, weights) => [
    middle(weights()),
    [options?.int32(6, 1) ?? 1, options?.int32(5, 1) ?? 1],
  ],
  AVERAGE_POOL_2D: poolingKernel,
  MAX_POOL_2D: poolingKernel,
};

function poolingKernel(options: FlatTable | null): [Pair, Pair] {
  return [
    [options?.int32(4) ?? 0, options?.int32(3) ?? 0],
    [1, 1],
  ];
}

/** Height and width of weights [channels or 1, height, width, channels]. */
function middle(shape: readonly number[]): Pair {
  return [shape[1]!, shape[2]!];
}
