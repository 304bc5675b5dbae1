import type { Background } from "./background.js";
import { type Box, scaled } from "./box.js";
import type { Pixels } from "./decode.js";

/** Where content ends on one side. */
export interface Edge {
  /** The outermost line with a pixel that differs from the background. */
  readonly at: number;
  /** How far above the background's tolerance that pixel is. Levels of 255. */
  readonly excess: number;
}

export type Edges = Readonly<Record<"left" | "top" | "right" | "bottom", Edge>>;

/**
 * The box within edges that were found on a copy `scale` times smaller, to the pixel of the picture itself: each line of
 * the copy is the mean of `scale` lines, of which the outermost one with a pixel that differs is where the content ends.
 */
export function refineEdges(
  { left, top, right, bottom }: Edges,
  scale: number,
  picture: Pixels,
  { colour: [red, green, blue], tolerance }: Background,
): Box {
  const { data, width: stride } = picture;
  const covered = scaled(
    { left: left.at, top: top.at, width: right.at - left.at + 1, height: bottom.at - top.at + 1 },
    scale,
    picture,
  );
  const differs = (pixel: number, threshold: number): boolean => {
    const at = 3 * pixel;
    return (
      Math.abs(data[at]! - red) > threshold ||
      Math.abs(data[at + 1]! - green) > threshold ||
      Math.abs(data[at + 2]! - blue) > threshold
    );
  };
  /** How many lines from the one that begins at the pixel `start` inwards are background. */
  const blankLines = (
    { excess }: Edge,
    start: number,
    inwards: number,
    along: number,
    length: number,
  ): number => {
    const isBlank = (first: number): boolean => {
      for (let i = 0, pixel = first; i < length; i++, pixel += along) {
        if (differs(pixel, tolerance + excess)) return false;
      }
      return true;
    };
    let lines = 0;
    while (lines < scale - 1 && isBlank(start + lines * inwards)) lines++;
    return lines;
  };
  const { width, height } = covered;
  const topLeft = covered.top * stride + covered.left;
  const fromLeft = blankLines(left, topLeft, 1, stride, height);
  const fromTop = blankLines(top, topLeft, stride, 1, width);
  const fromRight = blankLines(right, topLeft + width - 1, -1, stride, height);
  const fromBottom = blankLines(bottom, topLeft + (height - 1) * stride, -stride, 1, width);
  return {
    left: covered.left + fromLeft,
    top: covered.top + fromTop,
    width: Math.max(1, width - fromLeft - fromRight),
    height: Math.max(1, height - fromTop - fromBottom),
  };
}
