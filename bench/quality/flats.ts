import {
  describePairs,
  type FlatQuery,
  type GalleryEntry,
  type Kind,
  kinds,
  labelledFlats,
} from "../../fit/labelled-flats.js";
import { VIEWS, type View } from "../../src/core/design.js";
import { innerProduct } from "../../src/core/embedding.js";
import { bootstrapIntervals } from "../../src/evaluation/bootstrap.js";
import { ndcgAt } from "../../src/evaluation/metrics.js";
import { type Describe, type Descriptors, told } from "./descriptors.js";

/** Designs drawn for measuring alone: nothing is fitted to this seed. */
const SEED = 2002;
const DESIGNS = 96;
const STRANGERS = 300;

/** Drawn designs as a catalogue and queries for it, every view described. */
export interface DescribedFlats {
  readonly gallery: readonly GalleryEntry[];
  readonly queries: readonly FlatQuery[];
  readonly galleryDescriptors: readonly Record<View, Descriptors>[];
  readonly queryDescriptors: readonly Record<View, Descriptors>[];
}

export async function describeFlats(describe: Describe): Promise<DescribedFlats> {
  const { gallery, queries } = labelledFlats(SEED, { designs: DESIGNS, strangers: STRANGERS });
  return {
    gallery,
    queries,
    galleryDescriptors: await describePairs(gallery, describe),
    queryDescriptors: await describePairs(queries, describe),
  };
}

const viewings = {
  pair: { front: 0.5, back: 0.5 },
  "front only": { front: 1, back: 0 },
  "back only": { front: 0, back: 1 },
} as const;

/** A row for each descriptor and for what of a pair is searched with. */
export function measureFlats(flats: DescribedFlats, names: readonly string[]): Record<string, string>[] {
  const { gallery, queries, galleryDescriptors, queryDescriptors } = flats;
  return names.flatMap((descriptor) =>
    Object.entries(viewings).map(([searched, weights]) => {
      const results = queries.map(({ design, kind }, q): Result => {
        const scores = gallery.map((_, g) =>
          VIEWS.reduce((sum, view) => {
            const cosine = innerProduct(
              queryDescriptors[q]![view].get(descriptor)!,
              galleryDescriptors[g]![view].get(descriptor)!,
            );
            return sum + weights[view] * cosine;
          }, 0),
        );
        const order = gallery.map((_, g) => g).sort((a, b) => scores[b]! - scores[a]!);
        const grades = new Map(
          gallery.flatMap((entry, g) =>
            entry.design === design ? [[String(g), entry.relative!.grade] as const] : [],
          ),
        );
        return {
          design,
          kind,
          recall: grades.get(String(order[0])) === 3 ? 1 : 0,
          ndcg: ndcgAt(20, order.map(String), grades),
        };
      });
      return { descriptor, searched, ...summary(results) };
    }),
  );
}

interface Result {
  readonly design: number;
  readonly kind: Kind;
  readonly recall: number;
  readonly ndcg: number;
}

/** Intervals over designs: the perturbations of one design are no independent queries. */
function summary(results: readonly Result[]) {
  const intervals = bootstrapIntervals(["recall", "ndcg"], results, ({ design }) => design);
  const worst = kinds
    .map((kind) => ({
      kind,
      recall: mean(results.filter((result) => result.kind === kind).map(({ recall }) => recall)),
    }))
    .reduce((least, each) => (each.recall < least.recall ? each : least));
  return {
    "recall@1": told(mean(results.map(({ recall }) => recall)), intervals.recall),
    "worst perturbation": `${worst.kind} ${worst.recall.toFixed(3)}`,
    "nDCG@20": told(mean(results.map(({ ndcg }) => ndcg)), intervals.ndcg),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
