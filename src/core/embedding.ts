import { AppError } from "../errors.js";
import { type EmbeddedDesign, viewsOf } from "./design.js";

/** A picture's embedding: L2-normalised, `[embeddingDim]`. */
export type Embedding = Float32Array;

/** Inner product of two vectors of the same length, or of the part from `start` to before `end`, summed in double precision. */
export function innerProduct(a: Float32Array, b: Float32Array, start = 0, end = a.length): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Vectors behind one another, in one new array. */
export function concatenate(vectors: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(vectors.reduce((length, vector) => length + vector.length, 0));
  let offset = 0;
  for (const vector of vectors) {
    whole.set(vector, offset);
    offset += vector.length;
  }
  return whole;
}

/** Scales the vector to length 1, in place; a vector of zeros stays one. Returns the same array. */
export function normalizeL2(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(innerProduct(vector, vector));
  if (norm > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= norm;
  return vector;
}

/**
 * The embedding of one picture by all that was pooled of it: each vector L2-normalised, so that all count alike, behind one
 * another, L2-normalised.
 *
 * @param pooled one vector for each output of the network; left as they are.
 */
export function joinedEmbedding(pooled: readonly Float32Array[]): Embedding {
  return normalizeL2(concatenate(pooled.map((part) => normalizeL2(part.slice()))));
}

/**
 * Holds that `embedding` is `[embeddingDim]` finite numbers.
 *
 * @param what names it in the failure, such as `front embedding of the query`.
 * @throws AppError INVALID_REQUEST
 */
export function checkEmbedding(embedding: Float32Array, embeddingDim: number, what: string): void {
  if (embedding.length !== embeddingDim) {
    throw new AppError(
      "INVALID_REQUEST",
      `The ${what} must have ${embeddingDim} numbers, as the catalog's model makes them; received ${embedding.length}.`,
    );
  }
  if (!embedding.every(Number.isFinite)) {
    throw new AppError("INVALID_REQUEST", `The ${what} must consist of finite numbers.`);
  }
}

/**
 * Holds that a catalog can keep these designs: distinct ids of whole characters, at least one view each, embeddings
 * `[embeddingDim]`, numbers that are finite.
 *
 * @throws AppError INVALID_REQUEST
 */
export function checkDesigns(designs: readonly EmbeddedDesign[], embeddingDim: number): void {
  const ids = new Set<string>();
  for (const { id, attributes, views } of designs) {
    if (ids.has(id)) {
      throw new AppError("INVALID_REQUEST", `The design "${id}" is there twice; each id may occur once.`);
    }
    ids.add(id);
    if (/\p{Surrogate}/u.test(id)) {
      throw new AppError("INVALID_REQUEST", `The id "${id}" contains half a character.`);
    }
    if (viewsOf(views).length === 0) {
      throw new AppError("INVALID_REQUEST", `The design "${id}" has neither a front nor a back.`);
    }
    for (const view of viewsOf(views)) {
      checkEmbedding(views[view]!.embedding, embeddingDim, `${view} embedding of the design "${id}"`);
    }
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === "number" && !Number.isFinite(value)) {
        throw new AppError(
          "INVALID_REQUEST",
          `The attribute "${key}" of the design "${id}" must be a finite number or a text; received ${value}.`,
        );
      }
    }
  }
}
