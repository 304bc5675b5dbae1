import { rasterise } from "../demo/catalogue.js";
import { createFlatDesign, type FlatDesign, recolour, sibling } from "../demo/flats/design.js";
import { drawFlat, type Hand } from "../demo/flats/draw.js";
import { perturb, perturbations } from "../demo/perturb.js";
import { VIEWS, type View } from "../src/core/design.js";

/** What befalls a query: it is drawn by another hand, or perturbed. */
export const kinds = ["hand", ...perturbations] as const;
export type Kind = (typeof kinds)[number];

type Draw = (design: FlatDesign, view: View) => string;

/** Almost as before: what a design that takes over one side of another looks like on that side. */
const redrawn: Hand = { lineWidth: 1.2, jitter: 1, seed: 1 };

/** The same as `side` on one side, another cut on the other. */
const twin =
  (side: View): Draw =>
  (design, view) =>
    view === side ? drawFlat(design, view, redrawn) : drawFlat(sibling(design, 5), view);

/**
 * What of a design a catalogue has: itself, another colourway or print, and of the same construction another cut or a design
 * that has one side in common with it. The higher the grade, the closer.
 */
export const relatives = [
  { name: "original", grade: 3, draw: drawFlat as Draw },
  { name: "recolour", grade: 2, draw: (design, view) => drawFlat(recolour(design, 3), view) },
  { name: "sibling", grade: 1, draw: (design, view) => drawFlat(sibling(design, 3), view) },
  { name: "front twin", grade: 1, draw: twin("front") },
  { name: "back twin", grade: 1, draw: twin("back") },
] as const satisfies readonly { name: string; grade: number; draw: Draw }[];
export type Relative = (typeof relatives)[number];

/** A pair in the catalogue. */
export interface GalleryEntry {
  readonly design: number;
  /** Null for a design that no query is of. */
  readonly relative: Relative | null;
  read(view: View): Promise<Uint8Array>;
}

export interface FlatQuery {
  readonly design: number;
  readonly kind: Kind;
  read(view: View): Promise<Uint8Array>;
}

/** Drawn designs with all that is labelled of them: a catalogue, and queries for it. */
export function labelledFlats(
  seed: number,
  { designs, strangers }: { readonly designs: number; readonly strangers: number },
): { gallery: GalleryEntry[]; queries: FlatQuery[] } {
  const indexes = Array.from({ length: designs + strangers }, (_, i) => i);
  const gallery = indexes.flatMap((design): GalleryEntry[] => {
    const flat = createFlatDesign(seed, design);
    if (design >= designs) {
      return [{ design, relative: null, read: (view) => rasterise(drawFlat(flat, view)) }];
    }
    return relatives.map((relative) => ({
      design,
      relative,
      read: (view) => rasterise(relative.draw(flat, view)),
    }));
  });
  const queries = indexes.slice(0, designs).flatMap((design) => {
    const flat = createFlatDesign(seed, design);
    return kinds.map((kind) => ({ design, kind, read: (view: View) => drawQuery(flat, view, kind, design) }));
  });
  return { gallery, queries };
}

async function drawQuery(design: FlatDesign, view: View, kind: Kind, seed: number): Promise<Uint8Array> {
  if (kind === "hand") return rasterise(drawFlat(design, view, { lineWidth: 1.6, jitter: 3, seed }));
  return perturb(await rasterise(drawFlat(design, view)), kind, seed);
}

/** What `describe` makes of both views of each pair. */
export async function describePairs<T>(
  pairs: readonly Pick<GalleryEntry, "read">[],
  describe: (pictures: readonly { read(): Promise<Uint8Array> }[]) => Promise<T[]>,
): Promise<Record<View, T>[]> {
  const described = await describe(
    pairs.flatMap((pair) => VIEWS.map((view) => ({ read: () => pair.read(view) }))),
  );
  return pairs.map((_, i) => ({ front: described[2 * i]!, back: described[2 * i + 1]! }));
}
