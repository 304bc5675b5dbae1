import { createAtomicFile } from "../files/atomic-file.js";
import { formatNpyHeader, WRITTEN_HEADER_BYTES } from "./npy-header.js";

/** A `.npy` file being written: a float32 matrix that grows by rows. */
export interface NpyWriter {
  /** Appends rows given one after the other, `[n * dim]`. */
  writeRows(values: Float32Array): Promise<void>;
  /** Tells the header how many rows there are and gives the file its name. */
  commit(): Promise<void>;
  /** Leaves no trace of a file that is not committed; after a commit it does nothing. */
  discard(): Promise<void>;
}

/** Begins a matrix of `dim` numbers a row. Until it is committed, a file that is at `path` already stays as it is. */
export async function createNpy(path: string, dim: number): Promise<NpyWriter> {
  const file = await createAtomicFile(path);
  let rows = 0;
  return {
    async writeRows(values) {
      if (values.length % dim !== 0)
        throw new RangeError(`Rows have ${dim} numbers; received ${values.length}.`);
      await writeAll(toBytes(values), WRITTEN_HEADER_BYTES + rows * dim * 4);
      rows += values.length / dim;
    },
    async commit() {
      await writeAll(formatNpyHeader(rows, dim), 0);
      await file.commit();
    },
    discard: file.discard,
  };

  async function writeAll(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const rest = bytes.length - written;
      written += (await file.handle.write(bytes, written, rest, position + written)).bytesWritten;
    }
  }
}

/** Little-endian whatever the machine is. */
function toBytes(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}
