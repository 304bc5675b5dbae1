import { at, pen, rectangle, symmetric, xAt } from "../geometry.js";
import { bow } from "../marks.js";
import type { TopDesign, View } from "../model.js";
import type { Sketch } from "../sketch.js";
import type { Body } from "./body.js";

/** A belt at the waist of a coat or a dress: tied or buckled in front, plain behind. */
export function drawBelt(sketch: Sketch, design: TopDesign, body: Body, view: View): void {
  const { belt } = design.details;
  if (belt === "none") return;
  const y = design.silhouette.waistHeight;
  const x = xAt(body.side, y) + 0.35;
  const half = pen(at(0, y - 1.6))
    .line(at(x, y - 2))
    .line(at(x, y + 1.8))
    .line(at(0, y + 2.2))
    .open();
  sketch.piece(symmetric(half), "body", "outline");
  for (const loop of [-0.72, 0.72]) {
    sketch.piece(rectangle(loop * x - 0.6, y - 2.7, loop * x + 0.6, y + 2.7), "body", "seam");
  }
  if (view === "back") return;
  if (belt === "buckle") {
    sketch.piece(rectangle(-2.6, y - 2.9, 2.6, y + 3.3), "metal", "seam");
    sketch.piece(rectangle(-1.7, y - 1.9, 1.7, y + 2.3), "body", "seam");
    sketch.line(
      "seam",
      pen(at(-2.2, y + 0.2))
        .line(at(1.8, y + 0.2))
        .open(),
    );
    return;
  }
  bow(sketch, at(0, y), 1);
}
