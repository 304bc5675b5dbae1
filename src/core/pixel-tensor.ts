import { AppError } from "../errors.js";
import type { PixelTensor } from "./ports.js";

/** Why a model whose square has sides of `size` pixels cannot take the picture; null when it can. */
export function misfitOf({ width, height, data }: PixelTensor, size: number): AppError | null {
  if (width === size && height === size && data.length === size * size * 3) return null;
  return new AppError(
    "INVALID_REQUEST",
    `The model takes pictures of ${size} x ${size} pixels, 3 bytes each; received ${width} x ${height} in ${data.length} bytes.`,
  );
}
