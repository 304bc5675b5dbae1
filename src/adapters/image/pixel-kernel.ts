import { loadKernel, PAGE_BYTES } from "../load-kernel.js";

/** The compiled kernel/pixels.ts: see there what each function does. Addresses are in bytes. */
interface PixelKernel {
  halve(width: number, height: number, picture: number, halved: number): void;
  markDifferences(
    pixels: number,
    picture: number,
    red: number,
    green: number,
    blue: number,
    tolerance: number,
    excess: number,
    marks: number,
  ): void;
}

/** How far the kernel's functions may read and write beyond what they are given: what they take in one turn. */
const SLACK_BYTES = 64;

let memory: WebAssembly.Memory;
let kernel: PixelKernel;

/**
 * Lets the kernel make other pixels of some. Its memory, one for all pictures, is as large as the largest needed, which is read in a
 * copy of bounded size.
 *
 * @param length of what is made, in bytes.
 */
export function runOnPixels(
  pixels: Uint8Array,
  length: number,
  run: (kernel: PixelKernel, from: number, to: number) => void,
): Uint8Array<ArrayBuffer> {
  const from = PAGE_BYTES;
  const to = from + pixels.length + SLACK_BYTES;
  const pages = Math.ceil((to + length + SLACK_BYTES) / PAGE_BYTES);
  memory ??= new WebAssembly.Memory({ initial: pages });
  kernel ??= loadKernel<PixelKernel>("#pixel-kernel", memory);
  const missing = pages - memory.buffer.byteLength / PAGE_BYTES;
  if (missing > 0) memory.grow(missing);
  new Uint8Array(memory.buffer).set(pixels, from);
  run(kernel, from, to);
  return new Uint8Array(memory.buffer.slice(to, to + length));
}
