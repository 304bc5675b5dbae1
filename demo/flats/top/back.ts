import { at, parallel, pen, segment, xAt } from "../geometry.js";
import type { TopDesign } from "../model.js";
import { type Sketch, sides } from "../sketch.js";
import type { Body } from "./body.js";
import { dart, princess } from "./front.js";

/** What only the back of a top shows: yoke, pleat, centre seam, vent, racer lines. */
export function drawBack(sketch: Sketch, design: TopDesign, body: Body): void {
  const { silhouette: s, details } = design;
  const within = body.panel;
  const nape = body.backNeck.from.y;
  switch (details.back) {
    case "yoke":
    case "pleated yoke": {
      const y = s.slope + (s.armhole - s.slope) * 0.34;
      for (const side of sides) {
        const seam = pen(at(0, y + 1))
          .curve(at(6, y + 1), at(12, y + 0.6), at(xAt(body.armhole, y) + 2, y))
          .open();
        sketch.line("seam", side.path(seam), { within });
        sketch.line("stitch", side.path(parallel(seam, 0.7)), { within });
        if (details.back === "pleated yoke") {
          const pleat = pen(at(1.6, y + 1))
            .curve(at(1.5, y + 8), at(1, y + 16), at(0.5, y + 24))
            .open();
          sketch.line("fine", side.path(pleat), { within });
        }
      }
      if (details.back === "pleated yoke") sketch.line("seam", segment(at(-0.5, y + 1), at(-0.5, y + 2.6)));
      break;
    }
    case "centre seam":
      sketch.line("seam", segment(at(0, nape), at(0, s.length + 6)), { within });
      if (!details.vent) sketch.line("stitch", segment(at(0.7, nape), at(0.7, s.length + 6)), { within });
      break;
    case "princess":
    case "darts":
      for (const side of sides) {
        const y = s.slope + (s.armhole - s.slope) * 0.6;
        if (details.back === "princess")
          sketch.line("seam", side.path(princess(design, { x: xAt(body.armhole, y), y })), { within });
        else
          sketch.line(
            "seam",
            side.path(dart(s.waist * 0.46, s.waistHeight - 13, s.waistHeight, s.waistHeight + 11)),
            { within },
          );
      }
      if (details.back === "princess")
        sketch.line("seam", segment(at(0, nape), at(0, s.length + 6)), { within });
      break;
    case "racer":
      for (const side of sides) {
        const seam = pen(at(s.shoulder - 0.6, s.slope + 1))
          .curve(
            at(s.shoulder * 0.5, s.armhole * 0.5),
            at(s.shoulder * 0.5, s.armhole * 0.8),
            at(s.chest - 1, s.armhole + 8),
          )
          .open();
        sketch.line("seam", side.path(seam), { within });
        sketch.line("stitch", side.path(parallel(seam, 0.7)), { within });
      }
      break;
    default:
  }
  if (details.vent) {
    const top = s.length - 24;
    sketch.line("outline", segment(at(0, top), at(0, s.length + 2)), { within });
    sketch.line(
      "seam",
      pen(at(0, top))
        .line(at(-3.4, top + 2.2))
        .line(at(-3.4, s.length + 2))
        .open(),
      { within },
    );
  }
}
