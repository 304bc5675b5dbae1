import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The compiled kernel/scan.ts: see there what each function does. Addresses are in bytes. */
export interface Kernel {
  scanInt8(
    rows: number,
    length: number,
    vectors: number,
    scales: number,
    query: number,
    products: number,
  ): void;
  scoreFloat32(
    count: number,
    length: number,
    vectors: number,
    rows: number,
    query: number,
    products: number,
  ): void;
}

/** Numbers that a vector's length is a multiple of. */
export const LANE_NUMBERS = 16;

const PAGE_BYTES = 65_536;

let compiled: WebAssembly.Module | null = null;

/**
 * A kernel with memory of its own, all zero.
 *
 * @param bytes how much will be allotted in all; each time it is rounded up a little.
 */
export function createKernel(bytes: number): {
  readonly kernel: Kernel;
  /** Allots so many bytes: where a typed array on them begins. */
  readonly allot: (bytes: number) => readonly [memory: ArrayBuffer, byteOffset: number];
} {
  compiled ??= new WebAssembly.Module(
    readFileSync(createRequire(import.meta.url).resolve("#exact-scan-kernel")),
  );
  // The first page is the compiler's, the last makes up for what is rounded.
  const memory = new WebAssembly.Memory({ initial: 2 + Math.ceil(bytes / PAGE_BYTES) });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  let end = PAGE_BYTES;
  return {
    kernel: exports as unknown as Kernel,
    allot(size) {
      const at = end;
      end += LANE_NUMBERS * Math.ceil(size / LANE_NUMBERS);
      return [memory.buffer, at];
    },
  };
}
