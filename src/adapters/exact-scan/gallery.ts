import { type PerView, VIEWS, type View, viewsOf } from "../../core/design.js";
import { type Embedding, innerProduct } from "../../core/embedding.js";
import { normalizeWeights, type Query } from "../../core/query.js";
import { createKernel, type Kernel, LANE_NUMBERS } from "./kernel.js";
import { kthLargest } from "./kth-largest.js";

/** Largest whole numbers that stored vectors and a query's become. */
const MOST = { stored: 127, query: 16_383 };
/** Parts of a product that the kernel sums up apart, in 32 bits. */
const PARTIAL_SUMS = 8;

/** One view of all designs: in 8 bits to be scanned, in float32 to score what is close. */
interface StoredView {
  readonly coarse: Int8Array;
  readonly exact: Float32Array;
  /** What a row's coarse numbers are multiplied by. */
  readonly scales: Float32Array;
  /** The length of a row's coarse vector, and of what it leaves out. */
  readonly lengths: Float32Array;
  readonly residuals: Float32Array;
  /** What the kernel tells of the last query. */
  readonly products: Float32Array;
}

/** Between what the scores of the candidates lie. */
interface Bounds {
  readonly atLeast: Float64Array;
  readonly atMost: Float64Array;
}

/** A view's part in the scores of designs, by which views a design has. */
type WeightOfMask = Float64Array;

/** Bytes that a gallery takes. */
export function galleryBytes(rows: number, embeddingDim: number): number {
  return VIEWS.length * rows * (paddedLength(embeddingDim) * (1 + 4) + 4 * 4);
}

/**
 * The embeddings of a catalog's designs in memory, and a scan of all of them for those that can be among a query's best: in 8 bits
 * first, a quarter of the memory to go through, then in float32 what is close. How far each may be wrong follows from the lengths of
 * what is left out (Cauchy and Schwarz), so that the best are always among the answer.
 */
export class VectorGallery {
  readonly #embeddingDim: number;
  readonly #length: number;
  readonly #kernel: Kernel;
  readonly #masks: Uint8Array;
  readonly #stored: Readonly<Record<View, StoredView>>;
  readonly #query: { readonly coarse: Int16Array; readonly exact: Float32Array };
  /** The rows that may still be among the best. */
  readonly #candidates: Uint32Array;

  /** @param rows how many designs it is to hold. */
  constructor(rows: number, embeddingDim: number) {
    const length = paddedLength(embeddingDim);
    const { kernel, allot } = createKernel(galleryBytes(rows, embeddingDim) + 6 * length + 4 * rows);
    const floats = (count: number) => new Float32Array(...allot(4 * count), count);
    const storedView = (): StoredView => ({
      coarse: new Int8Array(...allot(rows * length), rows * length),
      exact: floats(rows * length),
      scales: floats(rows),
      lengths: floats(rows),
      residuals: floats(rows),
      products: floats(rows),
    });
    this.#stored = { front: storedView(), back: storedView() };
    this.#query = { coarse: new Int16Array(...allot(2 * length), length), exact: floats(length) };
    this.#candidates = new Uint32Array(...allot(4 * rows), rows);
    this.#masks = new Uint8Array(rows);
    this.#embeddingDim = embeddingDim;
    this.#length = length;
    this.#kernel = kernel;
  }

  /** Brings in a design, once. */
  set(row: number, embeddings: PerView<Embedding>): void {
    for (const view of viewsOf(embeddings)) {
      const embedding = embeddings[view]!;
      const { coarse, exact, scales, lengths, residuals } = this.#stored[view];
      const start = row * this.#length;
      exact.set(embedding, start);
      const { scale, length, residual } = quantise(embedding, MOST.stored, coarse.subarray(start));
      scales[row] = scale;
      lengths[row] = length;
      residuals[row] = residual;
      this.#masks[row]! |= maskOf(view);
    }
  }

