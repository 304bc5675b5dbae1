/** What the command line does with model packs: composed of the adapters, as compose.ts is. */
import path from "node:path";
import { readCatalogModels } from "./adapters/lancedb/open-catalog.js";
import { addPack } from "./adapters/models/add-pack.js";
import { findPack, packIds, unknownPack } from "./adapters/models/find-pack.js";
import { checkSource, type ModelSource, sourceId, withRecipe } from "./adapters/models/model-source.js";
import { freeDirectory, removeDirectory } from "./adapters/models/new-pack.js";
import type { ModelPack } from "./adapters/models/pack.js";
import { whyUnavailable } from "./adapters/onnx/devices.js";
import type { Config } from "./config.js";
import { DEVICES, type Device } from "./core/device.js";
import { localEmbedder } from "./embedders.js";
import { AppError } from "./errors.js";

export type { ModelPack, ModelSource };
export { findPack };

/** A pack that was found: as it opens, or why it does not. */
export type ListedPack = { readonly id: string; readonly own: boolean } & (
  | { readonly pack: ModelPack }
  | { readonly failure: AppError }
);

/** Every pack there is, those of the user first; a broken one does not hide the others. */
export async function listPacks({ models }: Config): Promise<ListedPack[]> {
  const found = await packIds(models);
  return Promise.all(
    found.map(async ({ id, own }): Promise<ListedPack> => {
      try {
        return { id, own, pack: await findPack(id, models) };
      } catch (error) {
        return { id, own, failure: AppError.from(error) };
      }
    }),
  );
}

/**
 * Adds a pack of the network in a source to the user's own.
 *
 * @param id default: what the source is called.
 * @throws AppError INVALID_REQUEST for an id that cannot be used or is taken; as {@link checkSource}, {@link withRecipe} and {@link addPack}.
 */
export async function addModel(
  { models }: Config,
  { id, ...source }: ModelSource & { readonly id?: string | undefined },
): Promise<ModelPack> {
  // Before anything is downloaded; and the source first, for another id would not mend that it is none.
  await checkSource(source);
  const directory = await freeDirectory(models, id ?? sourceId(source));
  return withRecipe(models, source, (recipe) => addPack(recipe, directory, source.signal));
}

/**
 * Holds that a pack's files are those of its manifest, and that it makes embeddings here.
 *
 * @throws AppError NOT_FOUND, MODEL_INVALID; INVALID_REQUEST when the device is not there.
 */
export async function verifyPack(id: string, config: Config): Promise<ModelPack> {
  const pack = await findPack(id, config.models);
  const embedder = await localEmbedder(pack, { ...config, threads: 1 });
  try {
    const { size } = pack.manifest.input;
    const black = { data: new Uint8Array(size * size * 3), width: size, height: size };
    const [result] = await embedder.embed([black]);
    if ("error" in result!) throw result.error;
    return pack;
  } finally {
    await embedder.close();
  }
}

/**
 * Removes a pack of the user's own.
 *
 * @throws AppError NOT_FOUND when there is none; INVALID_REQUEST when it came with Diptych, or the catalog holds its embeddings.
 */
export async function removePack(id: string, { models, catalog }: Config): Promise<void> {
  const known = await packIds(models);
  const found = known.find((pack) => pack.id === id);
  if (!found) throw unknownPack(id, known);
  if (!found.own) {
    throw new AppError("INVALID_REQUEST", `The model pack "${id}" came with Diptych and stays with it.`);
  }
  if ((await readCatalogModels(catalog)).some((model) => model.id === id)) {
    throw new AppError(
      "INVALID_REQUEST",
      `The catalog in ${catalog} holds embeddings of "${id}", which nothing could be compared with afterwards; embed the designs anew first with: diptych import --reembed --model ID`,
    );
  }
  await removeDirectory(path.join(models, id));
}

/** What networks can run on here: null, or why not. */
export async function describeDevices(): Promise<Record<Device, string | null>> {
  const reasons = await Promise.all(DEVICES.map(async (device) => [device, await whyUnavailable(device)]));
  return Object.fromEntries(reasons);
}
