import type { Box } from "./box.js";
import type { Pixels } from "./decode.js";
import type { Resampling } from "./layout.js";
import { runOnPixels } from "./pixel-kernel.js";
import { type ResamplingTable, resamplingTable } from "./resampling-table.js";

/** A part of a picture in another size, `width` x `height`: lines first, of which there are then mostly fewer, and each rounded to 8 bits. */
export function resample(
  picture: Pixels,
  part: Box,
  { width, height }: { readonly width: number; readonly height: number },
  resampling: Resampling,
): Pixels {
  const lines = sumLines(picture, part, resamplingTable(part.height, height, resampling));
  const data = sumPixels(lines, part.width, resamplingTable(part.width, width, resampling));
  return { data, width, height };
}

function sumLines(
  { data, width }: Pixels,
  part: Box,
  { taps, starts, weights }: ResamplingTable,
): Uint8Array {
  const stride = 3 * width;
  const length = 3 * part.width;
  const from = part.top * stride + 3 * part.left;
  const given = data.subarray(from, from + (part.height - 1) * stride + length);
  const count = starts.length;
  return runOnPixels([given, starts, weights], length * count, (kernel, to, from, first, weight) =>
    kernel.sumLines(from, length, stride, first, weight, taps, count, to),
  );
}

function sumPixels(lines: Uint8Array, width: number, { taps, starts, weights }: ResamplingTable): Uint8Array {
  const length = 3 * width;
  const height = lines.length / length;
  const count = starts.length;
  return runOnPixels([lines, starts, weights], 3 * count * height, (kernel, to, from, first, weight) =>
    kernel.sumPixels(from, length, height, first, weight, taps, count, to),
  );
}
