import path from "node:path";
import { rasterise, writeCatalogue } from "../../demo/catalogue.js";
import { createFlatDesign } from "../../demo/flats/design.js";
import { drawFlat } from "../../demo/flats/draw.js";
import { perturb } from "../../demo/perturb.js";
import { openDiptych } from "../../src/index.js";

const SEED = 1;

/** A front and a back as somebody brings them, as files. */
export interface Pictures {
  readonly front: Buffer;
  readonly back: Buffer;
}

/** Makes the catalogue of so many drawn pairs, unless it is there, and pictures to search it with. */
export async function prepare(
  size: number,
  count: number,
): Promise<{ catalog: string; queries: readonly Pictures[] }> {
  const directory = path.resolve("demo-data", String(size));
  const { manifest } = await writeCatalogue({ directory, count: size, seed: SEED });
  const catalog = path.join(directory, "catalog");
  const diptych = await openDiptych({ catalog, create: true });
  await diptych.import(manifest);
  await diptych.close();
  const queries = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const design = createFlatDesign(SEED, Math.floor((i * size) / count));
      const draw = async (view: "front" | "back") =>
        perturb(await rasterise(drawFlat(design, view)), "mild", i);
      return { front: await draw("front"), back: await draw("back") };
    }),
  );
  return { catalog, queries };
}
