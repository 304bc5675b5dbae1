import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../errors.js";
import { loadNetwork, withPooling } from "../onnx/network.js";
import { sha256OfFile } from "./file-hash.js";
import type { PackManifest } from "./manifest.js";
import { createPack } from "./new-pack.js";
import type { ModelPack } from "./pack.js";
import type { PackRecipe } from "./recipe.js";

const MODEL_FILE = "model.onnx";

/** The longest embedding a pack may have, as its manifest holds it. */
const MAX_EMBEDDING_DIM = 32_768;

/** Of a title or a licence. */
const MAX_TEXT_LENGTH = 300;

/**
 * Writes a pack of a network, after a trial run that tells that it works and how long its embeddings are.
 *
 * @param directory of the new pack, named after its id; must not be there yet.
 * @param signal once aborted, no pack is made.
 * @throws AppError MODEL_INVALID when onnxruntime cannot run the network, or it gives out something else than told; the
 * signal's reason.
 */
export async function addPack(
  recipe: PackRecipe,
  directory: string,
  signal?: AbortSignal,
): Promise<ModelPack> {
  const { model, input, resizePolicy, resample, outputs, notice } = recipe;
  const [title, licence, source] = [recipe.title, recipe.licence, recipe.source].map(oneLine) as [
    string,
    string,
    string,
  ];
  return createPack(directory, async (unfinished) => {
    const file = path.join(unfinished, MODEL_FILE);
    const id = path.basename(directory);
    if (typeof model === "string") await copyFile(model, file);
    else await writeFile(file, await usable(id, withPooling(model, recipe)));
    signal?.throwIfAborted();
    // Of the copy: what lies beside the source does not come along.
    const embeddingDim = await tryOut(id, file, recipe);
    signal?.throwIfAborted();
    const manifest: PackManifest = {
      format: 1,
      id,
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

/** What strangers' files say, as one line of printable text. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").slice(0, MAX_TEXT_LENGTH);
}

/** Runs the network on a black picture; returns how long its embeddings are. */
async function tryOut(
  id: string,
  file: string,
  { input, outputs }: Pick<PackRecipe, "input" | "outputs">,
): Promise<number> {
  const { lengths, finite } = await usable(id, runOnBlack(file, { input, outputs }));
  if (!finite) {
    throw new AppError("MODEL_INVALID", `The model ${id} makes embeddings of numbers that are not finite.`);
  }
  const embeddingDim = lengths.reduce((sum, length) => sum + length, 0);
  if (embeddingDim >= 2 && embeddingDim <= MAX_EMBEDDING_DIM) return embeddingDim;
  throw new AppError(
    "MODEL_INVALID",
    `An embedding has 2 to ${MAX_EMBEDDING_DIM} numbers; those of ${id} have ${embeddingDim}: choose another --output or --pooling.`,
  );
}

/** What onnxruntime makes of a network that was found somewhere. */
function usable<T>(id: string, work: Promise<T>): Promise<T> {
  return work.catch((cause: Error) => {
    const reason = cause.message.split("\n")[0]!.replace(/[.\s]+$/u, "");
    throw new AppError("MODEL_INVALID", `The model ${id} cannot be used: ${reason}.`, { cause });
  });
}

async function runOnBlack(file: string, network: Pick<PackRecipe, "input" | "outputs">) {
  const { lengths, describe, release } = await loadNetwork(file, network);
  try {
    const pooled = await describe(new Uint8Array(network.input.size ** 2 * 3), 1);
    const finite = pooled.every(({ data }) => (data as Float32Array).every(Number.isFinite));
    return { lengths, finite };
  } finally {
    await release();
  }
}
