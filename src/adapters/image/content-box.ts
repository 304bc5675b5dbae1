import { type Background, estimateBackground } from "./background.js";
import type { Pixels } from "./decode.js";

/** A rectangle of whole pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where the drawing or the garment is on its sheet, or the whole picture when that cannot be told.
 *
 * 1. The background colour is the median, channel by channel, of a frame along the border ({@link estimateBackground}).
 * 2. A pixel differs when one of its channels is further from the background than a tolerance that grows with the
 *    unrest of the frame: 8 levels on clean white, so that a grey line of one pixel counts, 32 at most on grey
 *    paper with shading and scan noise.
 * 3. If less than 70 % of the frame is background, or the frame is a texture, the border is no margin: nothing is trimmed.
 * 4. Dark lines that a scanner leaves along a side are peeled off.
 * 5. Differing pixels are gathered in cells (about 1/100 of the long side) and cells that touch form groups; groups
 *    of up to {@link SPECK_CELLS} cells are dust and noise. A gap below a cell does not part a group, so that dashed
 *    and faint lines stay whole.
 * 6. The box holds every group that is left, and one pixel around; a faint fringe, as JPEG leaves beside strong edges
 *    ({@link FRINGE}), does not widen it. A box that is next to nothing is not believed.
 */
export function findContentBox(picture: Pixels): Box {
  const whole: Box = { left: 0, top: 0, width: picture.width, height: picture.height };
  const longSide = Math.max(picture.width, picture.height);
  const background = estimateBackground(picture);
  if (!background) return whole;
  const differs = markDifferences(picture, background);
  const inner = withoutScannerEdges(differs, whole);
  const content = boundGroups(differs, picture.width, inner, longSide);
  if (!content || Math.max(content.width, content.height) < LEAST_CONTENT_SHARE * longSide) return whole;
  return grow(content, 1, inner);
}

/** The most that is peeled from a side, and how full of differing pixels a line is that belongs to a scanner's edge. */
const SCANNER_EDGE = { depthShare: 0.02, full: 0.5, clear: 0.2 };
/** Cells along the long side. */
const CELLS = 100;
/** Differing pixels that make a cell count: single ones are noise. */
const CELL_PIXELS = 2;
/** A group this many cells wide and high, or smaller, is a speck. */
const SPECK_CELLS = 3;
/** How far above the tolerance a difference is strong: above what JPEG leaves beside a strong edge. Levels of 255. */
const STRONG_EXCESS = 24;
/** How far those artefacts reach: a block of 16 pixels, in small pictures a share of the long side. */
const FRINGE = { pixels: 16, share: 0.04 };
/** Content with a long side below this share of the picture's is not believed to be the design. */
const LEAST_CONTENT_SHARE = 0.08;

/** In the marks of {@link markDifferences}: the pixel differs; it differs strongly. */
const DIFFERS = 1;
const STRONG = 2;

/** How each pixel differs from the background, as flags, `[height * width]`. */
function markDifferences({ data, width, height }: Pixels, { colour, tolerance }: Background): Uint8Array {
  const [red, green, blue] = colour;
  const differs = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < differs.length; pixel++, at += 3) {
    const difference = Math.max(
      Math.abs(data[at]! - red),
      Math.abs(data[at + 1]! - green),
      Math.abs(data[at + 2]! - blue),
    );
    if (difference > tolerance)
      differs[pixel] = difference > tolerance + STRONG_EXCESS ? DIFFERS | STRONG : DIFFERS;
  }
  return differs;
}

/**
 * The picture without the thin full lines along its sides. A side loses lines only when clear background follows them
 * within the depth: what goes on further in is a garment that runs out of the picture.
 */
function withoutScannerEdges(differs: Uint8Array, { width, height }: Box): Box {
  /** Share of differing pixels on the line that lies `depth` lines in from a side. */
  const fullness = (start: number, step: number, length: number): number => {
    let count = 0;
    for (let i = 0, at = start; i < length; i++, at += step) count += differs[at]! & DIFFERS;
    return count / length;
  };
  const edgeDepth = (across: number, shareAt: (depth: number) => number): number => {
    if (shareAt(0) < SCANNER_EDGE.full) return 0;
    const deepest = Math.max(1, Math.round(SCANNER_EDGE.depthShare * across));
    for (let depth = 1; depth <= deepest; depth++) if (shareAt(depth) <= SCANNER_EDGE.clear) return depth;
    return 0;
  };
  const left = edgeDepth(width, (depth) => fullness(depth, width, height));
  const right = edgeDepth(width, (depth) => fullness(width - 1 - depth, width, height));
  const top = edgeDepth(height, (depth) => fullness(depth * width, 1, width));
  const bottom = edgeDepth(height, (depth) => fullness((height - 1 - depth) * width, 1, width));
  return {
    left,
    top,
    width: Math.max(1, width - left - right),
    height: Math.max(1, height - top - bottom),
  };
}

