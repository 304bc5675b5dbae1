import { randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Crop } from "../core/crop.js";
import { type PerView, type View, viewsOf } from "../core/design.js";
import type { Embedding } from "../core/embedding.js";
import { createInTurn } from "../core/in-turn.js";
import type { QueryPictures } from "../core/search.js";
import { AppError } from "../errors.js";

interface KeptSearch {
  readonly embeddings: PerView<Embedding>;
  /** Null until they are asked for, or the pictures go; without pictures when nothing can be drawn any more. */
  thumbnails: Promise<PerView<Uint8Array>> | null;
}

/** Some 50 KB each with its thumbnails: 50 MB. */
const MOST_KEPT = 1000;
const KEPT_FOR_MS = 24 * 60 * 60 * 1000;
/** Of the pictures themselves: those of some dozens of searches. The others are shown as thumbnails alone. */
const MAX_PICTURE_BYTES = 96 * 1024 * 1024;

/** Searches whose pictures are drawn before they go, at most: those who search wait for the same processors. */
const MOST_LEAVING = 8;

/** The searches of the last day, the least used of which go first. Their ids cannot be guessed. */
export class KeptSearches {
  readonly #kept = new LRUCache<string, KeptSearch>({
    max: MOST_KEPT,
    ttl: KEPT_FOR_MS,
    updateAgeOnGet: true,
    disposeAfter: (_, id) => this.#pictures.delete(id),
  });
  readonly #pictures: LRUCache<string, QueryPictures>;
  readonly #oneByOne = createInTurn();
  #leaving = 0;
  readonly #drawThumbnail: (picture: Uint8Array, crop?: Crop) => Promise<Uint8Array>;

  /**
   * @param drawThumbnail as the catalog's are: WebP, long side at most 256 px.
   * @param maxPictureBytes of all pictures that are kept.
   */
  constructor(
    drawThumbnail: (picture: Uint8Array, crop?: Crop) => Promise<Uint8Array>,
    maxPictureBytes = MAX_PICTURE_BYTES,
  ) {
    this.#drawThumbnail = drawThumbnail;
    this.#pictures = new LRUCache({
      max: MOST_KEPT,
      maxSize: maxPictureBytes,
      sizeCalculation: ({ pictures }) =>
        viewsOf(pictures).reduce((bytes, view) => bytes + pictures[view]!.length, 1),
      // Nothing could be shown of the search any more.
      dispose: (query, id) => {
        const search = this.#kept.peek(id);
        if (!search || search.thumbnails) return;
        search.thumbnails = this.#drawLeaving(query);
        // Told to whom asks for them; there may be nobody.
        search.thumbnails.catch(() => {});
      },
    });
  }

  get count(): number {
    return this.#kept.size;
  }

  keep(embeddings: PerView<Embedding>, pictures: QueryPictures): string {
    const id = randomBytes(12).toString("base64url");
    this.#kept.set(id, { embeddings, thumbnails: null });
    this.#pictures.set(id, pictures);
    return id;
  }

  /** @throws AppError NOT_FOUND for a search that never was, or is no longer kept. */
  embeddings(id: string): PerView<Embedding> {
    return this.#get(id).embeddings;
  }

  /**
   * The pictures as they are shown, drawn when they are first asked for: a program that searches never does. None for a
   * search that so many others followed at once that there was no time to draw them.
   *
   * @throws AppError NOT_FOUND as {@link KeptSearches.embeddings}; what drawing them throws.
   */
  async thumbnails(id: string): Promise<PerView<Uint8Array>> {
    const search = this.#get(id);
    search.thumbnails ??= this.#drawThumbnails(this.#pictures.get(id)!);
    return search.thumbnails;
  }

  /** A picture that was searched with; null when it is no longer kept. */
  picture(id: string, view: View): { readonly bytes: Uint8Array; readonly crop: Crop | undefined } | null {
    const query = this.#pictures.get(id);
    const bytes = query?.pictures[view];
    return bytes ? { bytes, crop: query?.crops?.[view] } : null;
  }

  #get(id: string): KeptSearch {
    const search = this.#kept.get(id);
    if (search) return search;
    throw new AppError(
      "NOT_FOUND",
      `There is no search "${id}"; searches are kept for a day after they were last looked at, so search again.`,
    );
  }

  /** Draws pictures that go, unless many go at once. */
  async #drawLeaving(query: QueryPictures): Promise<PerView<Uint8Array>> {
    if (this.#leaving >= MOST_LEAVING) return {};
    this.#leaving += 1;
    try {
      return await this.#oneByOne(() => this.#drawThumbnails(query));
    } finally {
      this.#leaving -= 1;
    }
  }

  async #drawThumbnails({ pictures, crops }: QueryPictures): Promise<PerView<Uint8Array>> {
    const drawn = viewsOf(pictures).map(
      async (view) => [view, await this.#drawThumbnail(pictures[view]!, crops?.[view])] as const,
    );
    return Object.fromEntries(await Promise.all(drawn));
  }
}
