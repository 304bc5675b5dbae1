import { at, mapPath, type Path, polygon, segment } from "./geometry.js";
import { button } from "./marks.js";
import { type Sketch, straightGrain } from "./sketch.js";

/** A patch pocket with a pointed or a square foot. */
function patch(x: number, y: number, width: number, height: number, point: number): Path {
  return polygon(
    at(x - width / 2, y),
    at(x + width / 2, y),
    at(x + width / 2 - 0.2, y + height - point),
    at(x, y + height),
    at(x - width / 2 + 0.2, y + height - point),
  );
}

const inset = (path: Path, centre: { x: number; y: number }, gap: number, reach: number): Path =>
  mapPath(path, (p) =>
    at(centre.x + (p.x - centre.x) * (1 - gap / reach), centre.y + (p.y - centre.y) * (1 - gap / reach)),
  );

/** A patch pocket, topstitched, with a hem at its mouth and, where wanted, a flap with a button. */
export function drawPatch(
  sketch: Sketch,
  place: (path: Path) => Path,
  at_: { x: number; y: number; width: number; height: number; point: number; flap: boolean },
  grain = straightGrain,
): void {
  const { x, y, width, height, point, flap } = at_;
  const pocket = patch(x, y, width, height, point);
  sketch.piece(place(pocket), "body", "seam", grain);
  sketch.line("stitch", place(inset(pocket, { x, y: y + height / 2 }, 0.5, width / 2)));
  if (!flap) {
    sketch.line("stitch", place(segment(at(x - width / 2 + 0.3, y + 2), at(x + width / 2 - 0.3, y + 2))));
    return;
  }
  const lid = patch(x, y - 1, width + 0.5, height * 0.36, Math.min(1.3, point + 0.4));
  sketch.piece(place(lid), "body", "seam", grain);
  sketch.line("stitch", place(inset(lid, { x, y: y - 1 + height * 0.17 }, 0.45, width / 2)));
  const centre = place(segment(at(x, y + height * 0.2), at(x, y + height * 0.2))).from;
  button(sketch, centre, 0.55);
}
