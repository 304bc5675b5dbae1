import { at, parallel, rectangle, segment } from "../geometry.js";
import { button } from "../marks.js";
import type { LegsDesign } from "../model.js";
import { drawPatch } from "../patch.js";
import { type Sketch, sides, straightGrain } from "../sketch.js";
import type { Leg } from "./leg.js";

export function drawLegsBack(sketch: Sketch, design: LegsDesign, leg: Leg): void {
  const { silhouette: s, details } = design;
  const top = s.band;
  const yoked = details.backPocket === "patch" && details.waistband !== "elastic";
  for (const side of sides) {
    const within = side.path(leg.panel);
    if (yoked) {
      const yoke = segment(at(0, top + 7.5), at(s.hip + 2, top + 3.6));
      sketch.line("seam", side.path(yoke), { within });
      sketch.line("stitch", side.path(parallel(yoke, 0.6)), { within });
    } else if (details.waistband === "plain" || details.waistband === "belted") {
      sketch.line("seam", side.path(segment(at(s.waist * 0.5, top), at(s.waist * 0.5, top + 7))), { within });
    }
    const x = s.waist * 0.53;
    const y = top + (yoked ? 8.4 : 8);
    if (details.backPocket === "patch")
      drawPatch(
        sketch,
        side.path,
        { x, y, width: 12, height: 13, point: 2, flap: false },
        side.grain(straightGrain),
      );
    if (details.backPocket === "flap")
      drawPatch(
        sketch,
        side.path,
        { x, y, width: 12, height: 13, point: 1, flap: true },
        side.grain(straightGrain),
      );
    if (details.backPocket === "welt") {
      sketch.piece(side.path(rectangle(x - 6, y, x + 6, y + 1.2)), "body", "seam");
      button(sketch, side.point(at(x, y + 2.6)), 0.55);
    }
  }
  sketch.line("stitch", segment(at(0.7, top), at(0.5, s.rise - 1)));
}
