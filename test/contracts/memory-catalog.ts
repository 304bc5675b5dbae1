import { AttributeCounter, type AttributeSummary } from "../../src/core/attribute-summary.js";
import { type Design, type EmbeddedDesign, type PerView, VIEWS, viewsOf } from "../../src/core/design.js";
import { checkDesigns, checkEmbedding, type Embedding } from "../../src/core/embedding.js";
import { matchesFilter } from "../../src/core/filter.js";
import {
  type Catalog,
  type CatalogSample,
  type CatalogStats,
  type ModelIdentity,
  SAMPLE_SIZE,
  type ShownDesign,
} from "../../src/core/ports.js";
import {
  compareIds,
  compareMatches,
  type Query,
  type ScoredDesign,
  scoreDesign,
} from "../../src/core/query.js";

/** A catalog that keeps everything in memory and compares with every design: slow, plain and exact. */
export class MemoryCatalog implements Catalog {
  readonly model: ModelIdentity;
  readonly #designs = new Map<string, EmbeddedDesign>();
  #version = 1;
  #sample: { readonly version: number; readonly sample: CatalogSample } | null = null;

  constructor(model: ModelIdentity) {
    this.model = model;
  }

  async upsert(designs: readonly EmbeddedDesign[]): Promise<void> {
    checkDesigns(designs, this.model.embeddingDim);
    for (const design of designs) this.#designs.set(design.id, structuredClone(design));
    if (designs.length > 0) this.#version++;
  }

  async delete(ids: readonly string[]): Promise<number> {
    const deleted = ids.filter((id) => this.#designs.delete(id)).length;
    if (deleted > 0) this.#version++;
    return deleted;
  }

  async get(ids: readonly string[]): Promise<Map<string, Design>> {
    return this.#lookUp(ids, withoutEmbeddings);
  }

  async getShown(ids: readonly string[]): Promise<Map<string, ShownDesign>> {
    return this.#lookUp(ids, (design) => ({
      ...withoutEmbeddings(design),
      thumbnails: thumbnailsOf(design),
    }));
  }

  async getEmbedded(ids: readonly string[]): Promise<Map<string, EmbeddedDesign>> {
    return this.#lookUp(ids, (design) => structuredClone(design));
  }

  async thumbnails(ids: readonly string[]): Promise<Map<string, PerView<Uint8Array>>> {
    return this.#lookUp(ids, thumbnailsOf);
  }

  async list({ limit, after = null, filter = [] }: Parameters<Catalog["list"]>[0]) {
    const found = [...this.#designs.values()]
      .filter(
        ({ id, attributes }) =>
          (after === null || compareIds(id, after) > 0) && matchesFilter(attributes, filter),
      )
      .sort((a, b) => compareIds(a.id, b.id))
      .map(withoutEmbeddings);
    const designs = found.slice(0, limit);
    return { designs, next: found.length > limit ? designs.at(-1)!.id : null };
  }

  async search(query: Query): Promise<ScoredDesign[]> {
    for (const view of viewsOf(query.embeddings)) {
      checkEmbedding(query.embeddings[view]!, this.model.embeddingDim, `${view} embedding of the query`);
    }
    const matches: Omit<ScoredDesign, "rank">[] = [];
    for (const { id, attributes, views } of this.#designs.values()) {
      if (!matchesFilter(attributes, query.filter)) continue;
      const embeddings = embeddingsOf(views);
      const scored = scoreDesign(query, embeddings);
      const hashes = Object.fromEntries(viewsOf(views).map((view) => [view, views[view]!.sha256]));
      if (scored) matches.push({ id, ...scored, attributes, hashes, embeddings });
    }
    return matches
      .sort(compareMatches)
      .slice(0, query.topK)
      .map((match, index) => ({ rank: index + 1, ...match }));
  }

  async isExact(): Promise<boolean> {
    return true;
  }

  async sample(): Promise<CatalogSample> {
    if (this.#sample?.version !== this.#version) {
      const designs = [...this.#designs.values()];
      const every = Math.max(1, designs.length / SAMPLE_SIZE);
      const chosen = designs.filter((_, i) => i % every < 1).slice(0, SAMPLE_SIZE);
      const embeddings = chosen.map(({ views }) => embeddingsOf(views));
      this.#sample = { version: this.#version, sample: { designs: designs.length, embeddings } };
    }
    return this.#sample.sample;
  }

  async compact(): Promise<void> {}

  async isCompactionDue(): Promise<boolean> {
    return false;
  }

  async stats(): Promise<CatalogStats> {
    const designs = [...this.#designs.values()];
    return {
      designs: designs.length,
      views: {
        front: designs.filter(({ views }) => views.front).length,
        back: designs.filter(({ views }) => views.back).length,
      },
      version: this.#version,
    };
  }

  async attributes(): Promise<AttributeSummary[]> {
    const counter = new AttributeCounter();
    for (const { attributes } of this.#designs.values()) counter.add(attributes);
    return counter.summary();
  }

  async bytesOnDisk(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {}

  #lookUp<T>(ids: readonly string[], resultOf: (design: EmbeddedDesign) => T): Map<string, T> {
    const found = new Map<string, T>();
    for (const id of ids) {
      const design = this.#designs.get(id);
      if (design) found.set(id, resultOf(design));
    }
    return found;
  }
}

function withoutEmbeddings({ id, attributes, views }: EmbeddedDesign): Design {
  const pictures = viewsOf(views).map((view) => {
    const { sha256, path } = views[view]!;
    return [view, { sha256, path }];
  });
  return { id, attributes: { ...attributes }, views: Object.fromEntries(pictures) };
}

function thumbnailsOf({ views }: EmbeddedDesign): PerView<Uint8Array> {
  const thumbnails = VIEWS.map((view) => [view, views[view]?.thumbnail] as const);
  return Object.fromEntries(thumbnails.filter(([, thumbnail]) => thumbnail));
}

function embeddingsOf(views: EmbeddedDesign["views"]): PerView<Embedding> {
  return Object.fromEntries(viewsOf(views).map((view) => [view, views[view]!.embedding]));
}
