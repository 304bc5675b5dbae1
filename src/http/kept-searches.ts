import { randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Crop } from "../core/crop.js";
import { type PerView, type View, viewsOf } from "../core/design.js";
import type { Embedding } from "../core/embedding.js";
import type { QueryPictures } from "../core/search.js";
import { AppError } from "../errors.js";

/** What is kept of a search, so that it can be ranked again and shown. */
export interface KeptSearch {
  readonly embeddings: PerView<Embedding>;
  /** As the catalog keeps those of its designs: WebP, long side at most 256 px. */
  readonly thumbnails: PerView<Uint8Array>;
}

/** Some 50 KB each: 50 MB. */
const MOST_KEPT = 1000;
const KEPT_FOR_MS = 24 * 60 * 60 * 1000;
/** Of the pictures themselves: those of some dozens of searches. The others are shown as thumbnails alone. */
const MAX_PICTURE_BYTES = 96 * 1024 * 1024;

/** The searches of the last day, the least used of which go first. Their ids cannot be guessed. */
export class KeptSearches {
  readonly #kept = new LRUCache<string, KeptSearch>({
    max: MOST_KEPT,
    ttl: KEPT_FOR_MS,
    updateAgeOnGet: true,
  });
  readonly #pictures = new LRUCache<string, QueryPictures>({
    max: MOST_KEPT,
    maxSize: MAX_PICTURE_BYTES,
    sizeCalculation: ({ pictures }) =>
      viewsOf(pictures).reduce((bytes, view) => bytes + pictures[view]!.length, 1),
    ttl: KEPT_FOR_MS,
  });

  get count(): number {
    return this.#kept.size;
  }

  keep(search: KeptSearch, pictures: QueryPictures): string {
    const id = randomBytes(12).toString("base64url");
    this.#kept.set(id, search);
    this.#pictures.set(id, pictures);
    return id;
  }

  /** @throws AppError NOT_FOUND for a search that never was, or is no longer kept. */
  get(id: string): KeptSearch {
    const search = this.#kept.get(id);
    if (search) return search;
    throw new AppError(
      "NOT_FOUND",
      `There is no search "${id}"; searches are kept for a day after they were last looked at, so search again.`,
    );
  }

  /** A picture that was searched with; null when it is no longer kept. */
  picture(id: string, view: View): { readonly bytes: Uint8Array; readonly crop: Crop | undefined } | null {
    const query = this.#pictures.get(id);
    const bytes = query?.pictures[view];
    return bytes ? { bytes, crop: query?.crops?.[view] } : null;
  }
}
