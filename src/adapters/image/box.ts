/** Whole pixels along two sides. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of whole pixels. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

export function wholeOf({ width, height }: Size): Box {
  return { left: 0, top: 0, width, height };
}

export function longSideOf({ width, height }: Size): number {
  return Math.max(width, height);
}

/** The same box on a picture that is `scale` times as large, rounded up: its last line may be missing there. */
export function scaled(
  { left, top, width, height }: Box,
  scale: number,
  { width: right, height: bottom }: Size,
): Box {
  return {
    left: left * scale,
    top: top * scale,
    width: Math.min(right, (left + width) * scale) - left * scale,
    height: Math.min(bottom, (top + height) * scale) - top * scale,
  };
}

/** The box with `by` more pixels on every side, as far as `within` allows. */
export function grow(box: Box, by: number, within: Box): Box {
  const left = Math.max(within.left, box.left - by);
  const top = Math.max(within.top, box.top - by);
  const right = Math.min(within.left + within.width, box.left + box.width + by);
  const bottom = Math.min(within.top + within.height, box.top + box.height + by);
  return { left, top, width: right - left, height: bottom - top };
}
