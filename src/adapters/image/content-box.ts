import { type Background, estimateBackground } from "./background.js";
import { type Box, grow, longSideOf, scaled, wholeOf } from "./box.js";
import type { Pixels } from "./decode.js";
import { type Edge, type Edges, refineEdges } from "./edges.js";
import { halve } from "./halve.js";
import { runOnPixels } from "./pixel-kernel.js";

/**
 * Where the drawing or the garment is on its sheet, or the whole picture when that cannot be told.
 *
 * 1. It is looked for on a coarse copy, halved until its long side is below {@link COARSE_SIDE}.
 * 2. The background colour is the median, channel by channel, of a frame along the border ({@link estimateBackground}).
 * 3. A pixel differs when one of its channels is further from the background than a tolerance that grows with the
 *    unrest of the frame: 8 levels on clean white, so that a grey line of one pixel counts, 32 at most on grey
 *    paper with shading and scan noise.
 * 4. If less than 70 % of the frame is background, or the frame is a texture, the border is no margin: nothing is trimmed.
 * 5. Dark lines that a scanner leaves along a side are peeled off.
 * 6. Differing pixels are gathered in cells (about 1/100 of the long side) and cells that touch form groups; groups
 *    of up to {@link SPECK_CELLS} cells are dust and noise. A gap below a cell does not part a group, so that dashed
 *    and faint lines stay whole.
 * 7. The box holds every group that is left; a faint fringe, as JPEG leaves beside strong edges ({@link FRINGE}), does not
 *    widen it. A box that is next to nothing is not believed.
 * 8. Each side is moved in to the first line of the picture itself that differs ({@link refineEdges}), and out again by
 *    {@link MARGIN_SHARE} of the box, so that a design comes out the same at whatever size it was scanned.
 */
export function findContentBox(picture: Pixels): Box {
  let coarse = picture;
  let scale = 1;
  for (; longSideOf(coarse) >= COARSE_SIDE; scale *= 2) coarse = halve(coarse);
  const background = estimateBackground(coarse);
  if (!background) return wholeOf(picture);
  const differs = markDifferences(coarse, background);
  const inner = withoutScannerEdges(differs, wholeOf(coarse));
  const cellPixels = scale === 1 ? CELL_PIXELS.own : CELL_PIXELS.means;
  const edges = boundGroups(differs, coarse.width, inner, longSideOf(coarse), cellPixels);
  if (!edges) return wholeOf(picture);
  const content = refineEdges(edges, scale, picture, background);
  if (longSideOf(content) < LEAST_CONTENT_SHARE * longSideOf(picture)) return wholeOf(picture);
  const margin = Math.max(1, Math.round(MARGIN_SHARE * longSideOf(content)));
  return grow(content, margin, scaled(inner, scale, picture));
}

/** Pixels along the long side from which the picture is halved: to visit every pixel of it would cost several times as much. */
const COARSE_SIDE = 450;
/** What is left around the box on each side, of its long side: about a pixel of the models' squares. */
const MARGIN_SHARE = 1 / 240;
/** The most that is peeled from a side, and how full of differing pixels a line is that belongs to a scanner's edge. */
const SCANNER_EDGE = { depthShare: 0.02, full: 0.5, clear: 0.2 };
/** Cells along the long side. */
const CELLS = 100;
/** Differing pixels that make a cell count: single ones are noise, unless they are the means of several. */
const CELL_PIXELS = { own: 2, means: 1 };
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
function markDifferences(
  { data, width, height }: Pixels,
  { colour: [red, green, blue], tolerance }: Background,
): Uint8Array {
  return runOnPixels([data], width * height, (kernel, to, from) =>
    kernel.markDifferences(width * height, from, red, green, blue, tolerance, STRONG_EXCESS, to),
  );
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

/** Where all groups of differing pixels that are no specks end; null when there is none. */
function boundGroups(
  differs: Uint8Array,
  stride: number,
  inner: Box,
  longSide: number,
  cellPixels: number,
): Edges | null {
  const cellSize = Math.max(2, Math.round(longSide / CELLS));
  const columns = Math.ceil(inner.width / cellSize);
  const rows = Math.ceil(inner.height / cellSize);
  const from = inner.top * stride + inner.left;
  const marks = differs.subarray(from, from + (inner.height - 1) * stride + inner.width);
  const counted = runOnPixels([marks], 4 * columns * rows, (kernel, to, at) =>
    kernel.countInCells(at, stride, inner.width, inner.height, cellSize, to),
  );
  const counts = new Uint32Array(counted.buffer);
  const kept = keepGroups(counts, columns, rows, cellPixels);

  /** The box around the kept cells' pixels that carry the flag. Only the outermost matter: it is exact to the pixel. */
  const bound = (flag: number): Bounds | null => {
    let [left, top, right, bottom] = [inner.width, inner.height, -1, -1];
    for (const cell of kept) {
      const x = (cell % columns) * cellSize;
      const y = Math.floor(cell / columns) * cellSize;
      const endX = Math.min(x + cellSize, inner.width);
      const endY = Math.min(y + cellSize, inner.height);
      if (x >= left && y >= top && endX <= right + 1 && endY <= bottom + 1) continue;
      for (let py = y; py < endY; py++) {
        for (let px = x; px < endX; px++) {
          if ((marks[py * stride + px]! & flag) === 0) continue;
          if (px < left) left = px;
          if (px > right) right = px;
          if (py < top) top = py;
          if (py > bottom) bottom = py;
        }
      }
    }
    return right < 0 ? null : { left, top, right, bottom };
  };
  const all = bound(DIFFERS);
  if (!all) return null;
  const strong = bound(STRONG);
  const fringe = Math.min(FRINGE.pixels, FRINGE.share * longSide);
  // Where faint pixels reach no further than a fringe out of the strong ones, the strong ones tell the side.
  const edge = (side: keyof Bounds, origin: number): Edge =>
    strong && Math.abs(all[side] - strong[side]) <= fringe
      ? { at: origin + strong[side], excess: STRONG_EXCESS }
      : { at: origin + all[side], excess: 0 };
  return {
    left: edge("left", inner.left),
    top: edge("top", inner.top),
    right: edge("right", inner.left),
    bottom: edge("bottom", inner.top),
  };
}

/** First and last column and row, both inside. */
interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The cells whose group of touching cells, corners included, is more than a speck. */
function keepGroups(counts: Uint32Array, columns: number, rows: number, cellPixels: number): number[] {
  const kept: number[] = [];
  const visited = new Uint8Array(counts.length);
  for (let seed = 0; seed < counts.length; seed++) {
    if (visited[seed] === 1 || counts[seed]! < cellPixels) continue;
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
          if (visited[neighbour] === 1 || counts[neighbour]! < cellPixels) continue;
          visited[neighbour] = 1;
          group.push(neighbour);
        }
      }
    }
    const extent = Math.max(lastColumn - firstColumn, lastRow - firstRow) + 1;
    if (extent > SPECK_CELLS) for (const cell of group) kept.push(cell);
  }
  return kept;
}
