import { AppError } from "../errors.js";
import { type PerView, viewsOf } from "./design.js";
import type { Embedding } from "./embedding.js";

/** A part of an embedding that sees one side of a design: everything, its details, its shape. */
export interface Aspect {
  readonly name: string;
  /** How many numbers of the embedding are its own; the aspects lie behind one another. */
  readonly dim: number;
}

/** Where an aspect lies: from `start` to before `end`. */
export interface AspectRange {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export function aspectRanges(aspects: readonly Aspect[]): AspectRange[] {
  let end = 0;
  return aspects.map(({ name, dim }) => {
    const start = end;
    end += dim;
    return { name, start, end };
  });
}

/** How much each aspect counts in a search, by name, from 0 up, any scale; an aspect that is not named counts nothing. */
export type AspectWeights = Readonly<Record<string, number>>;

/**
 * Reads `detail=0.8,shape=0.2`.
 *
 * @throws AppError INVALID_REQUEST for anything else.
 */
export function parseAspects(text: string): AspectWeights {
  const weights: Record<string, number> = {};
  for (const part of text.split(",")) {
    const [, name, weight] = /^\s*([a-z][a-z-]*)\s*=\s*(\d+(?:\.\d+)?|\.\d+)\s*$/u.exec(part) ?? [];
    if (name === undefined || weight === undefined || Object.hasOwn(weights, name)) {
      throw new AppError(
        "INVALID_REQUEST",
        `Aspects are told as name=weight, each once, with weights from 0 up, such as detail=0.8,shape=0.2; received ${text}.`,
      );
    }
    weights[name] = Number(weight);
  }
  return weights;
}

/** What a search looks at unless told otherwise: the first aspect of the model. */
export function defaultAspects(aspects: readonly Aspect[]): AspectWeights {
  return { [aspects[0]!.name]: 1 };
}

/**
 * The weights scaled to the sum 1, one for each of the model's aspects.
 *
 * @throws AppError INVALID_REQUEST for an aspect that the model does not have, a weight that is negative or not finite, or
 * weights that are all 0.
 */
export function normalizeAspects(weights: AspectWeights, aspects: readonly Aspect[]): AspectWeights {
  for (const [name, weight] of Object.entries(weights)) {
    if (!aspects.some((aspect) => aspect.name === name)) {
      const known = aspects.map((aspect) => aspect.name).join(", ");
      throw new AppError("INVALID_REQUEST", `The model has no aspect "${name}"; it has ${known}.`);
    }
    if (!(Number.isFinite(weight) && weight >= 0)) {
      throw new AppError(
        "INVALID_REQUEST",
        `The weight of the aspect "${name}" is a number from 0 up; received ${weight}.`,
      );
    }
  }
  const given = aspects.map(({ name }) => [name, Object.hasOwn(weights, name) ? weights[name]! : 0] as const);
  const largest = Math.max(...given.map(([, weight]) => weight));
  if (largest === 0) {
    throw new AppError(
      "INVALID_REQUEST",
      "A search must look at something: the weights of its aspects are all 0.",
    );
  }
  // Against the largest first: the sum of huge weights would be infinite.
  const sum = given.reduce((total, [, weight]) => total + weight / largest, 0);
  return Object.fromEntries(given.map(([name, weight]) => [name, weight / largest / sum]));
}

/** A query's embeddings as {@link weighAspects} makes each. */
export function weighViews(
  embeddings: PerView<Embedding>,
  weights: AspectWeights,
  aspects: readonly Aspect[],
): PerView<Embedding> {
  return Object.fromEntries(
    viewsOf(embeddings).map((view) => [view, weighAspects(embeddings[view]!, weights, aspects)]),
  );
}

/**
 * A query's embedding with its aspects weighed. Every aspect of an embedding has the same length, 1 / sqrt(number of
 * aspects), so that the inner product with a design's embedding as it is stored is the weighted sum of the aspects' cosines.
 *
 * @param weights as {@link normalizeAspects} returns them.
 * @returns a new array, `[embeddingDim]`.
 */
export function weighAspects(
  embedding: Embedding,
  weights: AspectWeights,
  aspects: readonly Aspect[],
): Embedding {
  const weighed = embedding.slice();
  for (const { name, start, end } of aspectRanges(aspects)) {
    const factor = weights[name]! * aspects.length;
    for (let i = start; i < end; i++) weighed[i]! *= factor;
  }
  return weighed;
}
