import sharp from "sharp";
import { rasterise } from "../../demo/catalogue.js";
import { createFlatDesign, dye } from "../../demo/flats/design.js";
import { drawFlat } from "../../demo/flats/draw.js";
import { describePairs } from "../../fit/labelled-flats.js";
import { VIEWS, type View } from "../../src/core/design.js";
import { innerProduct } from "../../src/core/embedding.js";
import { bootstrapIntervals } from "../../src/evaluation/bootstrap.js";
import { type Describe, type Descriptors, told } from "./descriptors.js";

/** Drawn for measuring alone. */
const SEED = 2002;
const DESIGNS = 96;
const STRANGERS = 200;
const DYES = [11, 12];

const grey = async (picture: Promise<Uint8Array>) =>
  sharp(await picture)
    .greyscale()
    .png()
    .toBuffer();

/**
 * Designs searched with in another colour, drawn by another hand: how often the design comes first. Each descriptor sees the
 * pictures as they are, and both sides in grey.
 */
export async function measureColours(
  describe: Describe,
  names: readonly string[],
): Promise<Record<string, string>[]> {
  const drawn = Array.from({ length: DESIGNS + STRANGERS }, (_, i) => {
    const design = createFlatDesign(SEED, i);
    return { read: (view: View) => rasterise(drawFlat(design, view)) };
  });
  const dyed = DYES.flatMap((colour) =>
    Array.from({ length: DESIGNS }, (_, i) => {
      const design = dye(createFlatDesign(SEED, i), colour);
      const hand = { lineWidth: 1.3, jitter: 2, seed: i };
      return { read: (view: View) => rasterise(drawFlat(design, view, hand)) };
    }),
  );
  const inGrey = (pairs: typeof drawn) =>
    pairs.map(({ read }) => ({ read: (view: View) => grey(read(view)) }));
  const passes = {
    "as they are": [await describePairs(drawn, describe), await describePairs(dyed, describe)],
    "both in grey": [
      await describePairs(inGrey(drawn), describe),
      await describePairs(inGrey(dyed), describe),
    ],
  } as const;
  return names.map((descriptor) => ({
    descriptor,
    ...Object.fromEntries(
      Object.entries(passes).map(([pass, [gallery, queries]]) => [
        `recoloured, ${pass}`,
        foundFirst(descriptor, gallery, queries),
      ]),
    ),
  }));
}

function foundFirst(
  descriptor: string,
  gallery: readonly Record<View, Descriptors>[],
  queries: readonly Record<View, Descriptors>[],
): string {
  const found = queries.map((query, q) => {
    const scores = gallery.map((entry) =>
      VIEWS.reduce(
        (sum, view) => sum + innerProduct(query[view].get(descriptor)!, entry[view].get(descriptor)!),
        0,
      ),
    );
    const design = q % DESIGNS;
    return { design, first: scores.indexOf(Math.max(...scores)) === design ? 1 : 0 };
  });
  const mean = found.reduce((sum, { first }) => sum + first, 0) / found.length;
  return told(mean, bootstrapIntervals(["first"], found, ({ design }) => design).first);
}
