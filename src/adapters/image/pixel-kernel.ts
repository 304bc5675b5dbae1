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
  countInCells(
    marks: number,
    stride: number,
    width: number,
    height: number,
    cellSize: number,
    counts: number,
  ): void;
  sumLines(
    from: number,
    length: number,
    stride: number,
    starts: number,
    weights: number,
    taps: number,
    count: number,
    to: number,
  ): void;
  sumPixels(
    from: number,
    length: number,
    lines: number,
    starts: number,
    weights: number,
    taps: number,
    count: number,
    to: number,
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
 * @param given pixels, and tables that the function takes with them.
 * @param length of what is made, in bytes.
 * @param run is told where to make it, and where what was given lies.
 */
export function runOnPixels(
  given: readonly ArrayBufferView[],
  length: number,
  run: (kernel: PixelKernel, to: number, ...given: number[]) => void,
): Uint8Array<ArrayBuffer> {
  loaded ??= load();
  const { memory, kernel } = loaded;
  let to = PAGE_BYTES;
  const addresses = given.map(({ byteLength }) => {
    const address = to;
    to += byteLength + SLACK_BYTES;
    return address;
  });
  const missingBytes = to + length + SLACK_BYTES - memory.buffer.byteLength;
  if (missingBytes > 0) memory.grow(Math.ceil(missingBytes / PAGE_BYTES));
  given.forEach(({ buffer, byteOffset, byteLength }, i) => {
    new Uint8Array(memory.buffer).set(new Uint8Array(buffer, byteOffset, byteLength), addresses[i]);
  });
  run(kernel, to, ...addresses);
  return new Uint8Array(memory.buffer.slice(to, to + length));
}
