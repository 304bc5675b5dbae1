import { setImmediate } from "node:timers/promises";
import type { Aspect } from "../core/aspects.js";
import { type PerView, viewsOf } from "../core/design.js";
import type { Embedding } from "../core/embedding.js";
import { type Head, learnedAspect } from "../core/head.js";
import { AppError } from "../errors.js";
import { bootstrapIntervals, type Interval } from "../evaluation/bootstrap.js";
import { type Epoch, fitHead } from "./fit-head.js";
import type { Relations } from "./relations.js";
import {
  type MeasuredDesign,
  meanOf,
  measureRetrieval,
  RETRIEVAL_METRICS,
  type Retrieval,
} from "./retrieval.js";
import { type Parts, type Split, splitFamilies } from "./split.js";

export interface TrainOptions {
  /** By design, of the model without a head, `[inputDim]`; those of the families and others to find them among. */
  readonly embeddings: ReadonlyMap<number, PerView<Embedding>>;
  readonly relations: Relations;
  /** Of the model without a head. */
  readonly aspects: readonly Aspect[];
  /** The head that the model in use has; null when it has none. */
  readonly worn: Head | null;
  /** Decides the split and the order of the designs. */
  readonly seed: number;
  readonly onEpoch?: (epoch: Epoch) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How one metric moved on designs that nothing was learnt from. */
export interface Change {
  /** Means over the designs searched with. */
  readonly before: number;
  readonly after: number;
  /**
   * 95 % interval of `after - before`: over the groups where whole ones were held out, as designs that are alike are no
   * independent queries; else over the designs, for then the groups are few, and none is left out.
   */
  readonly difference: Interval;
}

export type Changes = Readonly<Record<keyof Retrieval, Change>>;

export interface Training {
  readonly head: Head;
  /** Of the head that was kept; 0 when no epoch improved on the model as it is. */
  readonly epoch: number;
  /** How many designs each part has; and how many of the test's were searched with. */
  readonly designs: Readonly<Record<keyof Parts, number>> & { readonly queries: number };
  /** Against the model without a head. */
  readonly changes: Changes;
  /**
   * Against the head that the model in use has; null when it has none. It decides nothing: with labels that came since, that head
   * may have learnt from most of the designs that are held out now.
   */
  readonly wornChanges: Changes | null;
  /** Whether the head is better than none on the held-out designs: one metric beyond chance, and neither worse. */
  readonly better: boolean;
}

/** A longer default aspect would make a head of more than a million weights. */
const MAX_DIM = 1024;

/**
 * Learns a head from designs that are known to be similar, and measures it on others. The head begins as the model's default
 * aspect as it is, so that what is compared are the plain embeddings and what training makes of them.
 *
 * @throws AppError INVALID_REQUEST when there are too few similar designs, or the model's default aspect is too long; the
 * signal's reason, be it in the last measurement.
 */
export async function train(options: TrainOptions): Promise<Training> {
  const { embeddings, relations, aspects, worn, seed, signal, onEpoch } = options;
  const start = startingHead(aspects);
  const families = relations.families
    .map((family) => family.filter((design) => embeddings.has(design)))
    .filter((family) => family.length > 1);
  const split = splitFamilies(families, seed);
  const learntFrom = designsToLearnFrom(split, relations);
  const measure = (part: "validation" | "test", head: Head) => {
    const held = split[part === "test" ? "validation" : "test"];
    const elsewhere = new Set([...learntFrom, ...held.flat()]);
    const gallery = [...embeddings.keys()].filter((design) => !elsewhere.has(design));
    const learned = new Map(gallery.map((design) => [design, project(head, embeddings.get(design)!)]));
    const measured = measureRetrieval(learned, split[part].flat(), gallery, relations);
    if (measured.length === 0) throw nothingToFind(split[part].flat().length);
    return measured;
  };
  const before = measure("test", start);
  const { head, epoch } = await fitHead({
    embeddings: new Map([...embeddings].filter(([design]) => learntFrom.has(design))),
    groups: split.train,
    relations,
    start,
    seed,
    validate: (candidate) => meanOf(measure("validation", candidate), "ndcgAt20"),
    ...(onEpoch && { onEpoch }),
    signal,
  });
  const after = measure("test", head);
  const changes = compare(before, after, split);
  const wornChanges = worn && compare(measure("test", worn), after, split);
  // So that an interruption is heard that came while nothing but measuring went on.
  await setImmediate();
  signal?.throwIfAborted();
  return {
    head,
    epoch: epoch.number,
    designs: {
      train: [...learntFrom].filter((design) => embeddings.has(design)).length,
      validation: split.validation.flat().length,
      test: split.test.flat().length,
      queries: before.length,
    },
    changes,
    wornChanges,
    better: isBetter(changes),
  };
}

function nothingToFind(held: number): AppError {
  return new AppError(
    "INVALID_REQUEST",
    `A head is measured by held-out designs that labels call similar to one another; of ${held} that were held out none are. Label more pairs of designs directly, not through others.`,
  );
}

/** Those of the training's groups, and those of no group that labels set apart from them: a label that crosses the split teaches nothing. */
function designsToLearnFrom({ train, validation, test }: Parts, { apart }: Relations): Set<number> {
  const designs = train.flat();
  const held = new Set([...validation, ...test].flat());
  return new Set([...designs, ...designs.flatMap(apart).filter((design) => !held.has(design))]);
}

/** Passes the first aspect through as it is. */
function startingHead(aspects: readonly Aspect[]): Head {
  const { name, dim } = aspects[0]!;
  if (dim > MAX_DIM) {
    throw new AppError(
      "INVALID_REQUEST",
      `A head is learnt for models whose default aspect has ${MAX_DIM} numbers at most; "${name}" has ${dim}.`,
    );
  }
  const inputDim = aspects.reduce((sum, aspect) => sum + aspect.dim, 0);
  const weights = new Float32Array(dim * inputDim);
  for (let i = 0; i < dim; i++) weights[i * inputDim + i] = 1;
  return { inputDim, dim, weights };
}

function project(head: Head, views: PerView<Embedding>): PerView<Embedding> {
  return Object.fromEntries(viewsOf(views).map((view) => [view, learnedAspect(head, views[view]!)]));
}

function compare(
  before: readonly MeasuredDesign[],
  after: readonly MeasuredDesign[],
  { test, holdsWholeFamilies }: Split,
): Changes {
  const groupOf = new Map(test.flatMap((group) => group.map((design) => [design, group] as const)));
  const differences = before.map((sample, i) => ({
    drawnWith: holdsWholeFamilies ? groupOf.get(sample.design) : sample.design,
    recallAt1: after[i]!.recallAt1 - sample.recallAt1,
    ndcgAt20: after[i]!.ndcgAt20 - sample.ndcgAt20,
  }));
  const intervals = bootstrapIntervals(RETRIEVAL_METRICS, differences, ({ drawnWith }) => drawnWith);
  const change = (metric: keyof Retrieval): Change => ({
    before: meanOf(before, metric),
    after: meanOf(after, metric),
    difference: intervals[metric],
  });
  return { recallAt1: change("recallAt1"), ndcgAt20: change("ndcgAt20") };
}

function isBetter(changes: Changes): boolean {
  const all = Object.values(changes);
  return all.some(({ difference: [low] }) => low > 0) && all.every(({ before, after }) => after >= before);
}
