import { at, pen, polygon, segment, symmetric } from "../geometry.js";
import { zip } from "../marks.js";
import type { TopDesign } from "../model.js";
import { drawPatch } from "../patch.js";
import { type Sketch, sides, straightGrain } from "../sketch.js";
import type { Body } from "./body.js";

export function drawPockets(sketch: Sketch, design: TopDesign, body: Body): void {
  const { silhouette: s, details } = design;
  const chestY = s.slope + (s.armhole - s.slope) * 0.72;
  const chestX = s.chest * 0.46;
  const handY = Math.min(s.waistHeight + 4, s.length - 24);
  const handX = s.waist * 0.56;
  const chest = {
    x: chestX,
    y: chestY,
    width: s.chest * 0.4,
    height: s.chest * 0.47,
    point: 1.6,
    flap: false,
  };
  switch (details.pocket) {
    case "none":
      return;
    case "chest":
      drawPatch(sketch, (path) => path, chest);
      return;
    case "two chest":
    case "flap chest":
      for (const side of sides)
        drawPatch(
          sketch,
          side.path,
          { ...chest, flap: details.pocket === "flap chest" },
          side.grain(straightGrain),
        );
      return;
    case "kangaroo":
      drawKangaroo(sketch, design);
      return;
    case "patch":
      for (const side of sides)
        drawPatch(
          sketch,
          side.path,
          { x: handX, y: handY, width: s.waist * 0.56, height: 17, point: 0.4, flap: false },
          side.grain(straightGrain),
        );
      return;
    case "flap":
      for (const side of sides)
        drawPatch(
          sketch,
          side.path,
          { x: handX, y: handY, width: s.waist * 0.54, height: 16, point: 0.4, flap: true },
          side.grain(straightGrain),
        );
      return;
    case "welt":
    case "zip": {
      const top = at(s.waist * 0.5, Math.min(s.waistHeight - 1, s.length - 26));
      const bottom = at(s.waist * 0.72, top.y + 14);
      for (const side of sides) {
        if (details.pocket === "zip") zip(sketch, side.point(top), side.point(bottom));
        else {
          const welt = polygon(top, bottom, at(bottom.x - 2.6, bottom.y + 0.9), at(top.x - 2.6, top.y + 0.9));
          sketch.piece(side.path(welt), "body", "seam", side.grain(straightGrain));
          sketch.line(
            "stitch",
            side.path(segment(at(top.x + 0.7, top.y), at(bottom.x + 0.7, bottom.y + 0.4))),
            { within: body.panel },
          );
        }
      }
    }
  }
}

function drawKangaroo(sketch: Sketch, design: TopDesign): void {
  const { silhouette: s, details } = design;
  const bottom = s.length - (details.hem === "rib" ? 5.5 : 2.6);
  const top = bottom - 17;
  const wide = s.waist * 0.64;
  const zipped = details.closure === "zip";
  const inner = zipped ? 1.6 : 0;
  const mouth = segment(at(wide * 0.62, top), at(wide, bottom - 5.5));
  const half = pen(at(inner, top))
    .line(mouth.from)
    .curve(at(wide * 0.68, top + 4), at(wide * 0.86, bottom - 9), at(wide, bottom - 5.5))
    .line(at(wide, bottom))
    .line(at(inner, bottom));
  if (zipped)
    for (const side of sides)
      sketch.piece(side.path(half.close()), "body", "seam", side.grain(straightGrain));
  else sketch.piece(symmetric(half.open()), "body", "seam", straightGrain);
  for (const side of sides) {
    for (const gap of [0.7, 1.3]) {
      sketch.line(
        "stitch",
        side.path(
          pen(at(wide * 0.62 - gap, top + 0.3))
            .curve(
              at(wide * 0.68 - gap, top + 4),
              at(wide * 0.86 - gap, bottom - 9),
              at(wide - gap, bottom - 5),
            )
            .open(),
        ),
      );
    }
  }
  if (!zipped) sketch.line("stitch", segment(at(-wide * 0.6, top + 0.7), at(wide * 0.6, top + 0.7)));
}
