import { getFloat16, setFloat16 } from "@petamoriken/float16";

/** Every 16-bit pattern as the number it stands for: reading is one look-up. */
let decoded: Float32Array | null = null;

function decodingTable(): Float32Array {
  if (decoded) return decoded;
  const view = new DataView(new ArrayBuffer(2));
  decoded = Float32Array.from({ length: 2 ** 16 }, (_, bits) => {
    view.setUint16(0, bits, true);
    return getFloat16(view, 0, true);
  });
  return decoded;
}

/** Numbers rounded to IEEE 754 half precision: 11 significant bits. */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint16Array(values.length);
  const view = new DataView(bits.buffer);
  for (let i = 0; i < values.length; i++) setFloat16(view, 2 * i, values[i]!, true);
  return bits;
}

export function fromFloat16(bits: Uint16Array): Float32Array {
  const table = decodingTable();
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]!]!;
  return values;
}
