import { type FileHandle, open } from "node:fs/promises";
import { AppError } from "../../errors.js";
import { unreadable } from "../sources/unreadable.js";
import { NPY_HEADER_LIMIT, type NpyHeader, type NpyType, parseNpyHeader } from "./npy-header.js";

/** An open matrix file, read by rows. */
export interface NpyReader {
  readonly rows: number;
  /** Numbers in a row. */
  readonly dim: number;

  /**
   * Rows `start` to `start + count`, as float32, one after the other: `[count * dim]`. They must lie within the matrix.
   *
   * @throws AppError INVALID_REQUEST when the file has been cut short meanwhile.
   */
  readRows(start: number, count: number): Promise<Float32Array>;

  close(): Promise<void>;
}

const WHAT = "A .npy file";

/**
 * Opens a `.npy` file that holds a matrix of float16, float32 or float64 numbers.
 *
 * @throws AppError NOT_FOUND when there is no file that can be read; INVALID_REQUEST when it holds something else, or fewer bytes
 * than its header tells.
 */
export async function openNpy(path: string): Promise<NpyReader> {
  const file = await open(path).catch((error: unknown) => {
    throw unreadable(WHAT, path, error);
  });
  const readBytes = (position: number, length: number) =>
    readFrom(file, position, length).catch((error: unknown) => {
      throw unreadable(WHAT, path, error);
    });
  try {
    const header = parseNpyHeader(await readBytes(0, NPY_HEADER_LIMIT), path);
    const rowBytes = header.dim * header.itemBytes;
    requireBytes(path, header.dataOffset + header.rows * rowBytes, (await file.stat()).size);
    return {
      rows: header.rows,
      dim: header.dim,
      async readRows(start, count) {
        const bytes = await readBytes(header.dataOffset + start * rowBytes, count * rowBytes);
        requireBytes(path, count * rowBytes, bytes.length);
        return toFloat32(bytes, header);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function requireBytes(path: string, expected: number, received: number): void {
  if (received >= expected) return;
  throw new AppError(
    "INVALID_REQUEST",
    `The .npy file ${path} is truncated: expected ${expected} bytes, received ${received}; copy it again.`,
  );
}

/** The bytes from `position` on, fewer than `length` only at the end of the file. */
async function readFrom(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function toFloat32(bytes: Buffer, { type, itemBytes }: NpyHeader): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READ_ITEM[type];
  const values = new Float32Array(bytes.length / itemBytes);
  for (let i = 0; i < values.length; i++) values[i] = read(view, i * itemBytes);
  return values;
}

const READ_ITEM: Readonly<Record<NpyType, (view: DataView, offset: number) => number>> = {
  "<f2": (view, offset) => halfToNumber(view.getUint16(offset, true)),
  "<f4": (view, offset) => view.getFloat32(offset, true),
  "<f8": (view, offset) => view.getFloat64(offset, true),
};

/** The value of an IEEE 754 half-precision number: 1 sign bit, 5 exponent bits, 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
