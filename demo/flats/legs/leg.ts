import { at, type Path, type Point, pen, reverse } from "../geometry.js";
import type { LegsDesign } from "../model.js";

/** The right leg of trousers laid flat. */
export interface Leg {
  outseam: Path;
  inseam: Path;
  crotch: Point;
  outerHem: Point;
  innerHem: Point;
  panel: Path;
}

export function legOf(design: LegsDesign): Leg {
  const { silhouette: s } = design;
  const top = s.band;
  const crotch = at(0, s.rise);
  const outerHem = at(s.gap + s.hem, s.length - 0.4);
  const innerHem = at(s.gap, s.length + 0.3);
  const hipY = s.rise * 0.76;
  const legLength = s.length - hipY;
  const knee = at((s.hip + outerHem.x) / 2 + s.bow, hipY + legLength * 0.52);
  const outseam = pen(at(s.waist, top))
    .curve(at(s.waist + 1.2, top + hipY * 0.22), at(s.hip - 0.5, hipY * 0.62), at(s.hip, hipY))
    .curve(
      at(s.hip + 0.5, hipY + legLength * 0.16),
      at(knee.x + (s.hip - outerHem.x) * 0.16, knee.y - legLength * 0.2),
      knee,
    )
    .curve(
      at(knee.x - (s.hip - outerHem.x) * 0.16, knee.y + legLength * 0.2),
      at(outerHem.x + s.bow * 0.3, outerHem.y - legLength * 0.14),
      outerHem,
    )
    .open();
  const reach = s.length - s.rise;
  const inseam = pen(crotch)
    .curve(
      at(0.9, s.rise + Math.min(2.4, reach * 0.1)),
      at(s.gap * 0.42 + 0.4, s.rise + reach * 0.26),
      at(s.gap * 0.62 + 0.2, s.rise + reach * 0.5),
    )
    .curve(
      at(s.gap * 0.8, s.rise + reach * 0.72),
      at(innerHem.x - s.bow * 0.4, s.length - reach * 0.14),
      innerHem,
    )
    .open();
  const panel = pen(at(0, top))
    .line(at(s.waist, top))
    .follow(outseam)
    .line(innerHem)
    .follow(reverse(inseam))
    .close();
  return { outseam, inseam, crotch, outerHem, innerHem, panel };
}
