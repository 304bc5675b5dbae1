import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { aspectsWithHead, type Head } from "../../core/head.js";
import { createNpy } from "../npy/npy-writer.js";
import { sha256OfFile } from "./file-hash.js";
import { MAX_PACK_ID_LENGTH, type PackManifest, withoutHead } from "./manifest.js";
import { createPack, freeDirectory, isFree } from "./new-pack.js";
import type { ModelPack } from "./pack.js";

const MODEL_FILE = "model.onnx";
const PROJECTION_FILE = "projection.onnx";
const HEAD_FILE = "head.npy";
const NOTICE_FILE = "NOTICE";

/** What a source has behind it once a head was learnt. */
const LEARNT_FROM = "; head learnt from ";

/**
 * The folder of a new pack: that of the id asked for, or of the base's id with `-trained` behind it, or `-trained-2`, and so on.
 *
 * @throws AppError INVALID_REQUEST for an id that cannot be used or is taken.
 */
export async function trainedDirectory(models: string, baseId: string, id?: string): Promise<string> {
  if (id !== undefined) return freeDirectory(models, id);
  const name = baseId.replace(/-trained(-\d+)?$/u, "");
  for (let version = 1; ; version++) {
    const end = version === 1 ? "-trained" : `-trained-${version}`;
    const directory = path.join(models, `${name.slice(0, MAX_PACK_ID_LENGTH - end.length)}${end}`);
    if (await isFree(directory)) return directory;
  }
}

/**
 * Writes a pack that is another one with a learnt head, in place of any head that one has. It holds copies of all files, so
 * that the other may go.
 *
 * @param directory of the new pack; must not be there yet: renaming to it fails otherwise.
 * @param learntFrom what the head was learnt from, for people.
 */
export async function writeTrainedPack(
  { manifest, directory: baseDirectory, modelPath, projectionPath }: ModelPack,
  head: Head,
  { directory, learntFrom }: { directory: string; learntFrom: string },
): Promise<ModelPack> {
  return createPack(directory, async (unfinished) => {
    const { projection, ...base } = withoutHead(manifest);
    await copyFile(modelPath, path.join(unfinished, MODEL_FILE));
    if (projectionPath !== null) await copyFile(projectionPath, path.join(unfinished, PROJECTION_FILE));
    await copyIfThere(path.join(baseDirectory, NOTICE_FILE), path.join(unfinished, NOTICE_FILE));
    const weights = await createNpy(path.join(unfinished, HEAD_FILE), head.inputDim);
    await weights.writeRows(head.weights);
    await weights.commit();
    const trained: PackManifest = {
      ...base,
      id: path.basename(directory),
      title: manifest.head ? base.title : `${base.title}, with a learnt head`,
      source: `${base.source.split(LEARNT_FROM)[0]}${LEARNT_FROM}${learntFrom}`,
      model: { ...base.model, path: MODEL_FILE },
      projection: projection.kind === "fitted" ? { ...projection, path: PROJECTION_FILE } : projection,
      head: { path: HEAD_FILE, sha256: await sha256OfFile(path.join(unfinished, HEAD_FILE)) },
      embeddingDim: head.dim + head.inputDim,
      aspects: aspectsWithHead(base.aspects, head.dim),
    };
    await writeFile(path.join(unfinished, "manifest.json"), `${JSON.stringify(trained, null, 2)}\n`);
  });
}

async function copyIfThere(from: string, to: string): Promise<void> {
  await copyFile(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}
