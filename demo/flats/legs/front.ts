import { at, type Path, parallel, pen, reverse, segment, xAt } from "../geometry.js";
import { button, foldMark } from "../marks.js";
import type { LegsDesign } from "../model.js";
import { drawPatch } from "../patch.js";
import { type Sketch, sides } from "../sketch.js";
import type { Leg } from "./leg.js";

export function drawFront(sketch: Sketch, design: LegsDesign, leg: Leg): void {
  const { silhouette: s, details } = design;
  const top = s.band;
  if (details.closure !== "side zip") {
    const flyEnd = s.rise * 0.72;
    const j = pen(at(3.4, top))
      .line(at(3.3, flyEnd - 4))
      .curve(at(3.2, flyEnd - 1), at(1.8, flyEnd + 0.4), at(0, flyEnd + 0.8))
      .open();
    if (details.closure !== "drawcord") {
      sketch.line("stitch", j);
      sketch.line("stitch", parallel(j, 0.55));
    }
  }
  for (const side of sides) {
    const within = side.path(leg.panel);
    drawFrontPocket(sketch, design, leg, side.path);
    for (let i = 0; i < details.pleats; i += 1) {
      const x = s.waist * (0.42 + i * 0.16);
      sketch.line(
        "seam",
        side.path(
          pen(at(x, top))
            .curve(at(x + 0.2, top + 4), at(x + 0.1, top + 8), at(x - 0.3, top + 12))
            .open(),
        ),
        { within },
      );
    }
    if (details.crease) {
      const crease = pen(at(s.waist * 0.42, top + (details.pleats > 0 ? 11 : 6)))
        .curve(
          at(s.hip * 0.5, s.rise),
          at(s.gap + s.hem / 2 - 0.6, s.length * 0.6),
          at(s.gap + s.hem / 2, s.length),
        )
        .open();
      sketch.line("fine", side.path(crease), { within });
    }
    foldMark(sketch, side.point(at(1, s.rise - 1)), side.point(at(7.5, s.rise - 4.6)), 0.4, within);
    foldMark(sketch, side.point(at(0.7, s.rise - 3)), side.point(at(4.6, s.rise - 6.6)), 0.4, within);
  }
}

function drawFrontPocket(sketch: Sketch, design: LegsDesign, leg: Leg, place: (path: Path) => Path): void {
  const { silhouette: s, details } = design;
  const top = s.band;
  const within = place(leg.panel);
  const mouth =
    details.pocket === "jean"
      ? pen(at(s.waist * 0.56, top))
          .curve(at(s.waist * 0.58, top + 6), at(s.waist * 0.78, top + 8), at(s.hip + 2, top + 7.6))
          .open()
      : pen(at(s.waist * 0.66, top))
          .curve(at(s.waist * 0.76, top + 6), at(s.waist * 0.9, top + 12), at(s.hip + 1.5, top + 17))
          .open();
  if (details.pocket === "none") return;
  if (details.pocket === "welt") {
    sketch.line("seam", place(segment(at(s.waist * 0.45, top + 6), at(s.waist * 0.86, top + 7))), { within });
    sketch.line("seam", place(segment(at(s.waist * 0.45, top + 7), at(s.waist * 0.86, top + 8))), { within });
    return;
  }
  sketch.line("seam", place(mouth), { within });
  for (const gap of [0.6, 1.15]) sketch.line("stitch", place(parallel(mouth, gap)), { within });
  if (details.pocket === "cargo") {
    const y = s.rise + Math.min(8, (s.length - s.rise) * 0.2);
    const outer = xAt(leg.outseam, y + 8);
    drawPatch(sketch, place, {
      x: outer - 6.2,
      y,
      width: 12.5,
      height: Math.min(17, (s.length - y) * 0.66),
      point: 0.5,
      flap: true,
    });
  }
}

export function drawKnee(sketch: Sketch, design: LegsDesign, leg: Leg, place: (path: Path) => Path): void {
  const { silhouette: s } = design;
  const y = s.rise + (s.length - s.rise) * 0.42;
  const within = place(leg.panel);
  const levels = design.details.knee === "seam" ? [y + 4] : [y - 7, y + 11];
  for (const level of levels) {
    const seam = segment(at(xAt(leg.inseam, level) - 1, level), at(xAt(leg.outseam, level) + 1, level - 0.6));
    sketch.line("seam", place(seam), { within });
    sketch.line("stitch", place(parallel(seam, 0.7)), { within });
  }
}

export function drawFastening(sketch: Sketch, design: LegsDesign): void {
  const { silhouette: s, details } = design;
  const y = s.band / 2 + 1.2;
  if (details.closure === "fly" && details.waistband === "plain") button(sketch, at(1, y), 0.85, "metal");
  if (details.closure === "button fly")
    for (let i = 0; i < 4; i += 1) button(sketch, at(1.6, y + i * 4), 0.7, "metal");
  if (details.closure !== "drawcord") return;
  for (const side of sides) {
    const cord = pen(at(1.3, y))
      .curve(at(2.4, y + 4), at(2.2, y + 8), at(1.5, y + 13))
      .open();
    const ribbon = pen(cord.from)
      .follow(cord)
      .follow(reverse(parallel(cord, -0.55)))
      .close();
    sketch.piece(side.path(ribbon), "trim", "fine");
  }
}
