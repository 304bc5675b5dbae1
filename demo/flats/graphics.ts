import { Random } from "../random.js";
import type { Colourway, Print } from "./model.js";
import { type Artwork, box, disc, shape, star } from "./prints.js";

/** A placed graphic in a square of side 1 around the origin, as path data for the accent and second colour. */
type Graphic = (random: Random) => { accent: string; second: string };

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

const graphics: readonly Graphic[] = [
  // A setting sun cut by the sea.
  (random) => {
    const cuts = random.integer(3, 5);
    const slice = (y: number, height: number): string => {
      const half = Math.sqrt(Math.max(0, 0.25 - y * y));
      return box(-half, y, 2 * half, height);
    };
    return {
      accent: `M-0.5 0a0.5 0.5 0 0 1 1 0z`,
      second: times(cuts, (i) => slice(0.04 + i * (0.42 / cuts), 0.24 / cuts)).join(""),
    };
  },
  // Mountains under a moon.
  (random) => {
    const peak = random.uniform(-0.2, 0.05);
    return {
      accent: shape([
        [-0.5, 0.38],
        [peak, -0.3],
        [peak + 0.2, 0.02],
        [peak + 0.3, -0.12],
        [0.5, 0.38],
      ]),
      second: disc(random.uniform(0.24, 0.34), -0.3, random.uniform(0.1, 0.15)) + box(-0.5, 0.43, 1, 0.05),
    };
  },
  // A star on a badge.
  (random) => {
    const points = random.integer(5, 9);
    return {
      accent: star(0, 0, 0.5, random.integer(14, 22), 0.9),
      second: star(0, 0, 0.36, points, random.uniform(0.35, 0.6)),
    };
  },
  // Rainbow arcs.
  (random) => {
    const arcs = random.integer(3, 4);
    const arc = (radius: number, thick: number): string =>
      `M${-radius} 0.25a${radius} ${radius} 0 0 1 ${2 * radius} 0h${-thick}a${radius - thick} ${radius - thick} 0 0 0 ${-2 * (radius - thick)} 0z`;
    const thick = 0.28 / arcs;
    const at = (i: number): string => arc(0.5 - i * thick * 1.5, thick);
    return {
      accent: times(arcs, (i) => (i % 2 === 0 ? at(i) : "")).join(""),
      second: times(arcs, (i) => (i % 2 === 1 ? at(i) : "")).join(""),
    };
  },
  // A grid of quarter discs and squares.
  (random) => {
    const drawn = { accent: "", second: "" };
    const cells = random.integer(3, 4);
    const side = 1 / cells;
    for (let i = 0; i < cells * cells; i += 1) {
      const x = -0.5 + (i % cells) * side;
      const y = -0.5 + Math.floor(i / cells) * side;
      const form = random.integer(0, 3);
      const d = [
        box(x, y, side, side),
        disc(x + side / 2, y + side / 2, side / 2),
        `M${x} ${y}h${side}a${side} ${side} 0 0 1 ${-side} ${side}z`,
        shape([
          [x, y + side],
          [x + side, y],
          [x + side, y + side],
        ]),
      ][form] as string;
      drawn[random.pick(["accent", "second"])] += d;
    }
    return drawn;
  },
  // Lines of blocks, like a slogan seen from afar.
  (random) => {
    const rows = random.integer(2, 4);
    const height = 0.7 / rows;
    const drawn = { accent: "", second: "" };
    for (let row = 0; row < rows; row += 1) {
      let x = -0.5;
      while (x < 0.42) {
        const width = Math.min(random.uniform(0.08, 0.24), 0.5 - x);
        drawn[row % 2 === 0 ? "accent" : "second"] += box(x, -0.35 + row * height, width, height * 0.72);
        x += width + 0.03;
      }
    }
    return drawn;
  },
  // A flower of petals.
  (random) => {
    const petals = random.integer(5, 8);
    const reach = random.uniform(0.26, 0.32);
    return {
      accent: times(petals, (i) => {
        const angle = (2 * Math.PI * i) / petals - Math.PI / 2;
        return disc(Math.cos(angle) * reach, Math.sin(angle) * reach, 0.5 - reach);
      }).join(""),
      second: disc(0, 0, random.uniform(0.13, 0.19)),
    };
  },
  // Stacked chevrons.
  (random) => {
    const count = random.integer(3, 5);
    const step = 0.8 / count;
    const drop = random.uniform(0.12, 0.28);
    const chevron = (y: number, thick: number): string =>
      shape([
        [-0.5, y],
        [0, y + drop],
        [0.5, y],
        [0.5, y + thick],
        [0, y + drop + thick],
        [-0.5, y + thick],
      ]);
    const at = (i: number): string => chevron(-0.5 + i * step, step * 0.55);
    return {
      accent: times(count, (i) => (i % 2 === 0 ? at(i) : "")).join(""),
      second: times(count, (i) => (i % 2 === 1 ? at(i) : "")).join(""),
    };
  },
  // A target between bars.
  (random) => {
    const radius = random.uniform(0.26, 0.34);
    return {
      accent: disc(0, 0, radius) + box(-0.5, -0.5, 1, 0.07) + box(-0.5, 0.43, 1, 0.07),
      second: disc(0, 0, radius * random.uniform(0.45, 0.7)),
    };
  },
  // A checkerboard patch.
  (random) => {
    const cells = random.integer(4, 6);
    const side = 1 / cells;
    const drawn = { accent: "", second: "" };
    for (let i = 0; i < cells * (cells - 1); i += 1) {
      const column = i % cells;
      const row = Math.floor(i / cells);
      if ((column + row) % 2 === 0)
        drawn[row === 1 ? "second" : "accent"] += box(-0.5 + column * side, -0.4 + row * side, side, side);
    }
    return drawn;
  },
];

export const graphicCount = graphics.length;

export function graphicArtwork(print: Print, { accent, second }: Colourway): Artwork[] {
  const drawn = (graphics[print.variant % graphics.length] as Graphic)(new Random(print.seed));
  return [
    { d: drawn.accent, colour: accent, opacity: 1 },
    { d: drawn.second, colour: second, opacity: 1 },
  ];
}
