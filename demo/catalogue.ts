import { access, mkdir, rename, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import pMap from "p-map";
import sharp from "sharp";
import { attributesOf, createFlatDesign, type FlatDesign, type View } from "./flats/design.js";
import { drawFlat } from "./flats/draw.js";

const pictureWidth = 480;
const sheetWidth = 600;
/** The density at which the renderer draws a sheet straight at the width of the pictures. */
const density = (72 * pictureWidth) / sheetWidth;

export const columns = [
  "id",
  "front",
  "back",
  "category",
  "neckline",
  "sleeve",
  "closure",
  "print",
  "colour",
  "season",
] as const;

export function rasterise(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(svg), { density }).removeAlpha().png({ compressionLevel: 6 }).toBuffer();
}

const pathOf = (design: FlatDesign, view: View): string => `pictures/${design.id}-${view}.png`;

/** Writes under another name first, so that a killed run leaves no half file behind. */
async function writeWhole(path: string, content: Buffer | string): Promise<void> {
  const unfinished = `${path}.part`;
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export interface CatalogueOptions {
  directory: string;
  count: number;
  seed: number;
  onProgress?: (done: number, total: number) => void;
}

/** Draws a catalogue with its manifest; pictures that are there already are left as they are. */
export async function writeCatalogue(options: CatalogueOptions): Promise<{ manifest: string }> {
  const { directory, count, seed, onProgress } = options;
  await mkdir(join(directory, "pictures"), { recursive: true });
  let done = 0;
  const rows = await pMap(
    Array.from({ length: count }, (_, index) => index),
    async (index) => {
      const design = createFlatDesign(seed, index);
      for (const view of ["front", "back"] as const) {
        const path = join(directory, pathOf(design, view));
        if (!(await exists(path))) await writeWhole(path, await rasterise(drawFlat(design, view)));
      }
      done += 1;
      onProgress?.(done, count);
      return {
        id: design.id,
        front: pathOf(design, "front"),
        back: pathOf(design, "back"),
        ...attributesOf(design),
      };
    },
    { concurrency: availableParallelism() + 1 },
  );
  const manifest = join(directory, "designs.csv");
  await writeWhole(manifest, stringify(rows, { header: true, columns: [...columns] }));
  return { manifest };
}
