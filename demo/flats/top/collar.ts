import {
  across,
  at,
  type Path,
  type Point,
  parallel,
  pen,
  polygon,
  reverse,
  symmetric,
} from "../geometry.js";
import type { TopDesign, View } from "../model.js";
import { type Sketch, sides, straightGrain, type Tone } from "../sketch.js";
import type { Body } from "./body.js";

/** Where the fall of a collar stands around the neck. */
interface CollarFrame {
  /** The highest point of the fold at the side of the neck. */
  fold: Point;
  /** Where the fall meets the shoulder. */
  foot: Point;
  top: number;
}

const frameOf = (body: Body, spread: number): CollarFrame => ({
  fold: at(body.neck.x - 0.9, -3.6),
  foot: at(body.neck.x + spread, 1),
  top: -4.6,
});

const topEdge = ({ fold, top }: CollarFrame): Path =>
  pen(at(0, top))
    .curve(at(fold.x * 0.45, top), at(fold.x * 0.82, top + 0.25), fold)
    .open();

const sideEdge = ({ fold, foot }: CollarFrame): Path =>
  pen(fold)
    .curve(at(fold.x + 0.9, fold.y + 0.6), at(foot.x - 0.1, foot.y - 2), foot)
    .open();

/** The inside of the collar and its stand behind the neck, down to a depth at the centre. */
function drawCollarInside(sketch: Sketch, frame: CollarFrame, depth: number): void {
  const half = pen(at(0, frame.top))
    .follow(topEdge(frame))
    .curve(at(frame.fold.x * 0.9, depth * 0.4), at(frame.fold.x * 0.4, depth * 0.8), at(0, depth))
    .open();
  const inside = symmetric(half);
  sketch.piece(inside, "inside", "outline");
  sketch.line(
    "seam",
    across(
      pen(at(0, -1.2))
        .curve(at(3, -1.2), at(frame.fold.x * 0.8, -1.4), at(frame.fold.x, -2))
        .open(),
    ),
    { within: inside, on: "inside" },
  );
  sketch.piece(polygon(at(-1.7, -0.7), at(1.7, -0.7), at(1.7, 1.1), at(-1.7, 1.1)), "paper", "fine");
}

/** A collar from behind: the fall lies over the back neck. */
function drawFall(sketch: Sketch, frame: CollarFrame, tone: Tone, drop: number): void {
  const lower = pen(at(0, drop))
    .curve(at(frame.foot.x * 0.5, drop), at(frame.foot.x * 0.86, drop * 0.8), frame.foot)
    .open();
  const half = pen(at(0, frame.top))
    .follow(topEdge(frame))
    .follow(sideEdge(frame))
    .follow(reverse(lower))
    .open();
  sketch.piece(symmetric(half), tone, "outline", tone === "body" ? straightGrain : undefined);
  sketch.line("stitch", parallel(across(lower), -0.7), { on: tone });
}

/** The collar of a shirt or a polo. */
export function drawShirtCollar(sketch: Sketch, design: TopDesign, body: Body, view: View): void {
  const knit = design.details.neckline === "polo collar";
  const tone: Tone = knit ? "trim" : "body";
  const frame = frameOf(body, 1.9);
  if (view === "back") {
    drawFall(sketch, frame, tone, 2.6);
    return;
  }
  const meet = at(0.15, body.frontNeck.from.y - 2.2);
  const reach = 5.2 + (design.silhouette.neckDepth - 6) * 0.7;
  const tip = at(frame.foot.x * 0.74 + (knit ? 0.6 : 0), meet.y + reach);
  drawCollarInside(sketch, frame, meet.y);
  const stand = symmetric(
    pen(at(0, meet.y - 0.2))
      .line(at(2.6, meet.y - 1))
      .line(at(2.2, meet.y + 2.8))
      .line(at(0, meet.y + 3))
      .open(),
  );
  if (!knit) sketch.piece(stand, tone, "seam");
  const leaf = pen(meet)
    .curve(at(frame.fold.x * 0.45, meet.y - 0.8), at(frame.fold.x * 0.98, -0.4), frame.fold)
    .follow(sideEdge(frame))
    .curve(at(frame.foot.x - 0.1, 3), at(tip.x + 1.2, tip.y - 3), tip)
    .curve(at(tip.x * 0.7, tip.y - 1.5), at(meet.x + 1.4, meet.y + 2), meet)
    .close();
  const edge = pen(frame.foot)
    .curve(at(frame.foot.x - 0.1, 3), at(tip.x + 1.2, tip.y - 3), tip)
    .curve(at(tip.x * 0.7, tip.y - 1.5), at(meet.x + 1.4, meet.y + 2), meet)
    .open();
  for (const side of sides) {
    sketch.piece(side.path(leaf), tone, "outline", knit ? undefined : side.grain(straightGrain));
    sketch.line("stitch", side.path(parallel(edge, knit ? 0.9 : 0.65)), {
      on: tone,
      within: side.path(leaf),
    });
  }
}

