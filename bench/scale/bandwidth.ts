/** Much larger than any cache. */
const BYTES = 1 << 29;
const ROUNDS = 5;

/** Gigabytes a second that one thread reads from memory at best, adding them up. */
export function memoryBandwidth(): number {
  const numbers = new Float64Array(BYTES / Float64Array.BYTES_PER_ELEMENT).fill(1);
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    const sum = sumOf(numbers);
    const seconds = (performance.now() - started) / 1000;
    // Looked at, so that the adding cannot be left out.
    if (sum !== numbers.length) throw new Error(`The sum of ${numbers.length} ones came to ${sum}.`);
    best = Math.max(best, BYTES / 1e9 / seconds);
  }
  return best;
}

/** Eight sums beside each other: one alone would wait for its own additions. */
function sumOf(numbers: Float64Array): number {
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < numbers.length; i += 8) {
    a += numbers[i]!;
    b += numbers[i + 1]!;
    c += numbers[i + 2]!;
    d += numbers[i + 3]!;
    e += numbers[i + 4]!;
    f += numbers[i + 5]!;
    g += numbers[i + 6]!;
    h += numbers[i + 7]!;
  }
  return a + b + c + d + e + f + g + h;
}
