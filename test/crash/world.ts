import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { LanceCatalog } from "../../src/adapters/lancedb/catalog.js";
import { openCatalog, readCatalogModel } from "../../src/adapters/lancedb/open-catalog.js";
import { type Diptych, hash, openDiptych } from "../../src/compose.js";
import { VIEWS, type View } from "../../src/core/design.js";
import type { Embedding } from "../../src/core/embedding.js";
import { drawingPng } from "../fixtures/drawings.js";
import { identityNetwork, writePack } from "../fixtures/small-packs.js";

/** Pictures of each side; the designs share them. */
export const PICTURES = 32;

/** The models that the catalogs are embedded by, in turn. */
export const MODELS = ["old", "young"] as const;

/** Where the processes that are killed work. */
export interface World {
  /** Drawn pictures and model packs: the same for all. */
  readonly shared: string;
  /** The catalog's folder. */
  readonly catalog: string;
}

/** Draws the pictures and writes the model packs: small networks, whose embeddings are as real as any. */
export async function prepareShared(shared: string): Promise<void> {
  await mkdir(shared, { recursive: true });
  for (let number = 0; number < PICTURES; number++) {
    for (const view of VIEWS) {
      await writeFile(pictureFile({ shared }, number, view), await drawingPng(number, view));
    }
  }
  for (const [id, resizePolicy] of [
    [MODELS[0], "trim"],
    [MODELS[1], "contain"],
  ] as const) {
    await writePack(path.join(modelsOf({ shared }), id), identityNetwork(), { id, resizePolicy });
  }
}

export function modelsOf({ shared }: Pick<World, "shared">): string {
  return path.join(shared, "models");
}

export function pictureFile({ shared }: Pick<World, "shared">, number: number, view: View): string {
  return path.join(shared, `${number}_${view}.png`);
}

export function designId(number: number): string {
  return `D${String(number).padStart(3, "0")}`;
}

/** Which picture a design has in a revision: of both sides the one of this number. */
export function pictureNumber(id: string, revision: number): number {
  return (Number(id.slice(1)) * 5 + revision * 11) % PICTURES;
}

/** Opens the catalog with the model that it holds, or makes it for the first one. */
export async function openWorld(world: World): Promise<Diptych> {
  const held = await readCatalogModel(world.catalog);
  return openDiptych({
    catalog: world.catalog,
    models: modelsOf(world),
    model: held?.id ?? MODELS[0],
    threads: 1,
    create: true,
  });
}

/** Opens the catalog so that few designs are enough for an index. */
export async function openIndexed(directory: string): Promise<LanceCatalog> {
  const model = (await readCatalogModel(directory))!;
  return openCatalog({ directory, model, create: false, indexThreshold: 16 });
}

/** What each model makes of every picture, by the hash of its file. */
export async function referenceEmbeddings(shared: string): Promise<Map<string, Map<string, Embedding>>> {
  const byModel = new Map<string, Map<string, Embedding>>();
  for (const model of MODELS) {
    const diptych = await openDiptych({
      catalog: path.join(shared, `reference-${model}`),
      models: modelsOf({ shared }),
      model,
      threads: 1,
      create: true,
    });
    const embeddings = new Map<string, Embedding>();
    for (let number = 0; number < PICTURES; number++) {
      for (const view of VIEWS) {
        const bytes = await readFile(pictureFile({ shared }, number, view));
        await diptych.put({ id: "reference", pictures: { [view]: bytes } });
        const known = (await diptych.catalog.getEmbedded(["reference"])).get("reference")!;
        embeddings.set(hash(bytes), known.views[view]!.embedding);
      }
    }
    await diptych.close();
    byModel.set(model, embeddings);
  }
  return byModel;
}
