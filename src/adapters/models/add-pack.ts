import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../errors.js";
import { loadNetwork } from "../onnx/network.js";
import { sha256OfFile } from "./file-hash.js";
import type { PackManifest } from "./manifest.js";
import { createPack } from "./new-pack.js";
import type { ModelPack } from "./pack.js";
import type { PackRecipe } from "./recipe.js";

const MODEL_FILE = "model.onnx";

/** The longest embedding a pack may have, as its manifest holds it. */
const MAX_EMBEDDING_DIM = 32_768;

/**
 * Writes a pack of a network, after a trial run that tells that it works and how long its embeddings are.
 *
 * @param directory of the new pack, named after its id; must not be there yet.
 * @throws AppError MODEL_INVALID when onnxruntime cannot run the network, or it gives out something else than told.
 */
export async function addPack(recipe: PackRecipe, directory: string): Promise<ModelPack> {
  const { title, licence, source, model, input, resizePolicy, resample, outputs, notice } = recipe;
  const embeddingDim = await embeddingDimOf(recipe);
  return createPack(directory, async (unfinished) => {
    const file = path.join(unfinished, MODEL_FILE);
    if (typeof model === "string") await copyFile(model, file);
    else await writeFile(file, model);
    const manifest: PackManifest = {
      format: 1,
      id: path.basename(directory),
      title,
      licence,
      source,
      model: { path: MODEL_FILE, sha256: await sha256OfFile(file), arithmetic: "exact" },
      input,
      resizePolicy,
      ...(resample && { resample }),
      outputs,
      projection: { kind: "none" },
      embeddingDim,
      aspects: [{ name: "overall", dim: embeddingDim }],
    };
    await writeFile(path.join(unfinished, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    await writeFile(
      path.join(unfinished, "NOTICE"),
      `${title}\n\nFrom ${source}.\nLicence: ${licence}.\n${notice && `\n${notice}\n`}`,
    );
  });
}

async function embeddingDimOf({ id, model, input, outputs }: PackRecipe): Promise<number> {
  const lengths = await loadNetwork(model, { input, outputs })
    .then(async (network) => {
      await network.release();
      return network.lengths;
    })
    .catch((cause: Error) => {
      const reason = cause.message.split("\n")[0]!.replace(/[.\s]+$/u, "");
      throw new AppError("MODEL_INVALID", `The model ${id} cannot be used: ${reason}.`, { cause });
    });
  const embeddingDim = lengths.reduce((sum, length) => sum + length, 0);
  if (embeddingDim >= 2 && embeddingDim <= MAX_EMBEDDING_DIM) return embeddingDim;
  throw new AppError(
    "MODEL_INVALID",
    `An embedding has 2 to ${MAX_EMBEDDING_DIM} numbers; those of ${id} have ${embeddingDim}: choose another --output or --pooling.`,
  );
}
