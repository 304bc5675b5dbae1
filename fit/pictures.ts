import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { rasterise } from "../demo/catalogue.js";
import { createFlatDesign, dye, recolour } from "../demo/flats/design.js";
import { drawFlat } from "../demo/flats/draw.js";
import { perturb } from "../demo/perturb.js";
import { VIEWS } from "../src/core/design.js";

/** A picture to fit with, and what it has in common with others. */
export interface TrainingPicture {
  /** Pictures of one subject differ in what a search should overlook: the hand, the paper, the colourway; in photos, the garment. */
  readonly subject: string;
  /** The same, but colourways are told apart. */
  readonly colourway: string;
  read(): Promise<Uint8Array>;
}

/** Designs drawn for fitting alone: no measurement uses this seed. */
const SEED = 1001;
const DESIGNS = 240;

/** Drawn flats: every view of a design clean, by another hand on a slanted photo, turned, and in another colourway. */
export function drawnPictures(): TrainingPicture[] {
  return Array.from({ length: DESIGNS }, (_, i) => i).flatMap((i) =>
    VIEWS.flatMap((view) => {
      const design = createFlatDesign(SEED, i);
      const subject = `${i} ${view}`;
      const clean = () => rasterise(drawFlat(design, view));
      const hand = { lineWidth: i % 2 ? 1.5 : 0.7, jitter: 2, seed: i };
      const own = [
        clean,
        async () => perturb(await rasterise(drawFlat(design, view, hand)), "slant", i),
        async () => perturb(await clean(), "rotate", i),
      ];
      return [
        ...own.map((read) => ({ subject, colourway: subject, read })),
        {
          subject,
          colourway: `${subject} recoloured`,
          read: () => rasterise(drawFlat(recolour(design, 7), view)),
        },
      ];
    }),
  );
}

/** Every view of the same designs in another colour, the print kept. */
export function dyedPictures(): TrainingPicture[] {
  return Array.from({ length: DESIGNS }, (_, i) => i).flatMap((i) =>
    VIEWS.map((view) => {
      const subject = `${i} ${view}`;
      const read = () => rasterise(drawFlat(dye(createFlatDesign(SEED, i), 7), view));
      return { subject, colourway: subject, read };
    }),
  );
}

/** Every third of the photos as it is, in grey and in other colours: three pictures of one subject. */
export function tintedPictures(photos: readonly TrainingPicture[]): TrainingPicture[] {
  return photos
    .filter((_, i) => i % 3 === 0)
    .flatMap(({ read }, i) => {
      const subject = `photo ${i}`;
      const hue = 60 + ((67 * i) % 240);
      const saturation = [0.6, 1, 1.4][i % 3]!;
      const tints = [
        read,
        async () =>
          sharp(await read())
            .greyscale()
            .png()
            .toBuffer(),
        async () =>
          sharp(await read())
            .modulate({ hue, saturation })
            .png()
            .toBuffer(),
      ];
      return tints.map((tint) => ({ subject, colourway: subject, read: tint }));
    });
}

/** Photos in folders named after their categories: photos of a category share their subject. */
export async function photos(directory: string): Promise<TrainingPicture[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(?:jpe?g|png|webp)$/iu.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => {
      const category = path.basename(path.dirname(file));
      return { subject: category, colourway: category, read: () => readFile(file) };
    });
}