  /** A design's embeddings as they were set, borrowed. */
  embeddings(row: number): PerView<Embedding> {
    const start = row * this.#length;
    const views = VIEWS.filter((view) => this.#masks[row]! & maskOf(view));
    return Object.fromEntries(
      views.map((view) => [view, this.#stored[view].exact.subarray(start, start + this.#embeddingDim)]),
    );
  }

  /**
   * Rows among which are the `topK` best of a query, and all that score as the last of them; few more than that.
   *
   * @param accepts which rows count. Default: all.
   */
  best(
    { embeddings, weights, topK }: Pick<Query, "embeddings" | "weights" | "topK">,
    accepts: (row: number) => boolean = () => true,
  ): Uint32Array {
    const weighing = viewsOf(embeddings).filter((view) => weights[view] > 0);
    const weightsOfMasks = Array.from({ length: 4 }, (_, mask) => {
      const shared = weighing.filter((view) => mask & maskOf(view));
      // A design is scored by the views that it shares with the query, whose weights then have the sum 1.
      return shared.length > 0 ? normalizeWeights(weights, shared) : null;
    });
    let count = 0;
    for (let row = 0; row < this.#masks.length; row++) {
      if (weightsOfMasks[this.#masks[row]!] && accepts(row)) this.#candidates[count++] = row;
    }
    for (const addBounds of [this.#addCoarse, this.#addExact]) {
      const bounds = { atLeast: new Float64Array(count), atMost: new Float64Array(count) };
      for (const view of weighing) {
        const weightOfMask = Float64Array.from(weightsOfMasks, (shared) => shared?.[view] ?? 0);
        addBounds.call(this, bounds, view, embeddings[view]!, weightOfMask);
      }
      count = this.#narrow(bounds, topK);
    }
    return this.#candidates.slice(0, count);
  }

  /** Multiplies all rows with a query, in whole numbers. */
  #addCoarse(
    { atLeast, atMost }: Bounds,
    view: View,
    embedding: Embedding,
    weightOfMask: WeightOfMask,
  ): void {
    const { coarse, scales, lengths, residuals, products } = this.#stored[view];
    // However the numbers lie, no partial sum leaves 32 bits.
    const most = Math.min(
      MOST.query,
      Math.floor((2 ** 31 - 1) / (MOST.stored * Math.ceil(this.#length / PARTIAL_SUMS))),
    );
    const { scale, length, residual } = quantise(embedding, most, this.#query.coarse);
    this.#kernel.scanInt8(
      scales.length,
      this.#length,
      coarse.byteOffset,
      scales.byteOffset,
      this.#query.coarse.byteOffset,
      products.byteOffset,
    );
    for (let k = 0; k < atLeast.length; k++) {
      const row = this.#candidates[k]!;
      const weight = weightOfMask[this.#masks[row]!]!;
      const score = scale * products[row]!;
      // q x - q' x' = q (x - x') + (q - q') x'; and what float32 rounds of scales and products.
      const error =
        (length + residual) * residuals[row]! + residual * lengths[row]! + 2 ** -20 * length * lengths[row]!;
      atLeast[k]! += weight * (score - error);
      atMost[k]! += weight * (score + error);
    }
  }

  /** Multiplies the candidates with a query, in float32. */
  #addExact({ atLeast, atMost }: Bounds, view: View, embedding: Embedding, weightOfMask: WeightOfMask): void {
    const { exact, lengths, residuals, products } = this.#stored[view];
    this.#query.exact.set(embedding);
    this.#kernel.scoreFloat32(
      atLeast.length,
      this.#length,
      exact.byteOffset,
      this.#candidates.byteOffset,
      this.#query.exact.byteOffset,
      products.byteOffset,
    );
    // A number of each partial sum is rounded once for every number after it, by 2^-24 of what is at most the product of the lengths.
    const rounding =
      (this.#length / PARTIAL_SUMS + PARTIAL_SUMS) * 2 ** -24 * Math.sqrt(innerProduct(embedding, embedding));
    for (let k = 0; k < atLeast.length; k++) {
      const row = this.#candidates[k]!;
      const weight = weightOfMask[this.#masks[row]!]!;
      const error = rounding * (lengths[row]! + residuals[row]!);
      atLeast[k]! += weight * (products[k]! - error);
      atMost[k]! += weight * (products[k]! + error);
    }
  }

  /** Keeps the candidates that can be among the best; returns how many they are. */
  #narrow({ atLeast, atMost }: Bounds, topK: number): number {
    const least = kthLargest(atLeast, topK);
    let kept = 0;
    for (let k = 0; k < atMost.length; k++) {
      if (atMost[k]! >= least) this.#candidates[kept++] = this.#candidates[k]!;
    }
    return kept;
  }
}

function paddedLength(embeddingDim: number): number {
  return LANE_NUMBERS * Math.ceil(embeddingDim / LANE_NUMBERS);
}

function maskOf(view: View): number {
  return 1 << VIEWS.indexOf(view);
}

/**
 * The vector in whole numbers from -most to most, which times `scale` are its own but for a rest.
 *
 * @returns the lengths of what they stand for, and of the rest.
 */
function quantise(vector: Float32Array, most: number, into: Int8Array | Int16Array) {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i]!));
  const scale = Math.fround(largest / most);
  const inverse = scale === 0 ? 0 : 1 / scale;
  let squares = 0;
  let rests = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i]!;
    // Half a step may be too much for the largest, whose place is taken by `most`.
    const whole = Math.max(-most, Math.min(most, Math.round(value * inverse)));
    into[i] = whole;
    const meant = scale * whole;
    squares += meant * meant;
    rests += (value - meant) * (value - meant);
  }
  // Rounded up, for they are kept in float32.
  return { scale, length: Math.sqrt(squares) * (1 + 2 ** -20), residual: Math.sqrt(rests) * (1 + 2 ** -20) };
}
