import { AppError } from "../../errors.js";

/*
 * NumPy's .npy format, as specified in numpy.lib.format
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html) and NEP 1
 * (https://numpy.org/neps/nep-0001-npy-format.html): the magic string, two version bytes, the length of the header as a
 * little-endian integer (2 bytes in version 1.0, 4 in 2.0 and 3.0), and the header, a Python dictionary literal with the
 * keys descr, fortran_order and shape, filled up with spaces and ended by a newline; then the array's bytes.
 */

const MAGIC = Buffer.from("\x93NUMPY", "latin1");

/** The bytes before the header's text, at most: magic string, version, header length. */
const MAX_PREFIX_BYTES = 12;

/** A matrix' header is about 70 bytes; NumPy itself refuses headers above 10,000. */
const MAX_HEADER_BYTES = 10_000;

/** How many bytes of a file hold every header that {@link parseNpyHeader} accepts. */
export const NPY_HEADER_LIMIT = MAX_PREFIX_BYTES + MAX_HEADER_BYTES;

/** The header that {@link formatNpyHeader} makes has this many bytes whatever the shape, so that it can be rewritten. */
export const WRITTEN_HEADER_BYTES = 128;

/** Bytes of one number of each little-endian floating-point type. */
const ITEM_BYTES = { "<f2": 2, "<f4": 4, "<f8": 8 } as const;
export type NpyType = keyof typeof ITEM_BYTES;

/** What a matrix file holds. */
export interface NpyHeader {
  readonly type: NpyType;
  readonly itemBytes: number;
  /** 0 or more. */
  readonly rows: number;
  /** Numbers in a row, 1 or more. */
  readonly dim: number;
  /** Where the first number begins in the file. */
  readonly dataOffset: number;
}

/**
 * Reads the header of a matrix.
 *
 * @param start the file's first bytes: all of it, or {@link NPY_HEADER_LIMIT}.
 * @throws AppError INVALID_REQUEST when it is no .npy file or does not hold a C-ordered matrix of little-endian floats.
 */
export function parseNpyHeader(start: Buffer, path: string): NpyHeader {
  const version = start.length >= MAX_PREFIX_BYTES && start.subarray(0, 6).equals(MAGIC) ? start[6]! : null;
  if (version === null)
    throw invalid(path, "begins with the bytes of NumPy's format", "a file that does not");
  if (version < 1 || version > 3) {
    throw invalid(path, "is of the format's version 1.0, 2.0 or 3.0", `version ${version}.${start[7]}`);
  }
  const textOffset = version === 1 ? 10 : 12;
  const textBytes = version === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8);
  const dataOffset = textOffset + textBytes;
  if (textBytes > MAX_HEADER_BYTES || dataOffset > start.length) {
    throw invalid(
      path,
      `has a header of at most ${MAX_HEADER_BYTES} bytes`,
      `${start.length - textOffset} of ${textBytes} bytes`,
    );
  }
  const text = start.toString(version === 3 ? "utf8" : "latin1", textOffset, dataOffset);
  const type = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  // Python 2 wrote long integers with an L.
  const shape = /['"]shape['"]\s*:\s*\(([\dL,\s]*)\)/.exec(text)?.[1];
  if (order === undefined || shape === undefined || !/['"]descr['"]/.test(text)) {
    throw invalid(path, "has a header that tells descr, fortran_order and shape", text.trim().slice(0, 120));
  }
  if (type === undefined || !Object.hasOwn(ITEM_BYTES, type)) {
    throw invalid(path, "holds little-endian floats (<f2, <f4 or <f8)", type ?? "a structured type");
  }
  if (order !== "False")
    throw invalid(path, "is in C order", "Fortran order: save it with np.ascontiguousarray");

  const lengths = shape.split(",").map((length) => length.trim().replace(/L$/, ""));
  if (lengths.at(-1) === "") lengths.pop();
  const [rows, dim] = lengths.map((length) => (/^\d+$/.test(length) ? Number(length) : Number.NaN));
  const itemBytes = ITEM_BYTES[type as NpyType];
  if (
    lengths.length !== 2 ||
    rows === undefined ||
    dim === undefined ||
    !(dim >= 1) ||
    !Number.isSafeInteger(dataOffset + Math.max(rows, 1) * dim * itemBytes)
  ) {
    throw invalid(path, "has the shape (rows, embeddingDim)", `the shape (${shape.trim()})`);
  }
  return { type: type as NpyType, itemBytes, rows, dim, dataOffset };
}

/** The header of a C-ordered float32 matrix, {@link WRITTEN_HEADER_BYTES} long, in version 1.0. */
export function formatNpyHeader(rows: number, dim: number): Buffer {
  const header = Buffer.alloc(WRITTEN_HEADER_BYTES, " ");
  MAGIC.copy(header);
  header[6] = 1;
  header[7] = 0;
  header.writeUInt16LE(WRITTEN_HEADER_BYTES - 10, 8);
  header.write(`{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dim}), }`, 10, "latin1");
  header.write("\n", WRITTEN_HEADER_BYTES - 1, "latin1");
  return header;
}

function invalid(path: string, expected: string, received: string): AppError {
  return new AppError(
    "INVALID_REQUEST",
    `A .npy file of embeddings ${expected}; received ${received} (${path}).`,
  );
}
