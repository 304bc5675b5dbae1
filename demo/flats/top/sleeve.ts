import {
  add,
  at,
  crescent,
  endOf,
  mix,
  type Path,
  type Point,
  parallel,
  pen,
  polygon,
  reverse,
  sample,
  segment,
  stretch,
  subtract,
  times,
  unit,
} from "../geometry.js";
import { foldMark } from "../marks.js";
import type { TopDesign, View } from "../model.js";
import { type Grain, type Side, type Sketch, sides, type Tone } from "../sketch.js";
import type { Body } from "./body.js";

/** How much of the armhole a cap sleeve covers, from the shoulder down. */
export const capReach = 0.75;

interface SleeveBlock {
  outer: Path;
  inner: Path;
  /** The outer and the inner corner of the sleeve's lower edge. */
  outerEnd: Point;
  innerEnd: Point;
  /** Along the sleeve towards the hand. */
  down: Point;
  /** The seam that joins the sleeve to the body, from the shoulder or the neck to the underarm. */
  seam: Path;
  /** The lower edge, from the outside in. */
  edge: Path;
  panel: Path;
  grain: Grain;
}

function sleeveOf(design: TopDesign, body: Body, view: View): SleeveBlock {
  const { silhouette: s, details } = design;
  const { shoulder, underarm } = body;
  const angle = (s.sleeveAngle * Math.PI) / 180;
  const down = at(Math.sin(angle), Math.cos(angle));
  const outwards = at(Math.cos(angle), -Math.sin(angle));
  const slope = unit(subtract(shoulder, body.neck));
  const raglan = details.armhole === "raglan";
  const outerEnd = add(add(shoulder, times(down, s.sleeveLength)), times(slope, 1.2));
  // The underarm seam may not fall into the body, whatever the angle.
  const clearance = Math.min(3, s.sleeveLength * 0.08);
  const room = (outerEnd.x - underarm.x - clearance) / outwards.x;
  const width = Math.min(s.cuff, room);
  const cap = details.sleeve === "cap";
  // A cap covers the upper armhole only; other sleeves start from the underarm.
  const start = cap ? endOf(stretch(body.armhole, 0, capReach)) : underarm;
  const innerEnd = cap ? add(start, at(0.3, 0.2)) : subtract(outerEnd, times(outwards, width));
  const ease = Math.min(s.sleeveLength * 0.16, 7);
  const outer = pen(shoulder)
    .curve(
      add(shoulder, times(slope, ease * (raglan ? 1.4 : 1))),
      subtract(outerEnd, times(down, s.sleeveLength * 0.55)),
      outerEnd,
    )
    .open();
  const toInner = subtract(innerEnd, start);
  const reach = Math.hypot(toInner.x, toInner.y);
  const inner = pen(start)
    .curve(
      add(start, times(unit(mix(down, at(0.6, 0.8), 0.35)), reach * 0.3)),
      subtract(innerEnd, times(down, reach * 0.36)),
      innerEnd,
    )
    .open();
  const sag = times(down, details.sleeve === "long" ? 0.25 : 0.55);
  const edge = pen(outerEnd)
    .curve(add(mix(outerEnd, innerEnd, 0.3), sag), add(mix(outerEnd, innerEnd, 0.7), sag), innerEnd)
    .open();
  const neckJoin = sample(view === "front" ? body.frontNeck : body.backNeck, 12)[9]!;
  const seam = raglan
    ? pen(neckJoin)
        .curve(
          add(neckJoin, at(s.shoulder * 0.16, s.armhole * 0.3)),
          add(underarm, at(-s.chest * 0.26, -s.armhole * 0.3)),
          underarm,
        )
        .open()
    : cap
      ? stretch(body.armhole, 0, capReach)
      : body.armhole;
  const panel = pen(seam.from)
    .follow(raglan ? pen(seam.from).line(body.neck).follow(body.shoulderSeam).follow(outer).open() : outer)
    .follow(edge)
    .follow(reverse(inner))
    .follow(reverse(seam))
    .close();
  return {
    outer,
    inner,
    outerEnd,
    innerEnd,
    down,
    seam,
    edge,
    panel,
    grain: { origin: outerEnd, angle: -s.sleeveAngle, flipped: false },
  };
}

/** A band across the lower end of a sleeve, between two distances from its edge. */
function band(sleeve: SleeveBlock, from: number, to: number, spread = 0): Path {
  const across = times(unit(subtract(sleeve.outerEnd, sleeve.innerEnd)), spread);
  const up = (point: Point, gap: number): Point => subtract(point, times(sleeve.down, gap));
  const outer = add(sleeve.outerEnd, across);
  const inner = subtract(sleeve.innerEnd, across);
  return polygon(up(outer, to), up(outer, from), up(inner, from), up(inner, to));
}

