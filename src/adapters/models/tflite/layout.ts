/** Where each axis of TFLite's [batch, height, width, channels] stands in ONNX's [batch, channels, height, width]. */
const nchwAxis = [0, 2, 3, 1] as const;

/** The elements of an array of this shape with its axes in another order, as NumPy's transpose does. */
export function permute<T extends Int8Array | Int32Array | Float32Array>(
  elements: T,
  shape: readonly number[],
  order: readonly [number, number, number, number],
): T {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const [a, b, c, d] = order.map((axis) => ({ size: shape[axis]!, stride: strides[axis]! })) as [
    Axis,
    Axis,
    Axis,
    Axis,
  ];
  const permuted = elements.slice() as T;
  let at = 0;
  for (let i = 0; i < a.size; i++) {
    for (let j = 0; j < b.size; j++) {
      for (let k = 0; k < c.size; k++) {
        for (let l = 0; l < d.size; l++) {
          permuted[at++] = elements[i * a.stride + j * b.stride + k * c.stride + l * d.stride]!;
        }
      }
    }
  }
  return permuted;
}

interface Axis {
  readonly size: number;
  readonly stride: number;
}

/** The shape of a tensor in ONNX's layout. */
export function onnxShape(shape: readonly number[]): readonly number[] {
  if (shape.length !== 4) return shape;
  const [batch, height, width, channels] = shape as [number, number, number, number];
  return [batch, channels, height, width];
}

/** A TFLite axis, which may count from the end, in ONNX's layout. */
export function onnxAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  return rank === 4 ? nchwAxis[positive]! : positive;
}
