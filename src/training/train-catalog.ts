import type { Aspect } from "../core/aspects.js";
import { pagesOf } from "../core/catalog-pages.js";
import { type Attributes, type PerView, viewsOf } from "../core/design.js";
import type { Embedding } from "../core/embedding.js";
import type { Catalog } from "../core/ports.js";
import { createRandom, shuffle } from "../core/random.js";
import type { Reproject } from "../core/reembed.js";
import type { LabelledPair } from "./pairs.js";
import { type Relations, relationsByAttribute, relationsByPairs } from "./relations.js";
import { type Training, type TrainOptions, train } from "./train.js";

/** What tells which designs are similar. */
export type Labels = { readonly attribute: string } | { readonly pairs: readonly LabelledPair[] };

export interface TrainCatalogOptions extends Pick<TrainOptions, "worn" | "seed" | "onEpoch" | "signal"> {
  readonly catalog: Catalog;
  readonly labels: Labels;
  /** Makes of a stored embedding that of the model without a head. */
  readonly withoutHead: Reproject;
  /** Of the model without a head. */
  readonly aspects: readonly Aspect[];
}

/** More than these would take hours, and some gigabytes, and teach little more. */
const MAX_DESIGNS = 10_000;

const PAGE_SIZE = 1000;

/**
 * Learns a head from the embeddings that a catalog holds. Of a catalog of more than 10,000 designs some of those that are
 * labelled are taken, at random, whole families together.
 *
 * @throws AppError as {@link train} and the labels' readers; the signal's reason.
 */
export async function trainOnCatalog(options: TrainCatalogOptions): Promise<Training> {
  const { catalog, labels, seed, signal } = options;
  const designs = await listDesigns(catalog);
  const relations =
    "attribute" in labels
      ? relationsByAttribute(designs, labels.attribute)
      : relationsByPairs(
          designs.map(({ id }) => id),
          labels.pairs,
        );
  const embeddings = await readEmbeddings(designs, choose(designs.length, relations, seed), options);
  return train({ ...options, embeddings, relations, signal });
}

async function listDesigns(catalog: Catalog): Promise<{ id: string; attributes: Attributes }[]> {
  const designs: { id: string; attributes: Attributes }[] = [];
  for await (const page of pagesOf(catalog, PAGE_SIZE)) {
    for (const { id, attributes } of page) designs.push({ id, attributes });
  }
  return designs;
}

/** Families first, then the others, up to the limit. */
function choose(count: number, { families }: Relations, seed: number): number[] {
  const random = createRandom(seed);
  const labelled = shuffle(families, random).flat();
  const others = new Set(Array.from({ length: count }, (_, design) => design));
  for (const design of labelled) others.delete(design);
  return [...labelled, ...shuffle([...others], random)].slice(0, MAX_DESIGNS);
}

async function readEmbeddings(
  designs: readonly { id: string }[],
  chosen: readonly number[],
  { catalog, withoutHead, signal }: TrainCatalogOptions,
): Promise<Map<number, PerView<Embedding>>> {
  const embeddings = new Map<number, PerView<Embedding>>();
  for (let start = 0; start < chosen.length; start += PAGE_SIZE) {
    signal?.throwIfAborted();
    const page = chosen.slice(start, start + PAGE_SIZE);
    const found = await catalog.getEmbedded(page.map((design) => designs[design]!.id));
    for (const design of page) {
      const views = found.get(designs[design]!.id)?.views;
      if (!views) continue;
      const own = viewsOf(views).map((view) => [view, withoutHead(views[view]!.embedding)]);
      embeddings.set(design, Object.fromEntries(own));
    }
  }
  return embeddings;
}
