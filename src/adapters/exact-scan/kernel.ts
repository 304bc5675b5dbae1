import { loadKernel, PAGE_BYTES } from "../load-kernel.js";

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
  // The first page is the compiler's, the last makes up for what is rounded.
  const memory = new WebAssembly.Memory({ initial: 2 + Math.ceil(bytes / PAGE_BYTES) });
  let end = PAGE_BYTES;
  return {
    kernel: loadKernel<Kernel>("#exact-scan-kernel", memory),
    allot(size) {
      const at = end;
      end += LANE_NUMBERS * Math.ceil(size / LANE_NUMBERS);
      return [memory.buffer, at];
    },
  };
}
