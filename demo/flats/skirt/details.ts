import { at, parallel, pen, segment } from "../geometry.js";
import { bow, button, zip } from "../marks.js";
import type { SkirtDesign, View } from "../model.js";
import { drawPatch } from "../patch.js";
import { type Sketch, sides, straightGrain } from "../sketch.js";
import type { SkirtPart } from "./folds.js";

export function drawOpening(sketch: Sketch, design: SkirtDesign, part: SkirtPart, view: View): void {
  const { silhouette: s, details } = design;
  const within = part.panel;
  if (details.closure === "wrap" && view === "front") {
    const edge = pen(at(-s.waist * 0.55, s.band))
      .curve(
        at(-s.waist * 0.5, s.length * 0.5),
        at(-s.hem * 0.36, s.length * 0.8),
        at(-s.hem * 0.2, s.length + 3),
      )
      .open();
    sketch.line("outline", edge, { within });
    sketch.line("stitch", parallel(edge, -0.9), { within });
  }
  if (details.closure === "buttons" && view === "front") {
    for (const x of [-1.7, 1.7]) sketch.line("seam", segment(at(x, s.band), at(x, s.length + 2)), { within });
    const count = Math.max(4, Math.round(s.length / 9));
    for (let i = 0; i < count; i += 1)
      button(sketch, at(0, s.band + 4 + ((s.length - s.band - 10) * i) / (count - 1)), 0.8);
  }
  if (view === "back" && details.shape !== "pleated") {
    sketch.line("seam", segment(at(0, s.band), at(0, s.length + 3)), { within });
    if (details.closure === "back zip") zip(sketch, at(0, s.band + 0.3), at(0, s.band + 15));
  }
  if (view === "front" && details.closure === "fly") {
    sketch.line("seam", segment(at(0, s.band), at(0, s.length + 3)), { within });
    sketch.line(
      "stitch",
      pen(at(3.2, s.band))
        .line(at(3.2, s.band + 9))
        .curve(at(3.2, s.band + 12), at(1.4, s.band + 13.5), at(0, s.band + 13.8))
        .open(),
    );
  }
  if (details.slit && view === (details.closure === "back zip" ? "back" : "front")) {
    const x = view === "back" ? 0 : s.hem * 0.5;
    sketch.line("outline", segment(at(x - 0.4, s.length - 18), at(x, s.length + 2)), { within });
    sketch.line(
      "stitch",
      pen(at(x + 0.9, s.length + 2))
        .line(at(x + 0.9, s.length - 18.6))
        .line(at(x - 0.9, s.length - 18.6))
        .open(),
      { within },
    );
  }
}

export function drawSkirtPockets(sketch: Sketch, design: SkirtDesign, part: SkirtPart): void {
  const { silhouette: s, details } = design;
  for (const side of sides) {
    if (details.pocket === "slant") {
      const mouth = pen(at(s.waist * 0.62, s.band))
        .curve(at(s.waist * 0.72, s.band + 7), at(s.hip * 0.9, s.band + 12), at(s.hip + 3, s.band + 14))
        .open();
      sketch.line("seam", side.path(mouth), { within: part.panel });
      sketch.line("stitch", side.path(parallel(mouth, 0.7)), { within: part.panel });
    } else if (details.pocket !== "none") {
      drawPatch(
        sketch,
        side.path,
        {
          x: s.hip * 0.52,
          y: s.band + 9,
          width: 13,
          height: 14,
          point: 1.2,
          flap: details.pocket === "flap",
        },
        side.grain(straightGrain),
      );
    }
  }
}

export function drawFastening(sketch: Sketch, design: SkirtDesign, view: View): void {
  const { silhouette: s, details } = design;
  if (view === "front" && details.closure === "fly") button(sketch, at(1.2, s.band / 2 + 1.1), 0.8, "metal");
  if (details.waistband === "tie" && view === "front")
    bow(sketch, at(-s.waist * 0.55, s.band * 0.5 + 0.6), 0.85);
}
