import { Random } from "../random.js";
import type { Bounds } from "./geometry.js";
import type { Colourway, Print } from "./model.js";

/** One colour of a print as SVG path data, in centimetres. */
export interface Artwork {
  d: string;
  colour: string;
  opacity: number;
}

const n = (value: number): string => String(Math.round(value * 100) / 100);

export const box = (x: number, y: number, width: number, height: number): string =>
  `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}z`;

export const disc = (x: number, y: number, radius: number): string =>
  `M${n(x - radius)} ${n(y)}a${n(radius)} ${n(radius)} 0 1 0 ${n(2 * radius)} 0a${n(radius)} ${n(radius)} 0 1 0 ${n(-2 * radius)} 0z`;

export const shape = (points: readonly (readonly [number, number])[]): string =>
  `M${points.map(([x, y]) => `${n(x)} ${n(y)}`).join("L")}z`;

/** A regular star: with two corners per point, the inner ones at `inner` of the radius. */
export function star(x: number, y: number, radius: number, points: number, inner: number): string {
  return shape(
    Array.from({ length: points * 2 }, (_, i) => {
      const angle = (Math.PI * i) / points - Math.PI / 2;
      const reach = i % 2 === 0 ? radius : radius * inner;
      return [x + Math.cos(angle) * reach, y + Math.sin(angle) * reach] as const;
    }),
  );
}

const leaf = (x: number, y: number, r: number, lean: number): string =>
  `M${n(x - lean * r)} ${n(y + r)}Q${n(x - r)} ${n(y - r * 0.2)} ${n(x + lean * r)} ${n(y - r)}Q${n(x + r)} ${n(y + r * 0.2)} ${n(x - lean * r)} ${n(y + r)}z`;

type Stamp = (x: number, y: number, r: number, odd: boolean) => string;

const stamps: readonly Stamp[] = [
  (x, y, r, odd) => {
    const up = odd ? -1 : 1;
    return shape([
      [x, y - r * up],
      [x + r, y + r * 0.75 * up],
      [x - r, y + r * 0.75 * up],
    ]);
  },
  (x, y, r) =>
    shape([
      [x, y - r * 1.25],
      [x + r * 0.8, y],
      [x, y + r * 1.25],
      [x - r * 0.8, y],
    ]),
  (x, y, r) => box(x - r, y - r * 0.25, 2 * r, r * 0.5) + box(x - r * 0.25, y - r, r * 0.5, 2 * r),
  (x, y, r, odd) => leaf(x, y, r * 1.2, odd ? -0.55 : 0.55),
  (x, y, r) => star(x, y, r * 1.15, 5, 0.42),
  (x, y, r) =>
    [0, 1, 2, 3, 4]
      .map((i) => disc(x + Math.cos(i * 1.2566) * r * 0.62, y + Math.sin(i * 1.2566) * r * 0.62, r * 0.4))
      .join(""),
  (x, y, r, odd) => `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 0 ${odd ? 1 : 0} ${n(2 * r)} 0z`,
  (x, y, r) =>
    shape([
      [x - r, y - r * 0.5],
      [x, y + r * 0.3],
      [x + r, y - r * 0.5],
      [x + r, y],
      [x, y + r * 0.8],
      [x - r, y],
    ]),
];

export const motifCount = stamps.length;

/** Bands across the y axis, as [start, width] pairs that repeat every `period`. */
function bands(
  box_: Bounds,
  period: number,
  parts: readonly (readonly [number, number])[],
  upright: boolean,
): string {
  const [from, to] = upright ? [box_.left, box_.right] : [box_.top, box_.bottom];
  let d = "";
  for (let k = Math.floor(from / period) - 1; k * period < to + period; k += 1) {
    for (const [start, width] of parts) {
      const offset = k * period + start;
      d += upright
        ? box(offset, box_.top, width, box_.bottom - box_.top)
        : box(box_.left, offset, box_.right - box_.left, width);
    }
  }
  return d;
}

