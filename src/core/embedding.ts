/** A picture's embedding: L2-normalised, `[embeddingDim]`. */
export type Embedding = Float32Array;

/** Inner product of two vectors of the same length, summed in double precision. */
export function innerProduct(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Scales the vector to length 1, in place; a vector of zeros stays one. Returns the same array. */
export function normalizeL2(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(innerProduct(vector, vector));
  if (norm > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= norm;
  return vector;
}
