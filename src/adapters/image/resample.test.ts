import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { garment } from "../../../test/fixtures/pictures.js";
import { RandomNumbers } from "../../../test/fixtures/random-numbers.js";
import { type Box, wholeOf } from "./box.js";
import type { Pixels } from "./decode.js";
import { RESAMPLING, type Resampling } from "./layout.js";
import { resample } from "./resample.js";

const noise = (width: number, height: number): Pixels => ({
  data: Uint8Array.from(new RandomNumbers(width).integers(3 * width * height, 0, 255)),
  width,
  height,
});

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const REFERENCE: Record<Resampling, (x: number) => number> = {
  linear: (x) => Math.max(0, 1 - Math.abs(x)),
  // Catmull and Rom's spline, as the sum of its two pieces.
  cubic: (x) => {
    const d = Math.abs(x);
    if (d >= 2) return 0;
    return d < 1 ? 1 - 2.5 * d ** 2 + 1.5 * d ** 3 : 2 - 4 * d + 2.5 * d ** 2 - 0.5 * d ** 3;
  },
  lanczos3: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0),
};

/** One direction in floating point: every new value is the weighted mean of all given ones. */
function meansOf(given: readonly number[], count: number, resampling: Resampling): number[] {
  const scale = given.length / count;
  return Array.from({ length: count }, (_, i) => {
    const weights = given.map((_value, at) =>
      REFERENCE[resampling]((at + 0.5 - (i + 0.5) * scale) / Math.max(1, scale)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const mean = given.reduce((total, value, at) => total + value * weights[at]!, 0) / sum;
    return Math.min(255, Math.max(0, Math.round(mean)));
  });
}

function expectedOf(
  { data, width }: Pixels,
  part: Box,
  size: { width: number; height: number },
  by: Resampling,
) {
  const channelAt = (channel: number) => {
    const columns = Array.from({ length: part.width }, (_, x) =>
      meansOf(
        Array.from(
          { length: part.height },
          (_, y) => data[3 * ((part.top + y) * width + part.left + x) + channel]!,
        ),
        size.height,
        by,
      ),
    );
    return Array.from({ length: size.height }, (_, y) =>
      meansOf(
        columns.map((column) => column[y]!),
        size.width,
        by,
      ),
    );
  };
  const [reds, greens, blues] = [0, 1, 2].map(channelAt) as [number[][], number[][], number[][]];
  return reds.flatMap((line, y) => line.flatMap((red, x) => [red, greens[y]![x]!, blues[y]![x]!]));
}

describe("a resampled picture", () => {
  it("has the weighted means of the filter, of any part and in any size", () => {
    const side = fc.integer({ min: 1, max: 40 });
    const told = fc.record({
      picture: fc.tuple(side, side),
      from: fc.tuple(side, side),
      to: fc.tuple(side, side),
      by: fc.constantFrom(...RESAMPLING),
    });
    let [levels, rounded] = [0, 0];
    const property = fc.property(told, ({ picture: [width, height], from, to, by }) => {
      const picture = noise(width, height);
      const left = Math.min(from[0], width) - 1;
      const top = Math.min(from[1], height) - 1;
      const part = { left, top, width: width - left, height: height - top };
      const size = { width: to[0], height: to[1] };
      const resampled = resample(picture, part, size, by);
      expect([resampled.width, resampled.height]).toEqual(to);
      const expected = expectedOf(picture, part, size, by);
      expect(resampled.data).toHaveLength(expected.length);
      const differences = expected.map((level, at) => Math.abs(level - resampled.data[at]!));
      // Weights in whole 2^14ths round a line the other way now and then, and what is made of it once more.
      expect(Math.max(...differences)).toBeLessThanOrEqual(2);
      levels += expected.length;
      rounded += differences.filter((difference) => difference > 0).length;
    });
    fc.assert(property, { seed: 11, numRuns: 300 });
    expect(rounded / levels).toBeLessThan(0.02);
  });

  it.each(RESAMPLING)("keeps one colour as it is, and every pixel in the same size: %s", (by) => {
    const white = { data: new Uint8Array(3 * 50 * 31).fill(255), width: 50, height: 31 };
    for (const size of [
      { width: 7, height: 90 },
      { width: 49, height: 30 },
    ]) {
      expect(new Set(resample(white, wholeOf(white), size, by).data)).toEqual(new Set([255]));
    }
    const picture = noise(33, 20);
    expect(resample(picture, wholeOf(picture), picture, by)).toEqual(picture);
  });

  it.each(RESAMPLING)("is what libvips makes of it when it shrinks: %s", async (by) => {
    const { data, info } = await garment().raw().toBuffer({ resolveWithObject: true });
    const picture = { data: new Uint8Array(data), width: info.width, height: info.height };
    const size = { width: 190, height: 229 };
    const theirs = await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
      .resize({ ...size, fit: "fill", kernel: by })
      .raw()
      .toBuffer();
    const { data: ours } = resample(picture, wholeOf(picture), size, by);
    const sum = ours.reduce((total, level, at) => total + Math.abs(level - theirs[at]!), 0);
    expect(sum / theirs.length).toBeLessThan(0.15);
  });
});
