import { at, type Path, pen, reverse, segment } from "../geometry.js";
import type { TopDesign, View } from "../model.js";
import { type Sketch, sides } from "../sketch.js";
import type { Body } from "./body.js";

export function drawBlocks(sketch: Sketch, design: TopDesign, body: Body): void {
  const { silhouette: s, print } = design;
  const within = body.panel;
  const wide = Math.max(s.hem, s.chest) + 5;
  const level = (y: number, slant: number): Path => segment(at(-wide, y - slant), at(wide, y + slant));
  const block = (top: Path, bottom: Path, tone: "accent" | "second"): void => {
    const panel = pen(top.from).follow(top).follow(reverse(bottom)).close();
    sketch.panel(panel, tone, { within });
    sketch.line("seam", top, { within, on: tone });
    sketch.line("seam", bottom, { within, on: tone });
  };
  switch (print.variant % 4) {
    case 0:
      block(level(s.armhole - 2, 0), level(s.armhole + s.length * 0.16 * (1 + print.weight), 0), "accent");
      return;
    case 1:
      block(level(-9, 0), level(s.slope + (s.armhole - s.slope) * (0.5 + print.weight), 0), "accent");
      return;
    case 2: {
      const split = s.length * (0.4 + print.weight * 0.35);
      block(level(split, 0), level(s.length + 9, 0), "accent");
      block(level(split - 5, 0), level(split, 0), "second");
      return;
    }
    default:
      for (const side of sides) {
        const inner = pen(at(s.chest * 0.72, 0))
          .curve(
            at(s.chest * 0.6, s.armhole),
            at(s.waist * 0.66, s.waistHeight),
            at(s.hem * 0.7, s.length + 5),
          )
          .open();
        const panel = pen(inner.from)
          .follow(inner)
          .line(at(wide, s.length + 5))
          .line(at(wide, 0))
          .close();
        sketch.panel(side.path(panel), "accent", { within });
        sketch.line("seam", side.path(inner), { within });
      }
  }
}

export function drawGraphic(sketch: Sketch, design: TopDesign, body: Body, view: View): void {
  const { silhouette: s, print, details } = design;
  const top = details.neckline === "hood" || details.neckline === "mock" ? 10 : s.neckDepth + 3;
  if (print.kind === "chest graphic" && view === "front") {
    const small = print.size < 12 && details.pocket === "none";
    if (small) sketch.graphic(at(s.chest * 0.45, s.armhole * 0.78), print.size, body.panel);
    else {
      const room = details.pocket === "kangaroo" ? s.length - 25 - top : s.length - 8 - top;
      const size = Math.min(Math.max(print.size, 14), room);
      sketch.graphic(at(0, top + size * 0.54), size, body.panel);
    }
  }
  if (print.kind === "back graphic") {
    if (view === "back") sketch.graphic(at(0, 8 + print.size * 0.58), print.size, body.panel);
    else if (!details.pocket.includes("chest"))
      sketch.graphic(at(s.chest * 0.45, s.armhole * 0.78), print.size * 0.28, body.panel);
  }
}
