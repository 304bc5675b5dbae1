import { drawLegs } from "./legs/legs.js";
import type { FlatDesign, View } from "./model.js";
import { fitTo, type Hand, renderSketch } from "./render.js";
import type { Sketch } from "./sketch.js";
import { drawSkirt } from "./skirt/skirt.js";
import { drawTop } from "./top/top.js";

export type { Hand } from "./render.js";

const neutralHand: Hand = { lineWidth: 1, jitter: 0, seed: 0 };

export function sketchOf(design: FlatDesign, view: View): Sketch {
  switch (design.category) {
    case "skirt":
      return drawSkirt(design, view);
    case "shorts":
    case "trousers":
      return drawLegs(design, view);
    default:
      return drawTop(design, view);
  }
}

/** Draws one side of a design as a complete SVG document; both sides are drawn to the same scale. */
export function drawFlat(design: FlatDesign, view: View, hand: Hand = neutralHand): string {
  const front = sketchOf(design, "front");
  const back = sketchOf(design, "back");
  const a = front.bounds();
  const b = back.bounds();
  const fit = fitTo({
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  });
  return renderSketch(view === "front" ? front : back, fit, design.print, design.colourway, hand);
}
