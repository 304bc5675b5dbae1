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

let loaded: { readonly memory: WebAssembly.Memory; readonly kernel: PixelKernel } | null = null;

function load() {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return { memory, kernel: loadKernel<PixelKernel>("#pixel-kernel", memory) };
}

/**
 * Lets the kernel make other pixels of some. Its memory serves all pictures of this thread, and grows to what the largest copy of one
 * needs.
 *
 * @param length of what is made, in bytes.
 */
export function runOnPixels(
  pixels: Uint8Array,
  length: number,
  run: (kernel: PixelKernel, from: number, to: number) => void,
): Uint8Array<ArrayBuffer> {
  loaded ??= load();
  const { memory, kernel } = loaded;
  const from = PAGE_BYTES;
  const to = from + pixels.length + SLACK_BYTES;
  const missingBytes = to + length + SLACK_BYTES - memory.buffer.byteLength;
  if (missingBytes > 0) memory.grow(Math.ceil(missingBytes / PAGE_BYTES));
  new Uint8Array(memory.buffer).set(pixels, from);
  run(kernel, from, to);
  return new Uint8Array(memory.buffer.slice(to, to + length));
}
