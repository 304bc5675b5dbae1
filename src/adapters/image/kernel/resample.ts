/**
 * Weighted sums of lines, and of pixels along a line, in AssemblyScript with SIMD. A table tells the sums of one direction: for each of
 * them which of the given it begins with, 32 bits, and the weights of that one and of those that follow, 16 bits each, in 2^14ths. Two
 * products are added at a time: of an odd number of weights one follows that is 0.
 */

const SHIFT = 14;
const HALF = 1 << (SHIFT - 1);

/**
 * Lines that are weighted sums of the given ones.
 *
 * @param length of a line, in bytes; a multiple of 16 is written of it.
 * @param stride from one given line to the next, in bytes. Lines of the result follow one another without a gap.
 * @param taps how many given lines a sum has.
 */
export function sumLines(
  from: usize,
  length: i32,
  stride: i32,
  starts: usize,
  weights: usize,
  taps: i32,
  count: i32,
  to: usize,
): void {
  for (let line = 0; line < count; line++) {
    const first = from + <usize>(load<i32>(starts + ((<usize>line) << 2)) * stride);
    const ownWeights = weights + <usize>(line * weightBytes(taps));
    const target = to + <usize>(line * length);
    for (let at = 0; at < length; at += 16) {
      let sums0 = i32x4.splat(HALF);
      let sums4 = i32x4.splat(HALF);
      let sums8 = i32x4.splat(HALF);
      let sums12 = i32x4.splat(HALF);
      let given = first + <usize>at;
      for (let tap = 0; tap < taps; tap += 2, given += <usize>(stride << 1)) {
        const a = v128.load(given);
        const b = tap + 1 < taps ? v128.load(given + <usize>stride) : a;
        const pair = v128.load32_splat(ownWeights + ((<usize>tap) << 1));
        // Byte by byte, so that a product of pairs adds both lines.
        const low = i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const high = i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        sums0 = i32x4.add(sums0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(low), pair));
        sums4 = i32x4.add(sums4, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(low), pair));
        sums8 = i32x4.add(sums8, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(high), pair));
        sums12 = i32x4.add(sums12, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(high), pair));
      }
      v128.store(target + <usize>at, levels(sums0, sums4, sums8, sums12));
    }
  }
}

/**
 * Pixels that are weighted sums of those along each given line, of 8-bit RGB.
 *
 * @param length of a given line, in bytes. They follow one another without a gap.
 * @param taps how many given pixels a sum has.
 * @param count of sums for each of the lines. Lines of the result follow one another without a gap.
 */
export function sumPixels(
  from: usize,
  length: i32,
  lines: i32,
  starts: usize,
  weights: usize,
  taps: i32,
  count: i32,
  to: usize,
): void {
  let target = to;
  for (let line = 0; line < lines; line++) {
    const first = from + <usize>(line * length);
    let pair = weights;
    for (let i = 0; i < count; i++, target += 3) {
      let sums = i32x4.splat(HALF);
      let given = first + <usize>(load<i32>(starts + ((<usize>i) << 2)) * 3);
      for (let tap = 0; tap < taps; tap += 2, given += 6, pair += 4) {
        const two = v128.load64_zero(given);
        // Channel by channel, so that a product of pairs adds both pixels.
        const channels = i8x16.shuffle(two, two, 0, 3, 1, 4, 2, 5, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15);
        sums = i32x4.add(
          sums,
          i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(channels), v128.load32_splat(pair)),
        );
      }
      const pixel = levels(sums, sums, sums, sums);
      v128.store16_lane(target, pixel, 0);
      v128.store8_lane(target, pixel, 2, 2);
    }
  }
}

/** What the weights of one sum take, in bytes. */
function weightBytes(taps: i32): i32 {
  return ((taps + 1) & ~1) << 1;
}

/** Sums in 2^14ths as levels from 0 to 255. */
function levels(sums0: v128, sums4: v128, sums8: v128, sums12: v128): v128 {
  const low = i16x8.narrow_i32x4_s(i32x4.shr_s(sums0, SHIFT), i32x4.shr_s(sums4, SHIFT));
  const high = i16x8.narrow_i32x4_s(i32x4.shr_s(sums8, SHIFT), i32x4.shr_s(sums12, SHIFT));
  return i8x16.narrow_i16x8_u(low, high);
}
