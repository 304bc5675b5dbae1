import { rasterise } from "../../demo/catalogue.js";
import { createFlatDesign, type FlatDesign, recolour, sibling } from "../../demo/flats/design.js";
import { drawFlat } from "../../demo/flats/draw.js";
import { type Perturbation, perturb, perturbations } from "../../demo/perturb.js";
import { VIEWS, type View } from "../../src/core/design.js";
import { innerProduct } from "../../src/core/embedding.js";
import { bootstrapIntervals } from "../../src/evaluation/bootstrap.js";
import { ndcgAt } from "../../src/evaluation/metrics.js";
import { type Describe, type Descriptors, told } from "./descriptors.js";

/** Designs drawn for measuring alone: nothing is fitted to this seed. */
const SEED = 2002;
const DESIGNS = 96;

/** What befalls a query: it is drawn by another hand, or perturbed. */
const kinds = ["hand", ...perturbations] as const;
type Kind = (typeof kinds)[number];

/** The grades of what belongs to a design: itself, another colourway or print, another cut of the same construction. */
const relatives = [
  { name: "original", grade: 3, of: (design: FlatDesign) => design },
  { name: "recolour", grade: 2, of: (design: FlatDesign) => recolour(design, 3) },
  { name: "sibling", grade: 1, of: (design: FlatDesign) => sibling(design, 3) },
] as const;

const viewings = {
  pair: { front: 0.5, back: 0.5 },
  "front only": { front: 1, back: 0 },
  "back only": { front: 0, back: 1 },
} as const;

/** A row for each descriptor and for what of a pair is searched with. */
export async function measureFlats(describe: Describe): Promise<Record<string, string | number>[]> {
  const designs = Array.from({ length: DESIGNS }, (_, i) => createFlatDesign(SEED, i));
  const entries = designs.flatMap((design, i) =>
    relatives.map((relative) => ({ i, relative, design: relative.of(design) })),
  );
  const gallery = await describePairs(
    entries.map(
      ({ design }) =>
        (view: View) =>
          rasterise(drawFlat(design, view)),
    ),
    describe,
  );
  const asked = designs.flatMap((design, i) => kinds.map((kind) => ({ i, kind, design })));
  const queries = await describePairs(
    asked.map(
      ({ design, i, kind }) =>
        (view: View) =>
          drawQuery(design, view, kind, i),
    ),
    describe,
  );

  const rows: Record<string, string | number>[] = [];
  for (const descriptor of gallery[0]!.front.keys()) {
    for (const [searched, weights] of Object.entries(viewings)) {
      const results = asked.map(({ i, kind }, q) => {
        const score = (g: number) =>
          VIEWS.reduce((sum, view) => {
            const cosine = innerProduct(
              queries[q]![view].get(descriptor)!,
              gallery[g]![view].get(descriptor)!,
            );
            return sum + weights[view] * cosine;
          }, 0);
        const scores = entries.map((_, g) => score(g));
        const order = entries.map((_, g) => g).sort((a, b) => scores[b]! - scores[a]!);
        const grades = new Map(
          entries.flatMap((entry, g) => (entry.i === i ? [[String(g), entry.relative.grade] as const] : [])),
        );
        const first = entries[order[0]!]!;
        return {
          i,
          kind,
          recall: first.i === i && first.relative.name === "original" ? 1 : 0,
          ndcg: ndcgAt(20, order.map(String), grades),
        };
      });
      rows.push({ descriptor, searched, ...summary(results) });
    }
  }
  return rows;
}

interface Result {
  readonly i: number;
  readonly kind: Kind;
  readonly recall: number;
  readonly ndcg: number;
}

/** Intervals over designs: the perturbations of one design are no independent queries. */
function summary(results: readonly Result[]) {
  const byDesign = Array.from({ length: DESIGNS }, (_, i) => results.filter((result) => result.i === i)).map(
    (own) => ({
      recall: mean(own.map(({ recall }) => recall)),
      ndcg: mean(own.map(({ ndcg }) => ndcg)),
    }),
  );
  const intervals = bootstrapIntervals(["recall", "ndcg"], byDesign);
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

async function drawQuery(design: FlatDesign, view: View, kind: Kind, seed: number): Promise<Uint8Array> {
  if (kind === "hand") return rasterise(drawFlat(design, view, { lineWidth: 1.6, jitter: 3, seed }));
  return perturb(await rasterise(drawFlat(design, view)), kind satisfies Perturbation, seed);
}

/** Descriptors of both views of each pair. */
async function describePairs(
  pairs: readonly ((view: View) => Promise<Uint8Array>)[],
  describe: Describe,
): Promise<Record<View, Descriptors>[]> {
  const described = await describe(
    pairs.flatMap((read) => VIEWS.map((view) => ({ read: () => read(view) }))),
  );
  return pairs.map((_, i) => ({ front: described[2 * i]!, back: described[2 * i + 1]! }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