/** A tailored collar with lapels, or a shawl collar, that roll open down to the first button. */
export function drawLapels(sketch: Sketch, design: TopDesign, body: Body, view: View): void {
  const frame = frameOf(body, 2.6);
  if (view === "back") {
    drawFall(sketch, frame, "body", 3.4);
    return;
  }
  const doubled = design.details.closure === "double-breasted";
  const overlap = doubled ? 7 : 1.4;
  const roll = at(0, design.silhouette.neckDepth);
  const wide = design.silhouette.shoulder * (doubled ? 0.66 : 0.56);
  drawCollarInside(sketch, frame, 4);
  const opening = symmetric(pen(at(0, 1)).line(at(frame.fold.x, -2.5)).line(roll).open());
  sketch.panel(opening, "inside");
  const gorge = at(frame.fold.x * 0.78, roll.y * 0.2 + 1);
  const notch = at(wide * 0.84, gorge.y + 3.4);
  const peak = at(wide, notch.y + (doubled ? -1.2 : 0.9));
  const end = at(-overlap, roll.y + (doubled ? 4 : 1.5));
  const shawl = design.details.neckline === "shawl collar";
  const collar = pen(frame.fold)
    .follow(sideEdge(frame))
    .curve(at(frame.foot.x + 0.2, 3.5), at(notch.x + 1.6, notch.y - 3.5), at(notch.x + 0.7, notch.y - 2.4))
    .line(notch)
    .line(gorge)
    .curve(at(gorge.x + 0.6, 0), at(frame.fold.x - 0.2, -1.5), frame.fold)
    .close();
  // The right front laps under the left one: its lapel ends where it goes under.
  const under = at(0.6, roll.y - 1.2);
  for (const side of [...sides].reverse()) {
    const foot = side.point(end).x < 0 ? end : under;
    const edge = shawl
      ? pen(frame.foot)
          .curve(at(wide * 1.04, notch.y), at(wide * 0.95, roll.y * 0.7), foot)
          .open()
      : pen(peak)
          .curve(at(peak.x + 0.3, peak.y + (end.y - peak.y) * 0.34), at(peak.x * 0.42, foot.y - 3), foot)
          .open();
    const lapel = shawl
      ? pen(frame.fold)
          .follow(sideEdge(frame))
          .follow(edge)
          .curve(at(1, roll.y * 0.8), at(frame.fold.x * 0.8, 3), frame.fold)
          .close()
      : pen(gorge)
          .line(notch)
          .line(peak)
          .follow(edge)
          .curve(at(gorge.x * 0.32, end.y * 0.72), at(gorge.x * 0.75, gorge.y + 5), gorge)
          .close();
    sketch.piece(side.path(lapel), "body", "outline", side.grain(straightGrain));
    sketch.line("stitch", side.path(parallel(edge, 0.7)), { within: side.path(lapel) });
    if (!shawl) sketch.piece(side.path(collar), "body", "outline", side.grain(straightGrain));
  }
}
