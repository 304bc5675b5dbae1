import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { aspectsWithHead, type Head } from "../../core/head.js";
import { createNpy } from "../npy/npy-writer.js";
import { sha256OfFile } from "./file-hash.js";
import { type PackManifest, withoutHead } from "./manifest.js";
import { createPack } from "./new-pack.js";
import type { ModelPack } from "./pack.js";

const HEAD_FILE = "head.npy";

/**
 * Writes a pack that is another one with a learnt head, in place of any head that one has. It holds copies of all files, so
 * that the other may go.
 *
 * @param directory of the new pack; must not be there yet: renaming to it fails otherwise.
 * @param source what the head was learnt from, for people.
 */
export async function writeTrainedPack(
  { manifest, modelPath, projectionPath }: ModelPack,
  head: Head,
  { directory, source }: { directory: string; source: string },
): Promise<ModelPack> {
  return createPack(directory, async (unfinished) => {
    const base = withoutHead(manifest);
    await copyFile(modelPath, path.join(unfinished, base.model.path));
    if (base.projection.kind === "fitted") {
      await copyFile(projectionPath!, path.join(unfinished, base.projection.path));
    }
    await copyFile(path.join(path.dirname(modelPath), "NOTICE"), path.join(unfinished, "NOTICE")).catch(
      () => {},
    );
    const weights = await createNpy(path.join(unfinished, HEAD_FILE), head.inputDim);
    await weights.writeRows(head.weights);
    await weights.commit();
    const aspects = aspectsWithHead(base.aspects, head.dim);
    const trained: PackManifest = {
      ...base,
      id: path.basename(directory),
      title: `${base.title}, with a learnt head`,
      source: `${base.source}; ${source}`,
      head: { path: HEAD_FILE, sha256: await sha256OfFile(path.join(unfinished, HEAD_FILE)) },
      embeddingDim: head.dim + head.inputDim,
      aspects,
    };
    await writeFile(path.join(unfinished, "manifest.json"), `${JSON.stringify(trained, null, 2)}\n`);
  });
}