/** The box around all groups of differing pixels that are no specks; null when there is none. */
function boundGroups(differs: Uint8Array, stride: number, inner: Box, longSide: number): Box | null {
  const cellSize = Math.max(2, Math.round(longSide / CELLS));
  const columns = Math.ceil(inner.width / cellSize);
  const rows = Math.ceil(inner.height / cellSize);
  const columnOf = Uint16Array.from({ length: inner.width }, (_, x) => Math.floor(x / cellSize));
  const counts = new Uint32Array(columns * rows);
  for (let y = 0; y < inner.height; y++) {
    const cellRow = Math.floor(y / cellSize) * columns;
    const line = (inner.top + y) * stride + inner.left;
    for (let x = 0; x < inner.width; x++) if (differs[line + x] !== 0) counts[cellRow + columnOf[x]!]!++;
  }
  const kept = keepGroups(counts, columns, rows);

  /** The box around the kept cells' pixels that carry the flag. Only the outermost matter: it is exact to the pixel. */
  const bound = (flag: number): Bounds | null => {
    const bounds = { left: inner.width, top: inner.height, right: -1, bottom: -1 };
    for (let y = 0; y < inner.height; y++) {
      const cellRow = Math.floor(y / cellSize) * columns;
      const line = (inner.top + y) * stride + inner.left;
      let first = 0;
      let last = inner.width - 1;
      while (
        first <= last &&
        !((differs[line + first]! & flag) !== 0 && kept[cellRow + columnOf[first]!] === 1)
      )
        first++;
      if (first > last) continue;
      while (!((differs[line + last]! & flag) !== 0 && kept[cellRow + columnOf[last]!] === 1)) last--;
      bounds.left = Math.min(bounds.left, first);
      bounds.right = Math.max(bounds.right, last);
      bounds.top = Math.min(bounds.top, y);
      bounds.bottom = y;
    }
    return bounds.right < 0 ? null : bounds;
  };
  const all = bound(DIFFERS);
  if (!all) return null;
  const { left, top, right, bottom } = withoutFringe(all, bound(STRONG) ?? all, longSide);
  return { left: inner.left + left, top: inner.top + top, width: right - left + 1, height: bottom - top + 1 };
}

/** First and last column and row, both inside. */
interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where faint pixels reach no further than a fringe out of the strong ones, the strong ones tell the side. */
function withoutFringe(all: Bounds, strong: Bounds, longSide: number): Bounds {
  const fringe = Math.min(FRINGE.pixels, FRINGE.share * longSide);
  const side = (outer: number, inner: number): number => (Math.abs(outer - inner) <= fringe ? inner : outer);
  return {
    left: side(all.left, strong.left),
    top: side(all.top, strong.top),
    right: side(all.right, strong.right),
    bottom: side(all.bottom, strong.bottom),
  };
}

/** 1 for each cell whose group of touching cells, corners included, is more than a speck. */
function keepGroups(counts: Uint32Array, columns: number, rows: number): Uint8Array {
  const kept = new Uint8Array(counts.length);
  const visited = new Uint8Array(counts.length);
  for (let seed = 0; seed < counts.length; seed++) {
    if (visited[seed] === 1 || counts[seed]! < CELL_PIXELS) continue;
    visited[seed] = 1;
    const group = [seed];
    let [firstColumn, lastColumn, firstRow, lastRow] = [columns, -1, rows, -1];
    // The list grows while it is walked: each cell brings its neighbours.
    for (const cell of group) {
      const column = cell % columns;
      const row = (cell - column) / columns;
      firstColumn = Math.min(firstColumn, column);
      lastColumn = Math.max(lastColumn, column);
      firstRow = Math.min(firstRow, row);
      lastRow = Math.max(lastRow, row);
      for (let nearRow = Math.max(0, row - 1); nearRow <= Math.min(rows - 1, row + 1); nearRow++) {
        for (let near = Math.max(0, column - 1); near <= Math.min(columns - 1, column + 1); near++) {
          const neighbour = nearRow * columns + near;
          if (visited[neighbour] === 1 || counts[neighbour]! < CELL_PIXELS) continue;
          visited[neighbour] = 1;
          group.push(neighbour);
        }
      }
    }
    const extent = Math.max(lastColumn - firstColumn, lastRow - firstRow) + 1;
    if (extent > SPECK_CELLS) for (const cell of group) kept[cell] = 1;
  }
  return kept;
}

/** The box with `by` more pixels on every side, as far as `within` allows. */
function grow(box: Box, by: number, within: Box): Box {
  const left = Math.max(within.left, box.left - by);
  const top = Math.max(within.top, box.top - by);
  const right = Math.min(within.left + within.width, box.left + box.width + by);
  const bottom = Math.min(within.top + within.height, box.top + box.height + by);
  return { left, top, width: right - left, height: bottom - top };
}
