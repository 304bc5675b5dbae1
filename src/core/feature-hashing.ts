import { concatenate, type Embedding, normalizeL2 } from "./embedding.js";

/**
 * The embedding of one picture without anything fitted: each pooled feature map L2-normalised, all of them behind one
 * another, hashed to `embeddingDim` components, L2-normalised.
 *
 * @param pooled one vector for each output of the network; left as they are.
 */
export function hashedEmbedding(
  pooled: readonly Float32Array[],
  recipe: { readonly seed: number; readonly embeddingDim: number },
): Embedding {
  const concatenated = concatenate(pooled.map((part) => normalizeL2(part.slice())));
  return normalizeL2(hashFeatures(concatenated, recipe.embeddingDim, recipe.seed));
}

/**
 * Feature hashing: every component of a long vector is added to, or taken from, one of `dim` components of a short one;
 * which one and with which sign follows from a hash of its index and the seed. Inner products are kept in expectation,
 * with a standard deviation of about 1/sqrt(dim) for unit vectors. K. Weinberger et al., "Feature Hashing for Large
 * Scale Multitask Learning", ICML 2009, eq. 4.
 *
 * @param vector `[any length]`.
 * @param dim length of the result.
 * @param seed unsigned 32-bit; vectors of different seeds cannot be compared.
 * @returns `[dim]`, not normalised.
 */
export function hashFeatures(vector: Float32Array, dim: number, seed: number): Float32Array {
  const hashed = new Float32Array(dim);
  for (let i = 0; i < vector.length; i++) {
    const hash = mixBits(i ^ seed);
    const sign = hash & 1 ? 1 : -1;
    hashed[(hash >>> 1) % dim]! += sign * vector[i]!;
  }
  return hashed;
}

/** The finaliser of MurmurHash3 (A. Appleby, public domain): every input bit changes every output bit half of the time. */
function mixBits(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