/** Stamps on a staggered grid; `odd` alternates along a row, and rows take turns between the two colours. */
function scatter(area: Bounds, step: number, radius: number, stamp: Stamp): [string, string] {
  const rows: [string, string] = ["", ""];
  const rise = step * 0.62;
  for (let j = Math.floor(area.top / rise) - 1; j * rise < area.bottom + rise; j += 1) {
    const row = Math.abs(j % 2);
    for (let i = Math.floor(area.left / step) - 1; i * step < area.right + step; i += 1) {
      rows[row as 0 | 1] += stamp((i + row / 2) * step, j * rise, radius, Math.abs(i % 2) === 1);
    }
  }
  return rows;
}

function stripes(print: Print, { accent, second }: Colourway, area: Bounds, upright: boolean): Artwork[] {
  const { size: s, weight: w } = print;
  const thick = s * w;
  const draw = (colour: string, ...parts: [number, number][]): Artwork => ({
    d: bands(area, s, parts, upright),
    colour,
    opacity: 1,
  });
  // Upright stripes sit astride the centre line, so that both halves of a garment match.
  const start = upright ? -thick / 2 : 0;
  switch (print.variant % 4) {
    case 0:
      return [draw(accent, [start, thick])];
    case 1:
      return [draw(accent, [start, thick]), draw(second, [start + s / 2 + thick * 0.25, thick * 0.5])];
    case 2:
      return [draw(accent, [start, thick * 0.4], [start + thick * 0.6, thick * 0.4])];
    default:
      return [draw(accent, [start, thick]), draw(second, [start + thick * 0.35, thick * 0.3])];
  }
}

function checks(print: Print, { accent, second }: Colourway, area: Bounds): Artwork[] {
  const { size: s, weight: w } = print;
  const cross = (colour: string, opacity: number, ...parts: [number, number][]): Artwork[] =>
    [false, true].map((upright) => ({ d: bands(area, s, parts, upright), colour, opacity }));
  if (print.kind === "check") {
    if (print.variant % 2 === 0) return cross(accent, 0.5, [-s / 4, s / 2]);
    return cross(accent, 0.9, [-s * w * 0.12, s * w * 0.24]);
  }
  const ground = cross(accent, 0.45, [-s * w * 0.5, s * w]);
  const line = s * 0.045;
  if (print.variant % 2 === 0) return [...ground, ...cross(second, 0.85, [s / 2 - line / 2, line])];
  return [...ground, ...cross(second, 0.8, [s * 0.38, line], [s * 0.62 - line, line], [-line / 2, line])];
}

/** The allover print that covers an area; none for prints that are placed or made of panels. */
export function alloverArtwork(print: Print, colourway: Colourway, area: Bounds): Artwork[] {
  switch (print.kind) {
    case "horizontal stripes":
      return stripes(print, colourway, area, false);
    case "vertical stripes":
      return stripes(print, colourway, area, true);
    case "check":
    case "plaid":
      return checks(print, colourway, area);
    case "dots": {
      const [one, two] = scatter(area, print.size, print.size * print.weight * 0.42, disc);
      const other = print.variant % 3 === 0 ? colourway.second : colourway.accent;
      return [
        { d: one, colour: colourway.accent, opacity: 1 },
        { d: two, colour: other, opacity: 1 },
      ];
    }
    case "motif": {
      const stamp = stamps[print.variant % stamps.length] as Stamp;
      const [one, two] = scatter(area, print.size * 1.3, print.size * (0.2 + print.weight * 0.35), stamp);
      const twoTone = new Random(print.seed).chance(0.5);
      return [
        { d: one, colour: colourway.accent, opacity: 1 },
        { d: two, colour: twoTone ? colourway.second : colourway.accent, opacity: 1 },
      ];
    }
    default:
      return [];
  }
}
