/** The k-th largest of the values, k from 1 up; -Infinity when there are fewer. Looks at each once, in little more than their number of steps. */
export function kthLargest(values: Float64Array, k: number): number {
  if (k > values.length) return Number.NEGATIVE_INFINITY;
  // The k largest so far, ascending: of many values few come among them.
  const largest = new Float64Array(k).fill(Number.NEGATIVE_INFINITY);
  for (const value of values) {
    if (!(value > largest[0]!)) continue;
    let [low, high] = [1, k];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (largest[middle]! < value) low = middle + 1;
      else high = middle;
    }
    largest.copyWithin(0, 1, low);
    largest[low - 1] = value;
  }
  return largest[0]!;
}
