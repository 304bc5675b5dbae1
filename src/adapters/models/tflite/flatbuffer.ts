import { AppError } from "../../../errors.js";

/**
 * Reads tables of a FlatBuffer (https://flatbuffers.dev/internals/) in place. Every access goes through a DataView, so
 * an offset that points outside the file throws a RangeError instead of reading something else.
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #copies: Copies;
  readonly #position: number;
  readonly #vtable: number;
  readonly #vtableSize: number;

  private constructor(view: DataView, copies: Copies, position: number) {
    this.#view = view;
    this.#copies = copies;
    this.#position = position;
    this.#vtable = position - view.getInt32(position, true);
    this.#vtableSize = view.getUint16(this.#vtable, true);
  }

  /** The root table of the file, whose vectors may be read as long as they do not come to more than the file. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, new Copies(bytes.length), view.getUint32(0, true));
  }

  int8(field: number, absent = 0): number {
    const at = this.#at(field);
    return at === null ? absent : this.#view.getInt8(at);
  }

  uint8(field: number, absent = 0): number {
    const at = this.#at(field);
    return at === null ? absent : this.#view.getUint8(at);
  }

  int32(field: number, absent = 0): number {
    const at = this.#at(field);
    return at === null ? absent : this.#view.getInt32(at, true);
  }

  uint32(field: number, absent = 0): number {
    const at = this.#at(field);
    return at === null ? absent : this.#view.getUint32(at, true);
  }

  float32(field: number, absent = 0): number {
    const at = this.#at(field);
    return at === null ? absent : this.#view.getFloat32(at, true);
  }

  string(field: number): string {
    const [start, length] = this.#vector(field);
    this.#copies.add(length);
    return new TextDecoder().decode(this.#bytes(start, length));
  }

  table(field: number): FlatTable | null {
    const at = this.#at(field);
    return at === null ? null : this.#tableAt(at);
  }

  tables(field: number): FlatTable[] {
    return this.#elements(field, 4, (at) => this.#tableAt(at));
  }

  int32s(field: number): number[] {
    return this.#elements(field, 4, (at) => this.#view.getInt32(at, true));
  }

  float32s(field: number): number[] {
    return this.#elements(field, 4, (at) => this.#view.getFloat32(at, true));
  }

  /** 64-bit integers as numbers: what they count here stays far below 2^53. */
  int64s(field: number): number[] {
    return this.#elements(field, 8, (at) => Number(this.#view.getBigInt64(at, true)));
  }

  /** The bytes of a vector of bytes, shared with the file; empty when the field is absent. */
  bytes(field: number): Uint8Array {
    const [start, length] = this.#vector(field);
    return this.#bytes(start, length);
  }

  #at(field: number): number | null {
    const slot = 4 + 2 * field;
    if (slot + 2 > this.#vtableSize) return null;
    const offset = this.#view.getUint16(this.#vtable + slot, true);
    return offset === 0 ? null : this.#position + offset;
  }

  #tableAt(at: number): FlatTable {
    return new FlatTable(this.#view, this.#copies, at + this.#view.getUint32(at, true));
  }

  /** Where a vector's elements start and how many there are. */
  #vector(field: number): [start: number, length: number] {
    const at = this.#at(field);
    if (at === null) return [0, 0];
    const vector = at + this.#view.getUint32(at, true);
    return [vector + 4, this.#view.getUint32(vector, true)];
  }

  #elements<T>(field: number, elementSize: number, read: (at: number) => T): T[] {
    const [start, length] = this.#vector(field);
    if (start + length * elementSize > this.#view.byteLength) throw new RangeError("vector past the end");
    this.#copies.add(length);
    return Array.from({ length }, (_, i) => read(start + i * elementSize));
  }

  #bytes(start: number, length: number): Uint8Array {
    if (start + length > this.#view.byteLength) throw new RangeError("vector past the end");
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length);
  }
}

/** How many elements of vectors were read: tables can share a vector, and so make a small file a large network. */
class Copies {
  readonly #limit: number;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws AppError MODEL_INVALID when there are more than the file has bytes. */
  add(elements: number): void {
    this.#count += elements;
    if (this.#count <= this.#limit) return;
    throw new AppError(
      "MODEL_INVALID",
      `The TFLite file is damaged: its tables hold more than its ${this.#limit} bytes could; fetch it again.`,
    );
  }
}