function drawCuff(sketch: Sketch, design: TopDesign, sleeve: SleeveBlock, side: Side, view: View): void {
  const upper = (gap: number): Path => parallel(sleeve.edge, gap);
  const panel = side.path(sleeve.panel);
  switch (design.details.cuff) {
    case "plain": {
      const gap = design.details.sleeve === "long" ? 2.2 : 1.8;
      sketch.line("stitch", side.path(upper(gap)), { within: panel });
      sketch.line("stitch", side.path(upper(gap - 0.5)), { within: panel });
      return;
    }
    case "turn-up": {
      sketch.piece(side.path(band(sleeve, 0, 3.2, 0.35)), "body", "outline", side.grain(sleeve.grain));
      sketch.line("stitch", side.path(upper(2.7)), { within: panel });
      return;
    }
    case "rib": {
      const length = design.details.sleeve === "long" ? 5.5 : 2.4;
      const cuff = band(sleeve, 0, length, -0.25);
      sketch.piece(side.path(cuff), "trim", "outline");
      const [a, b, c, d] = [cuff.from, ...cuff.curves.map((curve) => curve.to)] as [
        Point,
        Point,
        Point,
        Point,
      ];
      const count = Math.max(8, Math.round(Math.hypot(a.x - d.x, a.y - d.y) / 0.75));
      for (let i = 1; i < count; i += 1) {
        sketch.line("fine", side.path(segment(mix(a, d, i / count), mix(b, c, i / count))), { on: "trim" });
      }
      return;
    }
    case "buttoned": {
      sketch.piece(side.path(band(sleeve, 0, 6, 0.15)), "body", "outline", side.grain(sleeve.grain));
      sketch.line("stitch", side.path(upper(5.4)), { within: panel });
      sketch.line("stitch", side.path(upper(0.6)), { within: panel });
      const up = times(sleeve.down, -1);
      const onCuff = (share: number, gap: number): Point =>
        add(mix(sleeve.outerEnd, sleeve.innerEnd, share), times(up, gap));
      if (view === "back") {
        sketch.line("seam", side.path(segment(onCuff(0.42, 6), onCuff(0.42, 15))));
        sketch.line("stitch", side.path(segment(onCuff(0.52, 6), onCuff(0.52, 15))));
        sketch.line("fine", side.path(segment(onCuff(0.68, 6), onCuff(0.68, 11))));
      }
      return;
    }
  }
}

/** Athletic stripes that run down the outside of a sleeve. */
function drawStripes(sketch: Sketch, design: TopDesign, sleeve: SleeveBlock, side: Side): void {
  const count = 1 + (design.print.variant % 3);
  const width = count === 1 ? 2.6 : 1.1;
  for (let i = 0; i < count; i += 1) {
    const near = 1.6 + i * width * 1.75;
    const stripe = pen(parallel(sleeve.outer, near).from)
      .follow(parallel(sleeve.outer, near))
      .follow(reverse(parallel(sleeve.outer, near + width)))
      .close();
    sketch.panel(side.path(stripe), i % 2 === 0 ? "accent" : "second", { within: side.path(sleeve.panel) });
  }
}

export function drawSleeves(sketch: Sketch, design: TopDesign, body: Body, view: View): void {
  const sleeve = sleeveOf(design, body, view);
  const contrast: Tone =
    design.print.kind === "colour block" && design.print.variant % 3 === 1 ? "accent" : "body";
  for (const side of sides) {
    const panel = side.path(sleeve.panel);
    sketch.panel(panel, contrast, { grain: side.grain(sleeve.grain) });
    if (design.print.kind === "side stripes") drawStripes(sketch, design, sleeve, side);
    sketch.panel(side.path(crescent(sleeve.inner, -2.2)), "shade", { within: panel });
    sketch.line("seam", side.path(sleeve.seam));
    drawCuff(sketch, design, sleeve, side, view);
    const outline = pen(sleeve.outer.from)
      .follow(sleeve.outer)
      .follow(sleeve.edge)
      .follow(reverse(sleeve.inner))
      .open();
    sketch.line("outline", side.path(outline));
    // A raglan sleeve lies over the shoulder and would hide half of its line.
    if (design.details.armhole === "raglan") sketch.line("outline", side.path(body.shoulderSeam));
    if (design.details.sleeve === "long" || design.details.sleeve === "three-quarter") {
      drawFolds(sketch, sleeve, side);
    }
    const seamStitch = parallel(
      stretch(sleeve.seam, 0.02, 0.96),
      design.details.armhole === "raglan" ? 0.6 : 0.7,
    );
    sketch.line("stitch", side.path(seamStitch));
  }
}

/** The creases at the bend of the elbow and under the arm. */
function drawFolds(sketch: Sketch, sleeve: SleeveBlock, side: Side): void {
  const points = sample(sleeve.inner, 20);
  const inwards = unit(subtract(sleeve.outerEnd, sleeve.innerEnd));
  const creases: [number, number, number][] = [
    [0.47, 4.2, -0.6],
    [0.54, 5.4, 0.9],
    [0.05, 3.6, 3.4],
  ];
  for (const [share, length, lift] of creases) {
    const start = points[Math.round(share * 20)]!;
    const end = add(add(start, times(inwards, length)), times(sleeve.down, lift));
    foldMark(sketch, side.point(start), side.point(end), 0.8, side.path(sleeve.panel));
  }
}
