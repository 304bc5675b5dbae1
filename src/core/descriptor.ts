import { type Embedding, normalizeL2 } from "./embedding.js";
import { type FeatureMap, type Pooling, pool } from "./pooling.js";
import { hashFeatures } from "./projection.js";

/** How a model pack makes an embedding of a network's feature maps. */
export interface DescriptorRecipe {
  /** One for each feature map, in the same order. */
  readonly poolings: readonly Pooling[];
  readonly seed: number;
  readonly embeddingDim: number;
}

/**
 * The embedding of one picture: each feature map pooled and L2-normalised, all of them behind one another, hashed to
 * `embeddingDim` components, L2-normalised.
 */
export function describe(maps: readonly FeatureMap[], recipe: DescriptorRecipe): Embedding {
  const parts = maps.map((map, i) => normalizeL2(pool(map, recipe.poolings[i]!)));
  const concatenated = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    concatenated.set(part, offset);
    offset += part.length;
  }
  return normalizeL2(hashFeatures(concatenated, recipe.embeddingDim, recipe.seed));
}
