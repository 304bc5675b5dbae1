import { across, at, pen, sample } from "../geometry.js";
import type { TopDesign } from "../model.js";
import { type Sketch, sides } from "../sketch.js";
import { type Body, quiltRows } from "./body.js";

export function drawQuilting(sketch: Sketch, design: TopDesign, body: Body): void {
  const { chest, slope } = design.silhouette;
  const rows = quiltRows(design, body.underarm.y).slice(0, -1);
  const step = (rows[1] as number) - (rows[0] as number);
  for (let y = body.underarm.y - step; y > slope + 3; y -= step) rows.unshift(y);
  for (const y of rows) {
    const half = pen(at(0, y + 0.9))
      .curve(at(chest * 0.35, y + 0.9), at(chest * 0.75, y + 0.5), at(chest + 8, y))
      .open();
    sketch.line("seam", across(half), { within: body.panel });
    // The padding puckers where it is held down.
    const puckers = sample(half, 14).filter((_, i) => i % 3 === 1);
    for (const [i, { x, y: held }] of puckers.entries()) {
      const way = i % 2 === 0 ? 1 : -1;
      const pucker = pen(at(x, held)).curve(
        at(x, held + way),
        at(x + 0.3, held + 1.7 * way),
        at(x + 0.9, held + 2.4 * way),
      );
      for (const side of sides) sketch.line("fine", side.path(pucker.open()), { within: body.panel });
    }
  }
}
