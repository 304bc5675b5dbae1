import { mixSeeds, Random } from "../random.js";
import { blend, lightness } from "./colours.js";
import { type Bounds, boundsOf, type Path, type Point } from "./geometry.js";
import { graphicArtwork } from "./graphics.js";
import type { Colourway, Print } from "./model.js";
import { type Artwork, alloverArtwork } from "./prints.js";
import { type Grain, type Layer, type Sketch, straightGrain, type Tone, type Weight } from "./sketch.js";

/** How a flat is drawn: the same design looks a little different from another hand. */
export interface Hand {
  /** A factor on all line widths. */
  lineWidth: number;
  /** How far points stray, in units of the sheet. */
  jitter: number;
  seed: number;
}

export const sheet = { width: 600, height: 720, margin: 36 } as const;
/** Small garments are not blown up beyond this, in sheet units per centimetre. */
const largestScale = 9.5;
const ink = "#1a1a1c";

const widths: Record<Weight, number> = { outline: 2.9, seam: 1.7, stitch: 1.05, fine: 1.05 };

interface Fit {
  scale: number;
  x: number;
  y: number;
}

export function fitTo(bounds: Bounds): Fit {
  const width = bounds.right - bounds.left;
  const height = bounds.bottom - bounds.top;
  const scale = Math.min(
    (sheet.width - 2 * sheet.margin) / width,
    (sheet.height - 2 * sheet.margin) / height,
    largestScale,
  );
  return {
    scale,
    x: sheet.width / 2 - (scale * (bounds.left + bounds.right)) / 2,
    y: sheet.height / 2 - (scale * (bounds.top + bounds.bottom)) / 2,
  };
}

/** A smooth field of small displacements: points that touch stray together, so no seam comes apart. */
function strayField(hand: Hand): (point: Point) => Point {
  if (hand.jitter === 0) return (point) => point;
  const random = new Random(mixSeeds(hand.seed, 0x68616e64));
  const waves = [420, 210, 110, 60].flatMap((length) => {
    const angle = random.uniform(0, 2 * Math.PI);
    const wave = (): { fx: number; fy: number; phase: number; size: number } => ({
      fx: (Math.cos(angle) * 2 * Math.PI) / length,
      fy: (Math.sin(angle) * 2 * Math.PI) / length,
      phase: random.uniform(0, 2 * Math.PI),
      size: hand.jitter * random.uniform(0.3, 0.6),
    });
    return [{ x: wave(), y: wave() }];
  });
  return ({ x, y }) => {
    const strayed = { x, y };
    for (const wave of waves) {
      strayed.x += wave.x.size * Math.sin(wave.x.fx * x + wave.x.fy * y + wave.x.phase);
      strayed.y += wave.y.size * Math.sin(wave.y.fx * x + wave.y.fy * y + wave.y.phase);
    }
    return strayed;
  };
}

const n = (value: number): string => String(Math.round(value * 10) / 10);

/** The part of a panel's own coordinates that covers the panel. */
function grainBounds(path: Path, grain: Grain): Bounds {
  const angle = (grain.angle * Math.PI) / 180;
  const turned = ({ x, y }: Point): Point => {
    const dx = (x - grain.origin.x) * (grain.flipped ? -1 : 1);
    const dy = y - grain.origin.y;
    return { x: dx * Math.cos(angle) + dy * Math.sin(angle), y: dy * Math.cos(angle) - dx * Math.sin(angle) };
  };
  const { left, top, right, bottom } = boundsOf([path]);
  const corners = [
    turned({ x: left, y: top }),
    turned({ x: right, y: top }),
    turned({ x: right, y: bottom }),
    turned({ x: left, y: bottom }),
  ];
  return {
    left: Math.min(...corners.map((c) => c.x)) - 1,
    right: Math.max(...corners.map((c) => c.x)) + 1,
    top: Math.min(...corners.map((c) => c.y)) - 1,
    bottom: Math.max(...corners.map((c) => c.y)) + 1,
  };
}

class Renderer {
  readonly #definitions: string[] = [];
  readonly #clips = new Map<Path, string>();
  readonly #stray: (point: Point) => Point;

  constructor(
    private readonly fit: Fit,
    private readonly print: Print,
    private readonly colourway: Colourway,
    private readonly hand: Hand,
  ) {
    this.#stray = strayField(hand);
  }

