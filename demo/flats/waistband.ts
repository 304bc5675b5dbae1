import { across, at, parallel, pen, rectangle, reverse, symmetric } from "./geometry.js";
import { ribs } from "./marks.js";
import type { View } from "./model.js";
import { type Sketch, straightGrain } from "./sketch.js";

/** The measures of a waistband laid flat. */
interface Waistband {
  waist: number;
  band: number;
  elastic: boolean;
}

/** How far the middle of a waistband sags: more in front, where the back shows above it. */
export const waistDip = (view: View): number => (view === "front" ? 1.15 : 0.25);

export function drawWaistband(sketch: Sketch, { waist, band, elastic }: Waistband, view: View): void {
  const dip = waistDip(view);
  const upper = waist - 0.3;
  if (view === "front") {
    const inside = symmetric(
      pen(at(0, -0.6))
        .curve(at(upper * 0.5, -0.6), at(upper * 0.9, -0.4), at(upper, 0))
        .curve(at(upper * 0.8, dip), at(upper * 0.5, dip), at(0, dip))
        .open(),
    );
    sketch.piece(inside, "inside", "outline");
    sketch.piece(rectangle(-1.4, -0.2, 1.4, dip + 0.2), "paper", "fine");
  }
  const edge = pen(at(0, dip))
    .curve(at(upper * 0.5, dip), at(upper * 0.85, dip * 0.7), at(upper, 0))
    .open();
  const foot = pen(at(0, band + dip))
    .curve(at(waist * 0.5, band + dip), at(waist * 0.85, band + dip * 0.7), at(waist, band))
    .open();
  const strip = pen(edge.from).follow(edge).line(at(waist, band)).follow(reverse(foot)).open();
  sketch.piece(symmetric(strip), "body", "outline", straightGrain);
  if (elastic) {
    ribs(
      sketch,
      44,
      (share) => {
        const x = -1 + 2 * share;
        const sag = dip * (1 - x * x);
        return [at(upper * x, sag + 0.4), at(waist * x, band + sag - 0.4)];
      },
      "body",
    );
    return;
  }
  sketch.line("stitch", parallel(across(edge), 0.6));
  sketch.line("stitch", parallel(across(foot), -0.6));
}
