import { AppError } from "../errors.js";

/** A rectangle of an upright picture, in fractions of its width and height: within 0 to 1, and not empty. */
export interface Crop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Written with decimals, a rectangle that reaches an edge may pass it by rounding. */
const ROUNDING = 1e-6;

/**
 * Reads `left,top,width,height`, such as `0.25,0,0.5,0.4`.
 *
 * @throws AppError INVALID_REQUEST for anything that is no rectangle within the picture.
 */
export function parseCrop(text: string): Crop {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [left = Number.NaN, top = Number.NaN, width = Number.NaN, height = Number.NaN] = numbers;
  const isWithin = (start: number, length: number) =>
    start >= 0 && Math.min(length, 1 - start) > 0 && start + length <= 1 + ROUNDING;
  if (numbers.length !== 4 || !isWithin(left, width) || !isWithin(top, height)) {
    throw new AppError(
      "INVALID_REQUEST",
      `A crop is left,top,width,height in fractions of the picture, such as 0.25,0,0.5,0.4; received "${text}".`,
    );
  }
  return { left, top, width: Math.min(width, 1 - left), height: Math.min(height, 1 - top) };
}
