import { Matrix } from "ml-matrix";

/** The mean of vectors of one length. */
export function meanOf(vectors: readonly Float32Array[]): Float64Array {
  const mean = new Float64Array(vectors[0]!.length);
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]!;
  return mean.map((sum) => sum / vectors.length);
}

/**
 * How vectors scatter about their mean or, given groups, each about the mean of its own group: `[length, length]`,
 * symmetric, scaled to the trace 1.
 *
 * @param groups for each vector the name of its group.
 */
export function scatter(vectors: readonly Float32Array[], groups?: readonly string[]): Matrix {
  const means = groupMeans(vectors, groups);
  const length = vectors[0]!.length;
  const sums = Array.from({ length }, () => new Float64Array(length));
  const centred = new Float64Array(length);
  for (const [index, vector] of vectors.entries()) {
    const mean = means.get(groups?.[index])!;
    for (let i = 0; i < length; i++) centred[i] = vector[i]! - mean[i]!;
    for (let i = 0; i < length; i++) {
      const row = sums[i]!;
      const value = centred[i]!;
      for (let j = i; j < length; j++) row[j]! += value * centred[j]!;
    }
  }
  const trace = sums.reduce((sum, row, i) => sum + row[i]!, 0);
  const matrix = new Matrix(length, length);
  for (let i = 0; i < length; i++) {
    for (let j = i; j < length; j++) {
      matrix.set(i, j, sums[i]![j]! / trace);
      matrix.set(j, i, sums[i]![j]! / trace);
    }
  }
  return matrix;
}

function groupMeans(
  vectors: readonly Float32Array[],
  groups?: readonly string[],
): Map<string | undefined, Float64Array> {
  const members = new Map<string | undefined, Float32Array[]>();
  for (const [i, vector] of vectors.entries()) {
    const group = groups?.[i];
    const own = members.get(group);
    if (own) own.push(vector);
    else members.set(group, [vector]);
  }
  return new Map([...members].map(([group, own]) => [group, meanOf(own)]));
}
