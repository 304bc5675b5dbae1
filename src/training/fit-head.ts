import { setImmediate } from "node:timers/promises";
import { Matrix } from "ml-matrix";
import { type PerView, VIEWS } from "../core/design.js";
import type { Embedding } from "../core/embedding.js";
import type { Head } from "../core/head.js";
import { createRandom, shuffle } from "../core/random.js";
import { createAdam } from "./adam.js";
import { type Batch, contrastiveLoss } from "./contrastive.js";
import type { Relations } from "./relations.js";
import type { Group } from "./split.js";

export interface FitOptions {
  /** By design, `[inputDim]`; of the designs that may be learnt from, and no others. */
  readonly embeddings: ReadonlyMap<number, PerView<Embedding>>;
  readonly groups: readonly Group[];
  readonly relations: Relations;
  readonly start: Head;
  /** How good a head is; the more the better. */
  readonly validate: (head: Head) => number;
  readonly seed: number;
  readonly onEpoch?: (epoch: Epoch) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Epoch {
  /** 0 before the first. */
  readonly number: number;
  /** Mean of its batches; null before the first. */
  readonly loss: number | null;
  readonly validation: number;
}

export const MAX_EPOCHS = 60;

/** Epochs without a better head after which the training ends. */
const PATIENCE = 6;

const LEARNING_RATE = 1e-3;

/** Similar designs that go into a batch together, and designs that make a batch. */
const TOGETHER = 4;
const BATCH_SIZE = 128;

/**
 * Trains a head from `start` on until the validation has not risen for some epochs. The same input gives the same head.
 *
 * @returns the best head seen, be it `start` itself, and its epoch.
 * @throws the signal's reason once it is aborted.
 */
export async function fitHead(options: FitOptions): Promise<{ head: Head; epoch: Epoch }> {
  const { start, validate, onEpoch = () => {}, signal } = options;
  const random = createRandom(options.seed);
  const weights = Matrix.from1DArray(start.dim, start.inputDim, start.weights);
  const step = createAdam(weights, LEARNING_RATE);

  let best = { head: start, epoch: { number: 0, loss: null, validation: validate(start) } as Epoch };
  onEpoch(best.epoch);
  for (let number = 1; number <= MAX_EPOCHS && number - best.epoch.number <= PATIENCE; number++) {
    const losses: number[] = [];
    for (const designs of inBatches(options, random)) {
      const { loss, gradient } = contrastiveLoss(weights, batchOf(designs, options));
      step(gradient);
      losses.push(loss);
      // So that an interruption is heard.
      await setImmediate();
      signal?.throwIfAborted();
    }
    const head = { ...start, weights: Float32Array.from(weights.to1DArray()) };
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    const epoch = { number, loss: mean, validation: validate(head) };
    onEpoch(epoch);
    if (epoch.validation > best.epoch.validation) best = { head, epoch };
  }
  return best;
}

/** Every design once, those of a group by fours, and with each four a design that labels set apart from it. */
function* inBatches(
  { groups, relations, embeddings }: FitOptions,
  random: () => number,
): Generator<readonly number[]> {
  const fours = groups.flatMap((group) => {
    const mixed = shuffle(group, random);
    return Array.from({ length: Math.ceil(mixed.length / TOGETHER) }, (_, i) =>
      mixed.slice(i * TOGETHER, (i + 1) * TOGETHER),
    );
  });
  let batch = new Set<number>();
  for (const four of shuffle(fours, random)) {
    const apart = four
      .flatMap((design) => relations.apart(design))
      .filter((design) => embeddings.has(design));
    for (const design of [...four, ...shuffle(apart, random).slice(0, 1)]) batch.add(design);
    if (batch.size < BATCH_SIZE) continue;
    yield [...batch];
    batch = new Set();
  }
  if (batch.size > 0) yield [...batch];
}

function batchOf(designs: readonly number[], { embeddings, start, relations }: FitOptions): Batch {
  const missing = new Float32Array(start.inputDim);
  const views = VIEWS.map((view) => designs.map((design) => embeddings.get(design)![view]));
  return {
    views: views.map((own) => new Matrix(own.map((embedding) => Array.from(embedding ?? missing)))),
    present: views.map((own) => own.map((embedding) => embedding !== undefined)),
    similarity: (a, b) => relations.similarity(designs[a]!, designs[b]!),
  };
}
