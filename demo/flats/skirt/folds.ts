import { across, at, type Path, type Point, parallel, pen, sample, through, xAt } from "../geometry.js";
import type { SkirtShape } from "../model.js";
import { type Sketch, sides } from "../sketch.js";

/** The skirt below a waist seam, on its own or as part of a dress. */
export interface SkirtPart {
  top: number;
  waist: number;
  side: Path;
  hemline: Path;
  panel: Path;
  shape: SkirtShape;
  folds: number;
  /** Whether a seam joins it to a bodice. */
  seamed: boolean;
}

/** A point between the centre and the side, `share` of the way out, at a height. */
function onSkirt(part: SkirtPart, share: number, down: number): Point {
  const foot = sample(part.hemline, 20)[Math.min(20, Math.round(share * 20))]!;
  const y = part.top + (foot.y - part.top) * down;
  return at(xAt(part.side, y) * share, y);
}

function fold(part: SkirtPart, share: number, from: number, to: number): Path {
  const steps = [0, 0.25, 0.5, 0.75, 1].map((t) => onSkirt(part, share, from + (to - from) * t));
  return through(steps);
}

export function drawSkirtPart(sketch: Sketch, part: SkirtPart): void {
  const within = part.panel;
  if (part.seamed) {
    const seam = pen(at(0, part.top + 0.7))
      .curve(
        at(part.waist * 0.5, part.top + 0.7),
        at(part.waist * 0.8, part.top + 0.3),
        at(part.waist + 2, part.top),
      )
      .open();
    sketch.line("seam", across(seam), { within });
  }
  for (const side of sides) {
    switch (part.shape) {
      case "flared":
        for (let i = 0; i < part.folds; i += 1) {
          const share = (i + 0.55) / part.folds;
          const start = 0.3 + 0.25 * Math.abs(Math.sin(i * 2.3 + part.folds));
          sketch.line("fine", side.path(fold(part, share, start, 0.995)), { within });
        }
        break;
      case "pleated":
        for (let i = 0; i <= part.folds; i += 1) {
          const share = (i + 0.5) / (part.folds + 1);
          sketch.line("seam", side.path(fold(part, share, 0, 1)), { within });
          sketch.line("fine", side.path(fold(part, share + 0.28 / (part.folds + 1), 0.08, 1)), { within });
        }
        break;
      case "gathered":
        for (let i = 0; i < part.folds * 2; i += 1) {
          const share = (i + 0.5) / (part.folds * 2);
          const reach = 0.14 + 0.2 * Math.abs(Math.sin(i * 1.9 + 0.6));
          sketch.line("fine", side.path(fold(part, share, 0.02, reach)), { within });
          if (i % 2 === 0)
            sketch.line("fine", side.path(fold(part, share, 0.5 + reach * 0.5, 0.99)), { within });
        }
        break;
      case "tiered":
        drawTiers(sketch, part, side.path);
        break;
      case "straight":
        break;
    }
  }
}

function drawTiers(sketch: Sketch, part: SkirtPart, place: (path: Path) => Path): void {
  const tiers = part.folds % 2 === 0 ? 2 : 3;
  for (let tier = 0; tier < tiers; tier += 1) {
    const level = tier / tiers;
    const end = (tier + 1) / tiers;
    if (tier > 0) {
      const seam = through([0, 0.25, 0.5, 0.75, 1].map((share) => onSkirt(part, share, level)));
      sketch.line("seam", place(seam), { within: part.panel });
      sketch.line("stitch", place(parallel(seam, -0.7)), { within: part.panel });
    }
    const count = 5 + tier * 2;
    for (let i = 0; i < count; i += 1) {
      const reach = (0.3 + 0.5 * Math.abs(Math.sin(i * 2.1 + tier))) * (end - level);
      sketch.line("fine", place(fold(part, (i + 0.5) / count, level + 0.012, level + reach)), {
        within: part.panel,
      });
    }
  }
}
