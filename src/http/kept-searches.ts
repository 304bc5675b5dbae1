import { randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { PerView } from "../core/design.js";
import type { Embedding } from "../core/embedding.js";
import { AppError } from "../errors.js";

/** What is kept of a search, so that it can be ranked again and shown without its pictures. */
export interface KeptSearch {
  readonly embeddings: PerView<Embedding>;
  /** As the catalog keeps those of its designs: WebP, long side at most 256 px. */
  readonly thumbnails: PerView<Uint8Array>;
}

/** Some 50 KB each: 50 MB. */
const MOST_KEPT = 1000;
const KEPT_FOR_MS = 24 * 60 * 60 * 1000;

/** The searches of the last day, the least used of which go first. Their ids cannot be guessed. */
export class KeptSearches {
  readonly #kept = new LRUCache<string, KeptSearch>({
    max: MOST_KEPT,
    ttl: KEPT_FOR_MS,
    updateAgeOnGet: true,
  });

  get count(): number {
    return this.#kept.size;
  }

  keep(search: KeptSearch): string {
    const id = randomBytes(12).toString("base64url");
    this.#kept.set(id, search);
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
}
