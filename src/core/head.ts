import type { Aspect } from "./aspects.js";
import { type Embedding, innerProduct, normalizeL2 } from "./embedding.js";

/** What the aspect of a head is called. */
export const LEARNED_ASPECT = "learned";

/**
 * A linear projection that was learnt on top of a model's embeddings: what it makes of an embedding, scaled to length 1, is an
 * aspect of its own, the first one of the model with the head.
 */
export interface Head {
  /** Length of the model's embeddings without the head. */
  readonly inputDim: number;
  /** Length of the learned aspect. */
  readonly dim: number;
  /** `[dim, inputDim]`, row by row. */
  readonly weights: Float32Array;
}

/** The aspects of a model with a head of `dim` dimensions: the learned one, then the model's own. */
export function aspectsWithHead(aspects: readonly Aspect[], dim: number): Aspect[] {
  return [{ name: LEARNED_ASPECT, dim }, ...aspects];
}

/** The learned aspect of an embedding, of length 1 (of zeros when the embedding is). */
export function learnedAspect({ inputDim, dim, weights }: Head, embedding: Embedding): Float32Array {
  const learned = new Float32Array(dim);
  for (let row = 0; row < dim; row++) {
    learned[row] = innerProduct(weights.subarray(row * inputDim, (row + 1) * inputDim), embedding);
  }
  return normalizeL2(learned);
}

/**
 * An embedding of the model with the head, of one of the model without it: the learned aspect, then what there was, every
 * aspect of the same length, 1 / sqrt(number of aspects).
 *
 * @param aspects how many the model has without the head.
 */
export function embedWithHead(head: Head, embedding: Embedding, aspects: number): Embedding {
  const whole = new Float32Array(head.dim + head.inputDim);
  whole.set(learnedAspect(head, embedding));
  whole.set(embedding, head.dim);
  const learnedLength = 1 / Math.sqrt(aspects + 1);
  const ownLength = Math.sqrt(aspects / (aspects + 1));
  for (let i = 0; i < whole.length; i++) whole[i]! *= i < head.dim ? learnedLength : ownLength;
  return whole;
}

/** The embedding of the model without the head, of one with it. */
export function embedWithoutHead(dim: number, embedding: Embedding, aspects: number): Embedding {
  const length = Math.sqrt((aspects + 1) / aspects);
  return embedding.slice(dim).map((value) => value * length);
}
