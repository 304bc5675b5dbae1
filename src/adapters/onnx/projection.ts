import { InferenceSession, Tensor } from "onnxruntime-node";
import { concatenate } from "../../core/embedding.js";
import { hashedEmbedding } from "../../core/feature-hashing.js";
import { embedWithHead, type Head } from "../../core/head.js";
import { type PackManifest, withoutHead } from "../models/manifest.js";

/**
 * Makes embeddings of pooled feature maps: for each output of the network its vectors, one for each picture of the
 * batch. Returns `[batch, embeddingDim]`, in one piece.
 */
export type Projection = (pooled: readonly (readonly Float32Array[])[]) => Promise<Float32Array>;

/** @throws Error when the fitted projection cannot be loaded, or is not one for this manifest. */
export async function loadProjection(
  manifest: PackManifest,
  file: string | null,
  head: Head | null,
): Promise<Projection> {
  const base = withoutHead(manifest);
  const project = await loadBaseProjection(base, file);
  if (!head) return project;
  return async (pooled) => {
    const embeddings = await project(pooled);
    const { embeddingDim, aspects } = base;
    return concatenate(
      pooled[0]!.map((_, i) =>
        embedWithHead(head, embeddings.subarray(i * embeddingDim, (i + 1) * embeddingDim), aspects.length),
      ),
    );
  };
}

async function loadBaseProjection(manifest: PackManifest, file: string | null): Promise<Projection> {
  const { projection, embeddingDim } = manifest;
  if (projection.kind === "feature-hashing") {
    const recipe = { seed: projection.seed, embeddingDim };
    return async (pooled) =>
      concatenate(
        pooled[0]!.map((_, i) =>
          hashedEmbedding(
            pooled.map((vectors) => vectors[i]!),
            recipe,
          ),
        ),
      );
  }
  const session = await InferenceSession.create(file!, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const names = manifest.outputs.map((output) => output.name);
  const output = session.outputMetadata.find(({ name }) => name === "embedding");
  if (
    !output?.isTensor ||
    output.shape[1] !== embeddingDim ||
    !names.every((name) => session.inputNames.includes(name))
  ) {
    throw new Error(
      `its projection does not make embeddings of ${embeddingDim} numbers of ${names.join(", ")}.`,
    );
  }
  return async (pooled) => {
    const feeds = pooled.map((vectors, i) => [
      names[i]!,
      new Tensor("float32", concatenate(vectors), [vectors.length, vectors[0]!.length]),
    ]);
    const { embedding } = await session.run(Object.fromEntries(feeds), ["embedding"]);
    return embedding!.data as Float32Array;
  };
}
