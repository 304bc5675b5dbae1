/**
 * The loops over all pixels of a picture, in AssemblyScript, which the build compiles to WebAssembly with SIMD. Pixels are 8-bit RGB, tightly
 * packed; all addresses are in bytes. What is read and written in one turn may reach up to 48 bytes beyond the end.
 */
export { sumLines, sumPixels } from "./resample";

/**
 * The picture at half its size, rounded up: each channel of a pixel is the mean of four, or of those that there are at an odd picture's right
 * and lower side; halves are rounded up.
 */
export function halve(width: i32, height: i32, picture: usize, halved: usize): void {
  const stride = <usize>width * 3;
  const evenStride = <usize>(width & ~1) * 3;
  let to = halved;
  for (let y = 0; y < height; y += 2) {
    let upper = picture + <usize>y * stride;
    let lower = y + 1 < height ? upper + stride : upper;
    const end = upper + evenStride;
    // Eight pixels of each line become four.
    for (; upper + 24 <= end; upper += 24, lower += 24, to += 12) {
      const sums0 = sumsOfFour(upper, lower);
      const sums8 = sumsOfFour(upper + 8, lower + 8);
      const sums16 = sumsOfFour(upper + 16, lower + 16);
      // Wanted are those of every other pixel.
      const first = i16x8.shuffle(sums0, sums8, 0, 1, 2, 6, 7, 8, 12, 13);
      const last = i16x8.shuffle(sums8, sums16, 6, 10, 11, 12, 12, 12, 12, 12);
      v128.store(to, i8x16.narrow_i16x8_u(quarters(first), quarters(last)));
    }
    for (; upper < end; upper += 6, lower += 6) {
      for (let channel: usize = 0; channel < 3; channel++, to++) {
        const left = byte(upper, channel) + byte(lower, channel);
        const right = byte(upper, channel + 3) + byte(lower, channel + 3);
        store<u8>(to, (left + right + 2) >> 2);
      }
    }
    if (evenStride < stride) {
      for (let channel: usize = 0; channel < 3; channel++, to++) {
        store<u8>(to, (byte(upper, channel) + byte(lower, channel) + 1) >> 1);
      }
    }
  }
}

/**
 * How each pixel differs from a colour, in the channel that does most, as flags: 1 by more than the tolerance, 2 by more than `excess`
 * above it.
 */
export function markDifferences(
  pixels: i32,
  picture: usize,
  red: i32,
  green: i32,
  blue: i32,
  tolerance: i32,
  excess: i32,
  marks: usize,
): void {
  const reds = i8x16.splat(<i8>red);
  const greens = i8x16.splat(<i8>green);
  const blues = i8x16.splat(<i8>blue);
  const tolerances = i8x16.splat(<i8>tolerance);
  const excesses = i8x16.splat(<i8>excess);
  let from = picture;
  for (let pixel = 0; pixel < pixels; pixel += 16, from += 48) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    // Each channel by itself: what of it lies in the first two vectors, then the rest.
    const redsOfAb = i8x16.shuffle(a, b, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0);
    const greensOfAb = i8x16.shuffle(a, b, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0);
    const bluesOfAb = i8x16.shuffle(a, b, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0);
    const r = i8x16.shuffle(redsOfAb, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29);
    const g = i8x16.shuffle(greensOfAb, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30);
    const bl = i8x16.shuffle(bluesOfAb, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31);
    const most = i8x16.max_u(i8x16.max_u(distance(r, reds), distance(g, greens)), distance(bl, blues));
    const above = i8x16.sub_sat_u(most, tolerances);
    const differs = v128.and(isPositive(above), i8x16.splat(1));
    const strong = v128.and(isPositive(i8x16.sub_sat_u(above, excesses)), i8x16.splat(2));
    v128.store(marks + <usize>pixel, v128.or(differs, strong));
  }
}

/**
 * How many pixels of each square cell carry the mark 1, in 32 bits, row of cells by row; the last of each direction may be cut off.
 *
 * @param stride from one line of marks to the next.
 */
export function countInCells(
  marks: usize,
  stride: i32,
  width: i32,
  height: i32,
  cellSize: i32,
  counts: usize,
): void {
  const columns = (width + cellSize - 1) / cellSize;
  const rows = (height + cellSize - 1) / cellSize;
  memory.fill(counts, 0, (<usize>(columns * rows)) << 2);
  for (let y = 0; y < height; y++) {
    let at = marks + <usize>(y * stride);
    const end = at + <usize>width;
    let cell = counts + ((<usize>((y / cellSize) * columns)) << 2);
    for (; at < end; cell += 4) {
      const next = min(at + <usize>cellSize, end);
      let count: u32 = 0;
      for (; at < next; at++) count += load<u8>(at) & 1;
      store<u32>(cell, load<u32>(cell) + count);
    }
  }
}

function byte(address: usize, offset: usize): i32 {
  return load<u8>(address + offset);
}

/** Of eight bytes of a line, each with the one below and those of the next pixel. */
function sumsOfFour(upper: usize, lower: usize): v128 {
  const left = i16x8.add(v128.load8x8_u(upper), v128.load8x8_u(lower));
  const right = i16x8.add(v128.load8x8_u(upper, 3), v128.load8x8_u(lower, 3));
  return i16x8.add(left, right);
}

function quarters(sums: v128): v128 {
  return i16x8.shr_u(i16x8.add(sums, i16x8.splat(2)), 2);
}

function distance(a: v128, b: v128): v128 {
  return v128.or(i8x16.sub_sat_u(a, b), i8x16.sub_sat_u(b, a));
}

/** All bits of a byte that is more than 0. */
function isPositive(bytes: v128): v128 {
  return i8x16.ne(bytes, i8x16.splat(0));
}
