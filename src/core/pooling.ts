/** One picture's output of a network layer: `[channels, height, width]`, in that order. */
export interface FeatureMap {
  readonly data: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * How a feature map becomes one vector.
 *
 * - `average` over a `grid` x `grid` division of the plane, `[grid * grid * channels]`, cells row by row: keeps the layout.
 * - `gem`, generalised mean over the whole plane, `[channels]`: the `power`-th root of the mean of the `power`-th powers, a whole
 *   number, between average (1) and maximum (infinity). F. Radenović, G. Tolias, O. Chum, "Fine-tuning CNN Image Retrieval with No Human
 *   Annotation", TPAMI 2018, eq. 2.
 */
export type Pooling =
  | { readonly kind: "average"; readonly grid: number }
  | { readonly kind: "gem"; readonly power: number };

export function pool(map: FeatureMap, pooling: Pooling): Float32Array {
  return pooling.kind === "average" ? averageOnGrid(map, pooling.grid) : generalisedMean(map, pooling.power);
}

/** Cell i of n covers the places from floor(i * size / n) to ceil((i + 1) * size / n): neighbours share what no cell could own alone. */
function averageOnGrid({ data, channels, height, width }: FeatureMap, grid: number): Float32Array {
  const pooled = new Float32Array(grid * grid * channels);
  for (let row = 0; row < grid; row++) {
    const top = Math.floor((row * height) / grid);
    const bottom = Math.ceil(((row + 1) * height) / grid);
    for (let column = 0; column < grid; column++) {
      const left = Math.floor((column * width) / grid);
      const right = Math.ceil(((column + 1) * width) / grid);
      const area = (bottom - top) * (right - left);
      const cell = (row * grid + column) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let y = top; y < bottom; y++) {
          const line = (channel * height + y) * width;
          for (let x = left; x < right; x++) sum += data[line + x]!;
        }
        pooled[cell + channel] = sum / area;
      }
    }
  }
  return pooled;
}

/** Values below 0 count as 0, for a root of them need not exist; behind a ReLU there are none. */
function generalisedMean({ data, channels, height, width }: FeatureMap, power: number): Float32Array {
  const area = height * width;
  const pooled = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let i = channel * area; i < (channel + 1) * area; i++) {
      const value = Math.max(0, data[i]!);
      // Multiplied out: Math.pow took 20 times as long here, a fifth of the network's own time.
      let raised = value;
      for (let factor = 1; factor < power; factor++) raised *= value;
      sum += raised;
    }
    pooled[channel] = (sum / area) ** (1 / power);
  }
  return pooled;
}
