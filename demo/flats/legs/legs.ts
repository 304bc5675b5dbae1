import {
  at,
  crescent,
  type Path,
  type Point,
  parallel,
  pen,
  polygon,
  rectangle,
  reverse,
  segment,
  symmetric,
  xAt,
} from "../geometry.js";
import { ribs } from "../marks.js";
import type { LegsDesign, View } from "../model.js";
import { Sketch, sides, straightGrain } from "../sketch.js";
import { drawWaistband, waistDip } from "../waistband.js";
import { drawLegsBack } from "./back.js";
import { drawFastening, drawFront, drawKnee } from "./front.js";
import { type Leg, legOf } from "./leg.js";

function drawHem(sketch: Sketch, design: LegsDesign, leg: Leg, place: (path: Path) => Path): void {
  const edge = segment(leg.outerHem, leg.innerHem);
  const within = place(leg.panel);
  const up = (gap: number): [Point, Point] => {
    const y = leg.innerHem.y - gap;
    return [at(xAt(leg.outseam, leg.outerHem.y - gap), leg.outerHem.y - gap), at(xAt(leg.inseam, y), y)];
  };
  switch (design.details.hem) {
    case "rib": {
      const [outer, inner] = up(6);
      const narrow = 0.8;
      const band = polygon(
        outer,
        at(leg.outerHem.x - narrow, leg.outerHem.y),
        at(leg.innerHem.x + narrow, leg.innerHem.y),
        inner,
      );
      sketch.piece(place(band), "trim", "outline");
      ribs(
        sketch,
        Math.round(design.silhouette.hem / 0.85),
        (share) => {
          const a = at(outer.x + (inner.x - outer.x) * share, outer.y + (inner.y - outer.y) * share);
          const b = at(
            leg.outerHem.x - narrow + (leg.innerHem.x - leg.outerHem.x + 2 * narrow) * share,
            leg.outerHem.y + (leg.innerHem.y - leg.outerHem.y) * share,
          );
          return [place(segment(a, b)).from, place(segment(b, a)).from];
        },
        "trim",
      );
      return;
    }
    case "turn-up": {
      const [outer, inner] = up(4);
      sketch.piece(
        place(
          polygon(
            at(outer.x + 0.4, outer.y),
            at(leg.outerHem.x + 0.4, leg.outerHem.y),
            at(leg.innerHem.x - 0.4, leg.innerHem.y),
            at(inner.x - 0.4, inner.y),
          ),
        ),
        "body",
        "outline",
        straightGrain,
      );
      return;
    }
    default:
      for (const gap of [2, 2.5]) sketch.line("stitch", place(parallel(edge, gap)), { within });
      if (design.details.hem === "split") {
        const y = leg.outerHem.y - 6;
        sketch.line(
          "stitch",
          place(
            pen(at(xAt(leg.outseam, y), y))
              .line(at(xAt(leg.outseam, y) - 1.2, y))
              .line(at(leg.outerHem.x - 1.2, leg.outerHem.y + 1))
              .open(),
          ),
          { within },
        );
      }
  }
}

function drawLoops(sketch: Sketch, design: LegsDesign, view: View): void {
  const { silhouette: s, details } = design;
  const dip = waistDip(view);
  const loops = view === "front" ? [0.5] : [0.12, 0.62];
  for (const side of sides) {
    for (const share of loops) {
      const x = s.waist * share;
      sketch.piece(
        side.path(rectangle(x - 0.65, dip * 0.6 - 0.5, x + 0.65, s.band + dip * 0.8 + 0.5)),
        "body",
        "seam",
      );
    }
  }
  if (details.waistband === "belted") {
    const belt = symmetric(
      pen(at(0, s.band * 0.2 + dip))
        .line(at(s.waist, s.band * 0.2))
        .line(at(s.waist + 0.2, s.band * 0.85))
        .line(at(0, s.band * 0.85 + dip))
        .open(),
    );
    sketch.piece(belt, "second", "seam");
    if (view === "front") {
      sketch.piece(rectangle(-2.2, dip, 2.2, s.band + dip), "metal", "seam");
      sketch.piece(rectangle(-1.3, dip + 0.8, 1.3, s.band + dip - 0.8), "second", "seam");
    }
  }
}

export function drawLegs(design: LegsDesign, view: View): Sketch {
  const sketch = new Sketch();
  const { silhouette: s, details } = design;
  const leg = legOf(design);
  for (const side of sides) {
    const panel = side.path(leg.panel);
    sketch.panel(panel, "body", { grain: side.grain(straightGrain) });
    if (design.print.kind === "side stripes") {
      const count = 1 + (design.print.variant % 2);
      for (let i = 0; i < count; i += 1) {
        const near = 1 + i * 2.6;
        const stripe = pen(parallel(leg.outseam, near).from)
          .follow(parallel(leg.outseam, near))
          .follow(reverse(parallel(leg.outseam, near + 1.8)))
          .close();
        sketch.panel(side.path(stripe), i === 0 ? "accent" : "second", { within: panel });
      }
    }
    if (design.print.kind === "colour block") {
      const y = s.rise + (s.length - s.rise) * (0.3 + design.print.weight);
      sketch.panel(side.path(rectangle(-2, y, s.hip * 2, s.length + 3)), "accent", { within: panel });
      sketch.line("seam", side.path(segment(at(-2, y), at(s.hip * 2, y))), { within: panel });
    }
    sketch.panel(side.path(crescent(leg.inseam, -2.4)), "shade", { within: panel });
  }
  for (const side of sides) {
    const within = side.path(leg.panel);
    drawHem(sketch, design, leg, side.path);
    sketch.line(
      "outline",
      side.path(
        pen(leg.outseam.from).follow(leg.outseam).line(leg.innerHem).follow(reverse(leg.inseam)).open(),
      ),
    );
    sketch.line("stitch", side.path(parallel(leg.outseam, 0.7)), { within });
    if (view === "front" && details.knee !== "none") drawKnee(sketch, design, leg, side.path);
  }
  sketch.line("seam", segment(at(0, s.band), leg.crotch));
  if (view === "front") drawFront(sketch, design, leg);
  else drawLegsBack(sketch, design, leg);
  drawWaistband(sketch, { waist: s.waist, band: s.band, elastic: details.waistband === "elastic" }, view);
  if (details.waistband !== "elastic") drawLoops(sketch, design, view);
  if (view === "front") drawFastening(sketch, design);
  return sketch;
}
