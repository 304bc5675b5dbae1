import type { Box } from "./box.js";

/**
 * How a picture is laid out in the model's square.
 *
 * - `trim`: uniform margins are cut first, so that where and how large a design lies on its sheet makes no difference;
 *   the long side fills the square but for 3 pixels at each end, the rest is white.
 * - `tutorial`: the whole sheet on white, its long side `round(inputSize * 200 / 224)`, the short side truncated to whole
 *   pixels as `int()` does.
 * - `contain`: the whole sheet on white, its long side filling the square.
 * - `stretch`: the whole sheet, both sides filling the square, whatever that does to its aspect ratio.
 * - `cover`: the short side resized to `shortSide` pixels, then the square cut out of the middle.
 */
export type ResizePolicy =
  | "trim"
  | "tutorial"
  | "contain"
  | "stretch"
  | { readonly kind: "cover"; readonly shortSide: number };

/** How the pixels of a resized picture are worked out of those around them. */
export const RESAMPLING = ["lanczos3", "cubic", "linear"] as const;
export type Resampling = (typeof RESAMPLING)[number];

/** What of a picture the square shows, and its size there in pixels; it lies in the middle. */
export interface Layout {
  readonly part: Box;
  readonly width: number;
  readonly height: number;
}

/** The tutorial's share of the square that the long side takes: 200 of 224. */
const TUTORIAL_SHARE = 200 / 224;

/** White between a trimmed design and the sides of the square, in pixels: outlines keep off what the network pads. */
const TRIMMED_MARGIN = 3;

/** @param content what of the picture is to be shown, the whole sheet or, for `trim`, what is within its margins. */
export function layOut(content: Box, inputSize: number, policy: ResizePolicy): Layout {
  if (policy === "stretch") return { part: content, width: inputSize, height: inputSize };
  if (typeof policy === "object") return cover(content, inputSize, policy.shortSide);
  const longSide = contentLongSide(inputSize, policy);
  const ratio = Math.min(longSide / content.width, longSide / content.height);
  const whole = policy === "tutorial" ? Math.trunc : Math.round;
  const side = (length: number) => Math.max(1, whole(length * ratio));
  return { part: content, width: side(content.width), height: side(content.height) };
}

function contentLongSide(inputSize: number, policy: "trim" | "tutorial" | "contain"): number {
  if (policy === "tutorial") return Math.round(inputSize * TUTORIAL_SHARE);
  return policy === "trim" ? inputSize - 2 * TRIMMED_MARGIN : inputSize;
}

/** Cuts first and resizes then, so that a long narrow picture never becomes a huge one. */
function cover({ left, top, width, height }: Box, inputSize: number, shortSide: number): Layout {
  const ratio = shortSide / Math.min(width, height);
  const along = (start: number, length: number) => {
    const shown = Math.min(length, Math.max(1, Math.round(inputSize / ratio)));
    const size = Math.min(inputSize, Math.max(1, Math.round(length * ratio)));
    return { start: start + Math.floor((length - shown) / 2), shown, size };
  };
  const horizontal = along(left, width);
  const vertical = along(top, height);
  return {
    part: { left: horizontal.start, top: vertical.start, width: horizontal.shown, height: vertical.shown },
    width: horizontal.size,
    height: vertical.size,
  };
}
