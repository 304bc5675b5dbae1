import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { AspectProjection, Reduction } from "./projection-graph.js";
import { meanOf, scatter } from "./scatter.js";

/** Pictures of one kind: each one's vector and the name of the group it belongs to. */
export interface Domain {
  readonly vectors: readonly Float32Array[];
  readonly groups: readonly string[];
}

/** Pictures that differ within groups in what an aspect is to overlook, and how much they count beside the others'. */
export interface Disregard extends Domain {
  /** The shares of an aspect add up to 1. */
  readonly share: number;
}

export interface AspectOptions {
  /** Dimensions of the result. */
  readonly dim: number;
  /** Added to the scatter's eigenvalues, whose mean is 1: the larger, the less is whitened. */
  readonly shrinkage: number;
}

/**
 * Principal components of channels, the same for all domains, each counting alike.
 *
 * @param domains for each domain vectors `[channels]`.
 */
export function fitReduction(domains: readonly (readonly Float32Array[])[], dim: number): Reduction {
  const mean = meanOf(domains.map((vectors) => Float32Array.from(meanOf(vectors))));
  const { vectors } = eigen(sumOf(domains.map((own) => scatter(own))));
  return { mean, directions: leading(vectors, dim) };
}

/**
 * Whitens what differs within groups, where it tells nothing, then keeps the directions in which pictures differ
 * most: linear discriminant analysis with shrinkage, without its limit to as many dimensions as there are groups.
 *
 * @param disregards what differs within the groups of each is overlooked.
 * @param kinds the kinds of pictures that are to be told apart, each counting alike.
 */
export function fitAspect(
  name: string,
  outputs: readonly string[],
  disregards: readonly Disregard[],
  kinds: readonly (readonly Float32Array[])[],
  { dim, shrinkage }: AspectOptions,
): AspectProjection {
  const within = sumOf(disregards.map(({ vectors, groups, share }) => scatter(vectors, groups).mul(share)));
  const size = within.rows;
  const { values, vectors } = eigen(within.mul(size));
  const scales = values.map((value) => 1 / Math.sqrt(Math.max(0, value) + shrinkage));
  const whitening = vectors.clone().mulRowVector(scales);
  const spreads = kinds.map((vectors) => {
    const spread = whitening.transpose().mmul(scatter(vectors)).mmul(whitening);
    return spread.div(spread.trace());
  });
  const directions = whitening.mmul(leading(eigen(sumOf(spreads)).vectors, dim));
  const means = kinds.map((vectors) => Float32Array.from(meanOf(vectors)));
  const offset = Matrix.rowVector([...meanOf(means)])
    .mmul(directions)
    .neg();
  return { name, outputs, directions, offset: Float64Array.from(offset.getRow(0)) };
}

/** Eigenvalues, largest first, and their vectors as columns; each one's sign is such that its largest part is positive. */
function eigen(symmetric: Matrix): { values: number[]; vectors: Matrix } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const vectors = new Matrix(symmetric.rows, symmetric.columns);
  for (const [to, from] of order.entries()) {
    const column = eigenvectorMatrix.getColumn(from);
    const largest = column.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    vectors.setColumn(to, largest < 0 ? column.map((value) => -value) : column);
  }
  return { values: order.map((i) => realEigenvalues[i]!), vectors };
}

function leading(vectors: Matrix, count: number): Matrix {
  return vectors.subMatrix(0, vectors.rows - 1, 0, count - 1);
}

function sumOf(matrices: readonly Matrix[]): Matrix {
  return matrices.reduce((sum, matrix) => Matrix.add(sum, matrix));
}
