import type { Pixels } from "./decode.js";

/** Thickness of the frame along the border, as a share of the short side. */
const FRAME_SHARE = 0.015;
/** The least share of the frame that must be background; a garment may run out of the picture on one side. */
const UNIFORM_SHARE = 0.7;
/** Tolerance around the background: base + slope x (median deviation of the frame), never above the most. Levels of 255. */
const TOLERANCE = { base: 8, slope: 4, most: 32 };
/** Median deviation of the frame above which it is a texture, from which a garment of its colour cannot be told. */
const MOST_UNREST = 12;

/** What is paper, not design. */
export interface Background {
  /** Red, green, blue. */
  readonly colour: readonly [number, number, number];
  /** Largest difference in a channel that still is background. */
  readonly tolerance: number;
}

/** The background as a frame along the border tells it; null when the frame is not uniform. */
export function estimateBackground({ data, width, height }: Pixels): Background | null {
  const thickness = Math.max(1, Math.round(FRAME_SHARE * Math.min(width, height)));
  const histograms = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)] as const;
  const framePixels: number[] = [];
  for (let y = 0; y < height; y++) {
    const inside = y >= thickness && y < height - thickness;
    for (let x = 0; x < width; x++) {
      if (inside && x === thickness && width > 2 * thickness) x = width - thickness;
      const at = (y * width + x) * 3;
      framePixels.push(at);
      for (let channel = 0; channel < 3; channel++) histograms[channel]![data[at + channel]!]!++;
    }
  }
  const colour = histograms.map((histogram) => histogramMedian(histogram, framePixels.length));
  const [red, green, blue] = colour as [number, number, number];
  const deviations = new Uint32Array(256);
  for (const at of framePixels) {
    deviations[
      Math.max(Math.abs(data[at]! - red), Math.abs(data[at + 1]! - green), Math.abs(data[at + 2]! - blue))
    ]!++;
  }
  const unrest = histogramMedian(deviations, framePixels.length);
  if (unrest > MOST_UNREST) return null;
  const tolerance = Math.min(TOLERANCE.most, TOLERANCE.base + TOLERANCE.slope * unrest);
  const uniform = deviations.subarray(0, tolerance + 1).reduce((sum, count) => sum + count, 0);
  return uniform >= UNIFORM_SHARE * framePixels.length ? { colour: [red, green, blue], tolerance } : null;
}

function histogramMedian(histogram: Uint32Array, total: number): number {
  let seen = 0;
  return histogram.findIndex((count) => {
    seen += count;
    return 2 * seen >= total;
  });
}
