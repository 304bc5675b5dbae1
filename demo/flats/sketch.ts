import { type Bounds, boundsOf, mirror, type Path, type Point } from "./geometry.js";

/** What a panel is made of; the colourway says which colour that is. */
export type Tone = "body" | "accent" | "second" | "trim" | "inside" | "metal" | "paper" | "shade";
export type Weight = "outline" | "seam" | "stitch" | "fine";

/** Where an allover print starts on a panel and how it is turned, so that it follows the panel's grain. */
export interface Grain {
  origin: Point;
  angle: number;
  flipped: boolean;
}

interface PanelLayer {
  kind: "panel";
  path: Path;
  tone: Tone;
  grain: Grain | undefined;
  within: Path | undefined;
}

interface LineLayer {
  kind: "line";
  path: Path;
  weight: Weight;
  /** The tone the line lies on, so that it stays legible there. */
  on: Tone;
  within: Path | undefined;
}

interface GraphicLayer {
  kind: "graphic";
  centre: Point;
  width: number;
  within: Path;
}

export type Layer = PanelLayer | LineLayer | GraphicLayer;

export const straightGrain: Grain = { origin: { x: 0, y: 0 }, angle: 0, flipped: false };

/** The right side as drawn, or its mirror image. */
export interface Side {
  path: (path: Path) => Path;
  point: (point: Point) => Point;
  grain: (grain: Grain) => Grain;
}

const right: Side = { path: (path) => path, point: (point) => point, grain: (grain) => grain };
const left: Side = {
  path: mirror,
  point: ({ x, y }) => ({ x: -x, y }),
  grain: ({ origin, angle }) => ({ origin: { x: -origin.x, y: origin.y }, angle, flipped: true }),
};
export const sides: readonly Side[] = [right, left];

/** The drawing of one view as layers, from the lowest to the topmost. */
export class Sketch {
  readonly layers: Layer[] = [];

  panel(path: Path, tone: Tone, options: { grain?: Grain; within?: Path } = {}): void {
    this.layers.push({ kind: "panel", path, tone, grain: options.grain, within: options.within });
  }

  line(weight: Weight, path: Path, options: { on?: Tone; within?: Path | undefined } = {}): void {
    this.layers.push({ kind: "line", path, weight, on: options.on ?? "body", within: options.within });
  }

  /** A panel with a line around it, such as a pocket or a collar leaf. */
  piece(path: Path, tone: Tone, weight: Weight, grain?: Grain): void {
    this.panel(path, tone, grain === undefined ? {} : { grain });
    this.line(weight, path, { on: tone });
  }

  graphic(centre: Point, width: number, within: Path): void {
    this.layers.push({ kind: "graphic", centre, width, within });
  }

  /** The extent of all that is filled or outlined. */
  bounds(): Bounds {
    return boundsOf(
      this.layers.flatMap((layer) =>
        (layer.kind === "panel" && layer.within === undefined) ||
        (layer.kind === "line" && layer.weight === "outline" && layer.within === undefined)
          ? [layer.path]
          : [],
      ),
    );
  }
}