  document(layers: readonly Layer[]): string {
    const body = layers.map((layer) => this.#layer(layer)).join("\n");
    const { width, height } = sheet;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
      `<defs>${this.#definitions.join("")}</defs>`,
      `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
      `<g stroke-linecap="round" stroke-linejoin="round">`,
      body,
      "</g>",
      "</svg>",
    ].join("\n");
  }

  #data(path: Path): string {
    const put = (point: Point): string => {
      const placed = this.#stray({
        x: point.x * this.fit.scale + this.fit.x,
        y: point.y * this.fit.scale + this.fit.y,
      });
      return `${n(placed.x)} ${n(placed.y)}`;
    };
    const curves = path.curves.map(({ a, b, to }) => `C${put(a)} ${put(b)} ${put(to)}`).join("");
    return `M${put(path.from)}${curves}${path.closed ? "Z" : ""}`;
  }

  #clip(path: Path): string {
    let id = this.#clips.get(path);
    if (id === undefined) {
      id = `c${this.#clips.size}`;
      this.#clips.set(path, id);
      this.#definitions.push(`<clipPath id="${id}"><path d="${this.#data(path)}"/></clipPath>`);
    }
    return `clip-path="url(#${id})"`;
  }

  #colour(tone: Tone): string {
    const { body, accent, second, trim } = this.colourway;
    const colours: Record<Tone, string> = {
      body,
      accent,
      second,
      trim,
      inside: blend(body, "#000000", 0.24),
      metal: "#d9d8d3",
      paper: "#ffffff",
      shade: "#000000",
    };
    return colours[tone];
  }

  #layer(layer: Layer): string {
    switch (layer.kind) {
      case "panel": {
        const opacity = layer.tone === "shade" ? ` fill-opacity="0.09"` : "";
        const clip = layer.within === undefined ? "" : ` ${this.#clip(layer.within)}`;
        const fill = `<path d="${this.#data(layer.path)}" fill="${this.#colour(layer.tone)}"${opacity}${clip}/>`;
        if (layer.grain === undefined) return fill;
        const artwork = alloverArtwork(this.print, this.colourway, grainBounds(layer.path, layer.grain));
        return fill + this.#printed(artwork, layer.grain, layer.path, 1);
      }
      case "graphic":
        return this.#printed(
          graphicArtwork(this.print, this.colourway),
          { ...straightGrain, origin: layer.centre },
          layer.within,
          layer.width,
        );
      case "line":
        return this.#line(layer.path, layer.weight, layer.on, layer.within);
    }
  }

  #printed(artwork: Artwork[], grain: Grain, within: Path, size: number): string {
    if (artwork.length === 0) return "";
    const { fit } = this;
    const x = n(grain.origin.x * fit.scale + fit.x);
    const y = n(grain.origin.y * fit.scale + fit.y);
    const scale = fit.scale * size;
    const across = grain.flipped ? -scale : scale;
    const turn = `translate(${x} ${y}) scale(${across.toFixed(3)} ${scale.toFixed(3)}) rotate(${n(grain.angle)})`;
    const paths = artwork.map(
      ({ d, colour, opacity }) =>
        `<path d="${d}" fill="${colour}"${opacity === 1 ? "" : ` fill-opacity="${opacity}"`}/>`,
    );
    return `<g ${this.#clip(within)}><g transform="${turn}">${paths.join("")}</g></g>`;
  }

  #line(path: Path, weight: Weight, on: Tone, within: Path | undefined): string {
    const ground = this.#colour(on);
    // Seams inside a dark fabric would drown in it: they are drawn lighter than the cloth instead.
    const dark = weight !== "outline" && lightness(ground) < 0.42;
    const colour = dark ? blend(ground, "#ffffff", weight === "seam" ? 0.62 : 0.5) : ink;
    const width = (widths[weight] * this.hand.lineWidth).toFixed(2);
    const dash = weight === "stitch" ? ` stroke-dasharray="3.4 2.3" stroke-linecap="butt"` : "";
    const faint = weight === "fine" ? ` stroke-opacity="0.7"` : "";
    const clip = within === undefined ? "" : ` ${this.#clip(within)}`;
    return `<path d="${this.#data(path)}" fill="none" stroke="${colour}" stroke-width="${width}"${dash}${faint}${clip}/>`;
  }
}

export function renderSketch(
  sketch: Sketch,
  fit: Fit,
  print: Print,
  colourway: Colourway,
  hand: Hand,
): string {
  return new Renderer(fit, print, colourway, hand).document(sketch.layers);
}
