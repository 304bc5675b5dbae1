import { across, at, ellipse, parallel, pen, reverse, sample, segment, symmetric } from "../geometry.js";
import type { TopDesign, View } from "../model.js";
import { type Sketch, sides, straightGrain } from "../sketch.js";
import type { Body } from "./body.js";

/** A hood standing up behind the neck. */
export function drawHood(sketch: Sketch, design: TopDesign, body: Body, view: View): void {
  const { x } = body.neck;
  const height = 25 + (x - 9) * 1.5;
  const wide = x + 3.9;
  const outline = pen(at(0, -height))
    .curve(at(wide * 0.58, -height), at(wide * 0.98, -height * 0.86), at(wide, -height * 0.5))
    .curve(at(wide, -height * 0.26), at(x + 2.5, -height * 0.1), at(x + 1.7, 1.2))
    .open();
  const collarSeam = pen(at(0, view === "front" ? design.silhouette.neckDepth : 3.2))
    .curve(
      at(x * 0.6, view === "front" ? design.silhouette.neckDepth : 3.2),
      at(x * 1.05, 3.4),
      at(x + 1.7, 1.2),
    )
    .open();
  const shell = symmetric(pen(outline.from).follow(outline).follow(reverse(collarSeam)).open());
  sketch.piece(shell, "body", "outline", straightGrain);
  if (view === "back") {
    const gap = design.print.variant % 2 === 0 ? 0 : 2.6;
    for (const side of sides) {
      sketch.line("seam", side.path(segment(at(gap, -height), at(gap * 0.8, 3.2))), { within: shell });
      sketch.line("stitch", side.path(segment(at(gap + 0.6, -height), at(gap * 0.8 + 0.6, 3))), {
        within: shell,
      });
    }
    sketch.line("stitch", parallel(across(collarSeam), 0.7));
    return;
  }
  const depth = design.silhouette.neckDepth;
  const face = pen(at(0, -height + 3.4))
    .curve(at(wide * 0.4, -height + 3.4), at(wide * 0.66, -height * 0.74), at(wide * 0.64, -height * 0.46))
    .curve(at(wide * 0.62, -height * 0.2), at(wide * 0.26, depth * 0.1), at(0, depth - 2.4))
    .open();
  const opening = symmetric(face);
  sketch.piece(opening, "inside", "outline");
  sketch.line("seam", segment(at(0, -height + 3.4), at(0, -1.5)), { on: "inside", within: opening });
  sketch.line(
    "seam",
    across(
      pen(at(0, -1.5))
        .curve(at(4, -1.5), at(x - 1, -2), at(x + 2, -3.4))
        .open(),
    ),
    { on: "inside", within: opening },
  );
  sketch.piece(
    symmetric(pen(at(0, -0.9)).line(at(1.7, -0.9)).line(at(1.7, 1)).line(at(0, 1)).open()),
    "paper",
    "fine",
  );
  for (const side of sides) sketch.line("stitch", side.path(parallel(face, -1.7)), { within: shell });
  // One side laps over the other at the throat.
  sketch.line(
    "seam",
    pen(at(0, depth - 2.4))
      .curve(at(-0.5, depth - 2), at(-1, depth - 1), at(-1.4, depth - 0.1))
      .open(),
  );
  drawCords(sketch, sample(face, 12)[21]!, depth);
}

function drawCords(sketch: Sketch, near: { x: number; y: number }, depth: number): void {
  const eye = at(near.x + 1, near.y + 1.3);
  for (const side of sides) {
    const cord = pen(eye)
      .curve(at(eye.x - 0.5, eye.y + 3), at(eye.x + 0.7, depth + 5), at(eye.x - 0.1, depth + 10))
      .open();
    sketch.piece(
      side.path(
        pen(cord.from)
          .follow(cord)
          .follow(reverse(parallel(cord, -0.55)))
          .close(),
      ),
      "trim",
      "fine",
    );
    const tip = cord.curves[0]!.to;
    sketch.piece(
      side.path(
        pen(at(tip.x - 0.1, tip.y))
          .line(at(tip.x + 0.7, tip.y))
          .line(at(tip.x + 0.6, tip.y + 1.8))
          .line(at(tip.x, tip.y + 1.8))
          .close(),
      ),
      "metal",
      "fine",
    );
    sketch.piece(side.path(ellipse(eye, 0.55)), "metal", "fine");
  }
}
