import { AppError } from "../../../errors.js";
import type { Quantization, TfliteTensor } from "./model.js";

/** Bytes of one element. */
const elementSizes = { float32: 4, int32: 4, uint8: 1, int8: 1 } as const;

/** What a constant holds, as long as its shape says. */
export function storedBytes({ name, type, shape, data }: TfliteTensor): Uint8Array {
  if (!data) throw new AppError("MODEL_INVALID", `The TFLite tensor "${name}" must be a constant.`);
  const expected = shape.reduce((product, size) => product * size, elementSizes[type]);
  if (data.length === expected) return data;
  throw new AppError(
    "MODEL_INVALID",
    `The TFLite model is damaged: "${name}" of shape [${shape}] must have ${expected} bytes; it has ${data.length}.`,
  );
}

/** An 8-bit constant as int8, which is exact and has the faster kernels: of uint8 both the bytes and the zero point move by 128. */
export function signedElements(
  tensor: TfliteTensor,
  quantization: Quantization,
): Quantization & { readonly elements: Int8Array } {
  const bytes = storedBytes(tensor);
  if (tensor.type !== "uint8") return { ...quantization, elements: new Int8Array(aligned(bytes)) };
  return {
    ...quantization,
    zeroPoints: quantization.zeroPoints.map((zeroPoint) => zeroPoint - 128),
    elements: new Int8Array(aligned(bytes.map((byte) => byte ^ 0x80))),
  };
}

/** The bytes in a buffer of their own: a tensor may start anywhere in the file, typed arrays only at their size. */
export function aligned(data: Uint8Array): ArrayBuffer {
  return data.slice().buffer;
}

export function bytesOf(elements: Int8Array | Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
}
