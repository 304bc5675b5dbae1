import {
  at,
  endOf,
  type Path,
  type Point,
  pen,
  reverse,
  segment,
  symmetric,
  through,
  xAt,
} from "../geometry.js";
import type { Neckline, TopDesign, View } from "../model.js";

/** The right half of a bodice laid flat; the left half is its mirror. */
export interface Body {
  neck: Point;
  shoulder: Point;
  underarm: Point;
  hem: Point;
  shoulderSeam: Path;
  armhole: Path;
  side: Path;
  /** From the centre out to the side. */
  hemline: Path;
  frontNeck: Path;
  backNeck: Path;
  panel: Path;
}

/** How far the hem band or the rib of a top reaches up from its lower edge. */
export const ribHeight = 5.5;

/** How high a standing collar stands. */
export const standHeight = (neckline: Neckline): number =>
  neckline === "mock" ? 5.2 : neckline === "mandarin" ? 3.4 : 4.6;

/** The neck opening from the centre to the neck point. */
export function neckEdge(kind: string, width: number, depth: number, neckY: number): Path {
  const drawing = pen(at(0, depth));
  switch (kind) {
    case "v-neck":
      return drawing
        .curve(at(width * 0.3, depth * 0.68), at(width * 0.82, depth * 0.3), at(width, neckY))
        .open();
    case "square":
      return drawing
        .line(at(width * 0.86, depth))
        .curve(at(width * 0.9, depth * 0.6), at(width * 0.97, depth * 0.3), at(width, neckY))
        .open();
    case "boat":
      return drawing.curve(at(width * 0.5, depth), at(width * 0.85, depth * 0.75), at(width, neckY)).open();
    default:
      return drawing
        .curve(at(width * 0.58, depth), at(width * 0.97, neckY + (depth - neckY) * 0.52), at(width, neckY))
        .open();
  }
}

function armholeOf(design: TopDesign, shoulder: Point, underarm: Point): Path {
  const rise = underarm.y - shoulder.y;
  const run = underarm.x - shoulder.x;
  if (design.details.sleeve === "sleeveless") {
    return pen(shoulder)
      .curve(
        at(shoulder.x - 1.6 - run * 0.12, shoulder.y + rise * 0.45),
        at(shoulder.x - 0.6 + run * 0.12, underarm.y - rise * 0.06),
        underarm,
      )
      .open();
  }
  return pen(shoulder)
    .curve(
      at(shoulder.x - 1.3, shoulder.y + rise * 0.42),
      at(shoulder.x - 0.8 + run * 0.12, underarm.y - rise * 0.03),
      underarm,
    )
    .open();
}

/** The side seam bulging between quilting lines, as padding does. */
function quiltedSide(side: Path, rows: number[]): Path {
  const points = rows.flatMap((y, i) => {
    const next = rows[i + 1];
    const dent = at(xAt(side, y) - 0.35, y);
    return next === undefined ? [dent] : [dent, at(xAt(side, (y + next) / 2) + 0.55, (y + next) / 2)];
  });
  return through([side.from, ...points.slice(1, -1), endOf(side)]);
}

/** The heights of quilting lines between the chest and the hem. */
export function quiltRows(design: TopDesign, from: number): number[] {
  const end = design.silhouette.length - (design.details.hem === "rib" ? ribHeight : 0);
  const count = Math.max(3, Math.round((end - from) / 7));
  return Array.from({ length: count + 1 }, (_, i) => from + ((end - from) * i) / count);
}

function sideOf(design: TopDesign, underarm: Point, hem: Point): Path {
  const { waist, waistHeight } = design.silhouette;
  const upper = waistHeight - underarm.y;
  const lower = hem.y - waistHeight;
  const side = pen(underarm)
    .curve(
      at(underarm.x - 0.5, underarm.y + upper * 0.4),
      at(waist, waistHeight - upper * 0.42),
      at(waist, waistHeight),
    )
    .curve(
      at(waist, waistHeight + lower * 0.36),
      at(hem.x - (hem.x - waist) * 0.28, hem.y - lower * 0.4),
      hem,
    )
    .open();
  if (design.details.hem === "rib") return ribbedSide(side, hem);
  return design.details.front === "quilted" ? quiltedSide(side, quiltRows(design, underarm.y)) : side;
}

/** The side blousing over a rib band that holds the hem in. */
function ribbedSide(side: Path, hem: Point): Path {
  const top = hem.y - ribHeight;
  const x = xAt(side, top - 7);
  return pen(side.from)
    .curve(at(side.from.x - 0.4, side.from.y + 8), at(x + 0.2, top - 14), at(x + 0.4, top - 6))
    .curve(at(x + 0.4, top - 2.5), at(x, top - 0.6), at(x - 1.6, top))
    .curve(at(x - 2, top + 2), at(x - 2.2, hem.y - 1.5), at(x - 2.3, hem.y))
    .open();
}

function hemOf(design: TopDesign, corner: Point): Path {
  const { length } = design.silhouette;
  const drawing = pen(at(0, length));
  if (design.details.hem === "shirt-tail") {
    return drawing
      .curve(at(corner.x * 0.5, length), at(corner.x * 0.62, length - 0.8), at(corner.x * 0.78, length - 3.4))
      .curve(at(corner.x * 0.88, length - 5.2), at(corner.x * 0.95, corner.y + 0.6), corner)
      .open();
  }
  return drawing
    .curve(at(corner.x * 0.4, length), at(corner.x * 0.75, (length + corner.y) / 2 + 0.2), corner)
    .open();
}

function backNeckDepth({ category, silhouette, details }: TopDesign): number {
  if (details.neckline === "boat") return silhouette.neckDepth * 0.7;
  if (category === "tank") return Math.min(silhouette.neckDepth * 0.5, 8);
  return details.neckline === "scoop" ? 4.5 : 2.3;
}

export function bodyOf(design: TopDesign, view: View): Body {
  const { silhouette: s, details } = design;
  const neck = at(s.neckWidth, 0);
  const shoulder = at(s.shoulder, s.slope);
  const underarm = at(s.chest, s.armhole);
  const lift =
    details.hem === "shirt-tail" ? 7.5 : details.hem === "rib" ? 0.4 : 0.5 + (s.hem - s.waist) * 0.12;
  const corner = at(s.hem, s.length - lift);
  const side = sideOf(design, underarm, corner);
  const hem = endOf(side);
  const shoulderSeam = pen(neck)
    .curve(
      at(neck.x + (shoulder.x - neck.x) * 0.35, s.slope * 0.26),
      at(neck.x + (shoulder.x - neck.x) * 0.7, s.slope * 0.66),
      shoulder,
    )
    .open();
  const armhole = armholeOf(design, shoulder, underarm);
  const hemline = hemOf(design, hem);
  const frontNeck = neckEdge(details.neckline, s.neckWidth, s.neckDepth, 0);
  const backDepth = backNeckDepth(design);
  const backNeck = neckEdge("crew", s.neckWidth, backDepth, 0);
  const half = pen(at(0, (view === "front" ? frontNeck : backNeck).from.y))
    .follow(view === "front" ? frontNeck : backNeck)
    .follow(shoulderSeam)
    // Raglan sleeves lie over the body and cut their own seam into it.
    .follow(details.armhole === "raglan" ? segment(shoulder, underarm) : armhole)
    .follow(side)
    .follow(reverse(hemline))
    .open();
  return {
    neck,
    shoulder,
    underarm,
    hem,
    shoulderSeam,
    armhole,
    side,
    hemline,
    frontNeck,
    backNeck,
    panel: symmetric(half),
  };
}
