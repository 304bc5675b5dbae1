import { at, type Path, parallel, pen, rectangle, segment, xAt } from "../geometry.js";
import { button, zip } from "../marks.js";
import type { TopDesign } from "../model.js";
import { type Sketch, sides } from "../sketch.js";
import { type Body, standHeight } from "./body.js";

/** Where the front edges meet: from the neck or the lapel down. */
function closureTop(design: TopDesign, body: Body): number {
  const { neckline } = design.details;
  if (neckline === "shirt collar" || neckline === "polo collar") return body.frontNeck.from.y - 0.6;
  if (neckline === "hood") return design.silhouette.neckDepth;
  if (neckline === "mandarin" || neckline === "rib collar") {
    const rise = standHeight(neckline) * 0.86;
    return body.frontNeck.from.y - (design.details.closure === "zip" ? rise : 0);
  }
  return body.frontNeck.from.y;
}

/** Plackets, buttons and zips of the front. */
export function drawClosure(sketch: Sketch, design: TopDesign, body: Body): void {
  const { closure, buttons } = design.details;
  const top = closureTop(design, body);
  const bottom = design.silhouette.length;
  const within = body.panel;
  switch (closure) {
    case "none":
      return;
    case "zip":
      zip(sketch, at(0, top), at(0, bottom - 0.2));
      return;
    case "half zip":
      zip(sketch, at(0, top), at(0, top + 17));
      sketch.line("stitch", rectangle(-1.9, top, 1.9, top + 18));
      return;
    case "half placket": {
      const end = top + 5 + buttons * 3.6;
      sketch.panel(rectangle(-1.5, top, 1.5, end), "body", {
        grain: { origin: at(0, 0), angle: 0, flipped: false },
      });
      sketch.line(
        "seam",
        pen(at(-1.5, top)).line(at(-1.5, end)).line(at(1.5, end)).line(at(1.5, top)).open(),
      );
      sketch.line("stitch", rectangle(-1.1, end - 2.2, 1.1, end - 0.4));
      sketch.line("stitch", segment(at(1, top + 0.6), at(1, end - 2.2)));
      for (let i = 0; i < buttons; i += 1)
        button(sketch, at(0, top + 2 + i * ((end - top - 4.6) / Math.max(1, buttons - 1))), 0.6);
      return;
    }
    case "double-breasted": {
      const edge = -7;
      sketch.line("outline", segment(at(edge, top + 4), at(edge, bottom)), { within });
      sketch.line("stitch", segment(at(edge + 0.8, top + 4.5), at(edge + 0.8, bottom)), { within });
      const rows = Math.max(2, Math.min(4, buttons - 2));
      for (let i = 0; i < rows; i += 1) {
        for (const x of [-4.8, 4.8]) button(sketch, at(x, top + 6 + i * 9), 1.05, "inside");
      }
      return;
    }
    default: {
      const half = closure === "concealed" ? 2 : 1.7;
      sketch.line("seam", segment(at(-half, top), at(-half, bottom)), { within });
      sketch.line("stitch", segment(at(half - 0.5, top), at(half - 0.5, bottom)), { within });
      sketch.line("stitch", segment(at(-half + 0.5, top), at(-half + 0.5, bottom)), { within });
      sketch.line("seam", segment(at(half, top), at(half, bottom)), { within });
      if (closure === "concealed") return;
      const last = bottom - (design.details.hem === "rib" ? 3 : Math.max(9, bottom * 0.12));
      const count = design.category === "coat" ? Math.min(buttons, 5) : buttons;
      for (let i = 0; i < count; i += 1) {
        const y = top + 1.8 + ((last - top - 1.8) * i) / (count - 1);
        button(
          sketch,
          at(0, y),
          design.category === "coat" ? 1 : 0.62,
          closure === "snaps" ? "metal" : "paper",
        );
      }
    }
  }
}

/** Cut lines of the front that give it its shape. */
export function drawFrontSeams(sketch: Sketch, design: TopDesign, body: Body): void {
  const { silhouette: s, details } = design;
  const within = body.panel;
  for (const side of sides) {
    switch (details.front) {
      case "yoke": {
        const y = s.slope + (s.armhole - s.slope) * 0.5;
        const seam = pen(at(0, y + 0.4))
          .line(at(xAt(body.armhole, y) + 2, y))
          .open();
        sketch.line("seam", side.path(seam), { within });
        sketch.line("stitch", side.path(parallel(seam, 0.7)), { within });
        break;
      }
      case "chest seam": {
        const y = s.armhole - 1;
        sketch.line("seam", side.path(segment(at(0, y + 1), at(s.chest + 2, y))), { within });
        sketch.line("stitch", side.path(segment(at(0, y + 1.7), at(s.chest + 2, y + 0.7))), { within });
        break;
      }
      case "princess": {
        const start = {
          x: xAt(body.armhole, s.slope + (s.armhole - s.slope) * 0.55),
          y: s.slope + (s.armhole - s.slope) * 0.55,
        };
        sketch.line("seam", side.path(princess(design, start)), { within });
        break;
      }
      case "darts": {
        sketch.line(
          "seam",
          side.path(
            segment(at(xAt(body.side, s.armhole + 5), s.armhole + 5), at(s.chest * 0.62, s.armhole + 1.6)),
          ),
          { within },
        );
        sketch.line(
          "seam",
          side.path(dart(s.waist * 0.48, s.waistHeight - 11, s.waistHeight, s.waistHeight + 9)),
          { within },
        );
        break;
      }
      default:
    }
  }
}

export function princess(design: TopDesign, start: { x: number; y: number }): Path {
  const s = design.silhouette;
  const below = s.length - s.waistHeight;
  return pen(at(start.x, start.y))
    .curve(at(start.x - 5, start.y + 4), at(s.waist * 0.5, s.armhole + 4), at(s.waist * 0.5, s.waistHeight))
    .curve(
      at(s.waist * 0.5, s.waistHeight + below * 0.35),
      at(s.hem * 0.57, s.waistHeight + below * 0.7),
      at(s.hem * 0.61, s.length + 1),
    )
    .open();
}

/** A fish-eye dart, widest at the waist. */
export function dart(x: number, top: number, middle: number, bottom: number): Path {
  return pen(at(x, top))
    .curve(at(x + 0.1, top + 4), at(x + 0.7, middle - 3), at(x + 0.7, middle))
    .curve(at(x + 0.7, middle + 3), at(x + 0.1, bottom - 3), at(x, bottom))
    .curve(at(x - 0.1, bottom - 3), at(x - 0.7, middle + 3), at(x - 0.7, middle))
    .curve(at(x - 0.7, middle - 3), at(x - 0.1, top + 4), at(x, top))
    .close();
}
