/**
 * The inner loops of the exact scan, in AssemblyScript, which the build compiles to WebAssembly with SIMD. The caller lays out the memory;
 * all addresses are in bytes. A vector's `length` is a multiple of 16 numbers.
 */

/**
 * `products[row] = scales[row] * sum_i(vectors[row, i] * query[i])` of 8-bit vectors and a query of 16 bits. The sums are exact as long as
 * no quarter of them leaves 32 bits, for which the caller scales the query.
 */
export function scanInt8(
  rows: i32,
  length: i32,
  vectors: usize,
  scales: usize,
  query: usize,
  products: usize,
): void {
  let at = vectors;
  for (let row = 0; row < rows; row++) {
    let low = i32x4.splat(0);
    let high = i32x4.splat(0);
    let queryAt = query;
    for (let i = 0; i < length; i += 16) {
      const numbers = v128.load(at);
      low = i32x4.add(low, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(numbers), v128.load(queryAt)));
      high = i32x4.add(high, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(numbers), v128.load(queryAt, 16)));
      at += 16;
      queryAt += 32;
    }
    const sum = f32(sumOfLanes(low) + sumOfLanes(high));
    store<f32>(products + ((<usize>row) << 2), load<f32>(scales + ((<usize>row) << 2)) * sum);
  }
}

/** `products[k] = sum_i(vectors[rows[k], i] * query[i])`, all in float32. */
export function scoreFloat32(
  count: i32,
  length: i32,
  vectors: usize,
  rows: usize,
  query: usize,
  products: usize,
): void {
  const bytes = (<usize>length) << 2;
  for (let k = 0; k < count; k++) {
    let at = vectors + <usize>load<u32>(rows + ((<usize>k) << 2)) * bytes;
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let queryAt = query;
    for (let i = 0; i < length; i += 8) {
      even = f32x4.add(even, f32x4.mul(v128.load(at), v128.load(queryAt)));
      odd = f32x4.add(odd, f32x4.mul(v128.load(at, 16), v128.load(queryAt, 16)));
      at += 32;
      queryAt += 32;
    }
    const sums = f32x4.add(even, odd);
    const sum =
      f32x4.extract_lane(sums, 0) +
      f32x4.extract_lane(sums, 1) +
      f32x4.extract_lane(sums, 2) +
      f32x4.extract_lane(sums, 3);
    store<f32>(products + ((<usize>k) << 2), sum);
  }
}

function sumOfLanes(sums: v128): f64 {
  return (
    f64(i32x4.extract_lane(sums, 0)) +
    f64(i32x4.extract_lane(sums, 1)) +
    f64(i32x4.extract_lane(sums, 2)) +
    f64(i32x4.extract_lane(sums, 3))
  );
}
