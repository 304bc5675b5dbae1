import { across, at, parallel, pen, reverse, symmetric, xAt } from "../geometry.js";
import { ribs } from "../marks.js";
import type { TopDesign } from "../model.js";
import { type Sketch, sides } from "../sketch.js";
import { type Body, ribHeight } from "./body.js";

/** How much longer the back of a high-low hem hangs. */
export const backDrop = 5;

function drawRibHem(sketch: Sketch, design: TopDesign, body: Body): void {
  const y = body.hem.y - ribHeight;
  const x = xAt(body.side, y);
  const top = pen(at(0, y + 0.8))
    .curve(at(x * 0.4, y + 0.8), at(x * 0.75, y + 0.4), at(x, y))
    .open();
  const band = symmetric(pen(top.from).follow(top).line(body.hem).follow(reverse(body.hemline)).open());
  sketch.piece(band, "trim", "outline");
  ribs(
    sketch,
    58,
    (share) => {
      const upper = at(-x + 2 * x * share, y + 0.9 - Math.abs(share - 0.5) * 1.2);
      return [
        at(upper.x, upper.y + 0.5),
        at(-body.hem.x + 2 * body.hem.x * share, design.silhouette.length - 0.7),
      ];
    },
    "trim",
  );
}

export function drawHem(sketch: Sketch, design: TopDesign, body: Body): void {
  const hemline = across(body.hemline);
  const within = body.panel;
  if (design.details.hem === "rib") {
    drawRibHem(sketch, design, body);
    return;
  }
  const shirt = design.details.hem === "shirt-tail";
  for (const gap of shirt ? [0.9] : [2, 2.5]) sketch.line("stitch", parallel(hemline, -gap), { within });
  if (design.details.hem === "split") {
    for (const side of sides) {
      const y = body.hem.y - 6;
      const slit = pen(at(xAt(body.side, y), y))
        .line(at(xAt(body.side, y) - 1.2, y))
        .line(at(body.hem.x - 1.2, body.hem.y + 1))
        .open();
      sketch.line("stitch", side.path(slit), { within });
    }
  }
}

export function drawHangingBack(sketch: Sketch, body: Body): void {
  const drop = at(body.hem.x - 0.4, body.hem.y + backDrop - 1.5);
  const lower = pen(at(0, body.hemline.from.y + backDrop))
    .curve(at(drop.x * 0.4, body.hemline.from.y + backDrop), at(drop.x * 0.8, drop.y + 1.5), drop)
    .open();
  const panel = symmetric(pen(lower.from).follow(lower).line(body.hem).line(at(0, body.hem.y)).open());
  sketch.panel(panel, "inside");
  sketch.line("stitch", parallel(across(lower), -1.6), { on: "inside" });
  sketch.line("outline", pen(at(-body.hem.x, body.hem.y)).follow(across(lower)).line(body.hem).open());
}
