import { concatenate, type Embedding, joinedEmbedding } from "../../core/embedding.js";
import { hashedEmbedding } from "../../core/feature-hashing.js";
import { embedWithHead, type Head } from "../../core/head.js";
import { type PackManifest, withoutHead } from "../models/manifest.js";
import { QUIET } from "./network.js";
import { InferenceSession, type Tensor } from "./runtime.js";

/**
 * Makes embeddings of pooled feature maps: a tensor `[batch, length]` for each output of the network, in their order.
 * Returns `[batch, embeddingDim]`, in one piece.
 */
export type Projection = (pooled: readonly Tensor[]) => Promise<Float32Array>;

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
    return concatenate(
      rowsOf(embeddings, base.embeddingDim).map((embedding) =>
        embedWithHead(head, embedding, base.aspects.length),
      ),
    );
  };
}

async function loadBaseProjection(manifest: PackManifest, file: string | null): Promise<Projection> {
  const { projection, embeddingDim } = manifest;
  if (projection.kind === "none") return eachPicture(joinedEmbedding);
  if (projection.kind === "feature-hashing") {
    const recipe = { seed: projection.seed, embeddingDim };
    return eachPicture((features) => hashedEmbedding(features, recipe));
  }
  const session = await InferenceSession.create(file!, {
    ...QUIET,
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
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
    const feeds = Object.fromEntries(names.map((name, i) => [name, pooled[i]!]));
    const { embedding } = await session.run(feeds, ["embedding"]);
    return embedding!.data as Float32Array;
  };
}

/** Makes each picture's embedding by itself, of its own features. */
function eachPicture(embed: (features: readonly Float32Array[]) => Embedding): Projection {
  return async (pooled) => {
    const features = pooled.map(({ data, dims }) => rowsOf(data as Float32Array, dims[1]!));
    return concatenate(features[0]!.map((_, i) => embed(features.map((rows) => rows[i]!))));
  };
}

/** The rows of a matrix `[rows, dim]` that is stored in one piece. */
function rowsOf(values: Float32Array, dim: number): Float32Array[] {
  return Array.from({ length: values.length / dim }, (_, i) => values.subarray(i * dim, (i + 1) * dim));
}
