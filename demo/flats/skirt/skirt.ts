import {
  across,
  at,
  crescent,
  type Path,
  type Point,
  parallel,
  pen,
  reverse,
  segment,
  symmetric,
  through,
} from "../geometry.js";
import type { SkirtDesign, View } from "../model.js";
import { Sketch, sides, straightGrain } from "../sketch.js";
import { drawWaistband } from "../waistband.js";
import { drawFastening, drawOpening, drawSkirtPockets } from "./details.js";
import { drawSkirtPart, type SkirtPart } from "./folds.js";

function skirtPart(design: SkirtDesign): SkirtPart {
  const { silhouette: s, details } = design;
  const loose = details.shape === "flared" || details.shape === "gathered" || details.shape === "tiered";
  const top = s.band;
  const corner = at(s.hem, s.length - s.hemCurve);
  const side = loose
    ? pen(at(s.waist, top))
        .curve(
          at(s.waist + (s.hip - s.waist) * 0.9, top + s.hipHeight * 0.5),
          at(s.hem - (s.hem - s.hip) * 0.4, s.length * 0.66),
          corner,
        )
        .open()
    : pen(at(s.waist, top))
        .curve(
          at(s.waist + 2, top + s.hipHeight * 0.3),
          at(s.hip - 0.3, s.hipHeight * 0.62),
          at(s.hip, s.hipHeight),
        )
        .curve(
          at(s.hip, s.hipHeight + (corner.y - s.hipHeight) * 0.35),
          at(s.hem + (s.hip - s.hem) * 0.2, corner.y - (corner.y - s.hipHeight) * 0.3),
          corner,
        )
        .open();
  const folds = details.folds;
  const hemline =
    loose && details.shape !== "tiered"
      ? wavyHem(s.length, corner, folds)
      : pen(at(0, s.length))
          .curve(at(corner.x * 0.45, s.length), at(corner.x * 0.8, corner.y + s.hemCurve * 0.35), corner)
          .open();
  const panel = symmetric(
    pen(at(0, top)).line(at(s.waist, top)).follow(side).follow(reverse(hemline)).open(),
  );
  return { top, waist: s.waist, side, hemline, panel, shape: details.shape, folds, seamed: false };
}

/** The edge of a flare: it swings where the folds fall. */
function wavyHem(length: number, corner: Point, folds: number): Path {
  const waves = Math.min(folds, 4);
  const points = Array.from({ length: waves * 6 + 1 }, (_, i) => {
    const share = i / (waves * 6);
    const base = length + (corner.y - length) * share ** 2;
    return at(corner.x * share, base - 0.75 + 0.75 * Math.cos(share * waves * 2 * Math.PI));
  });
  return through([...points.slice(0, -1), corner]);
}

export function drawSkirt(design: SkirtDesign, view: View): Sketch {
  const sketch = new Sketch();
  const { silhouette: s, details } = design;
  const part = skirtPart(design);
  const within = part.panel;
  sketch.panel(part.panel, "body", { grain: straightGrain });
  if (design.print.kind === "colour block") {
    const y = s.length * (0.5 + design.print.weight * 0.5);
    sketch.panel(
      pen(at(-80, y))
        .line(at(80, y))
        .line(at(80, s.length + 5))
        .line(at(-80, s.length + 5))
        .close(),
      "accent",
      { within },
    );
    sketch.line("seam", segment(at(-80, y), at(80, y)), { within });
  }
  for (const side of sides) {
    if (design.print.kind === "side stripes") {
      const stripe = pen(part.side.from)
        .follow(parallel(part.side, 1))
        .follow(reverse(parallel(part.side, 3.4)))
        .close();
      sketch.panel(side.path(stripe), "accent", { within });
    }
    sketch.panel(side.path(crescent(part.side, 2.4)), "shade", { within });
  }
  drawSkirtPart(sketch, part);
  for (const gap of [1.8, 2.3]) sketch.line("stitch", parallel(across(part.hemline), -gap), { within });
  drawOpening(sketch, design, part, view);
  if (view === "front" || details.pocket === "patch") drawSkirtPockets(sketch, design, part);
  if (details.waistband === "yoke") {
    const y = s.band + 6;
    const yoke =
      view === "front"
        ? segment(at(0, y), at(s.hip + 4, y - 0.6))
        : segment(at(0, y + 3), at(s.hip + 4, y - 1));
    for (const side of sides) {
      sketch.line("seam", side.path(yoke), { within });
      sketch.line("stitch", side.path(parallel(yoke, 0.7)), { within });
    }
  }
  for (const side of sides) sketch.line("outline", side.path(part.side));
  sketch.line("outline", across(part.hemline));
  drawWaistband(sketch, { waist: s.waist, band: s.band, elastic: details.waistband === "elastic" }, view);
  drawFastening(sketch, design, view);
  return sketch;
}
