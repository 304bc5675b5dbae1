import type { AppError } from "../errors.js";
import type { Aspect } from "./aspects.js";
import type { AttributeSummary } from "./attribute-summary.js";
import type { Crop } from "./crop.js";
import type { Design, EmbeddedDesign, PerView, Picture } from "./design.js";
import type { Embedding } from "./embedding.js";
import type { Filter } from "./filter.js";
import type { Query, ScoredDesign } from "./query.js";
import type { VerdictModel } from "./verdict.js";

/** Which model made an embedding. Embeddings of different models never meet. */
export interface ModelIdentity {
  readonly id: string;
  /** Over the pack's manifest, which names the hash of every file and the preprocessing; null when it is not known. */
  readonly sha256: string | null;
  readonly embeddingDim: number;
}

/** A picture ready for a model: unsigned 8-bit RGB, `[height, width, 3]`, in one piece. */
export interface PixelTensor {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** One item of a batch: what it became, or why it failed; one item's failure never touches the others. */
export type ItemResult<T> = { readonly value: T } | { readonly error: AppError };

/** Both things that an import keeps of a picture. */
export interface ReadPicture {
  readonly tensor: PixelTensor;
  /** As {@link ImageReader.toThumbnail} makes it. */
  readonly thumbnail: Uint8Array;
}

/**
 * Turns the bytes of a picture file, or a crop of the picture, into what a model takes and what a person sees. Never blocks
 * the caller.
 */
export interface ImageReader {
  /**
   * @throws AppError UNSUPPORTED_IMAGE, IMAGE_UNDECODABLE, IMAGE_TOO_LARGE; IMAGE_BLANK when there is nothing to embed.
   */
  toTensor(bytes: Uint8Array, crop?: Crop): Promise<PixelTensor>;

  /**
   * A WebP thumbnail, long side at most 256 px, upright on white.
   *
   * @throws AppError as {@link ImageReader.toTensor}, but for IMAGE_BLANK.
   */
  toThumbnail(bytes: Uint8Array, crop?: Crop): Promise<Uint8Array>;

  /**
   * The picture for a large screen, whatever its format: WebP, long side at most 2048 px, upright on white.
   *
   * @throws AppError as {@link ImageReader.toTensor}, but for IMAGE_BLANK.
   */
  toFullSize(bytes: Uint8Array, crop?: Crop): Promise<Uint8Array>;

  /**
   * Tensor and thumbnail, decoded once.
   *
   * @throws AppError as {@link ImageReader.toTensor}.
   */
  read(bytes: Uint8Array, crop?: Crop): Promise<ReadPicture>;
}

/** Keeps picture files that are nowhere else, such as those that came over HTTP. */
export interface PictureStore {
  /**
   * Returns once the file is on the disk, whole; one that was damaged there is replaced.
   *
   * @param sha256 of the bytes, in lower-case hexadecimal.
   * @returns where it is, as {@link Picture.path} tells it.
   * @throws AppError CATALOG_UNAVAILABLE when it cannot be written.
   */
  keep(bytes: Uint8Array, sha256: string): Promise<string>;

  /** Keeps a picture whose design was just deleted for as long as that can be brought back. */
  renew(picture: Picture): Promise<void>;
}

/** What is embedded first where both wait: somebody looks at a search. */
export const LANES = ["search", "import"] as const;
export type Lane = (typeof LANES)[number];

/** How pictures are embedded. */
export interface EmbedOptions {
  /** Default search. */
  readonly lane?: Lane;
  /** After so many milliseconds nobody waits for the answer any more. Default: never. */
  readonly timeoutMs?: number;
  /** Once aborted, nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** Follows the pictures into the logs of whoever embeds them. */
  readonly requestId?: string;
}

/** Makes embeddings; the model runs elsewhere than on the calling thread. */
export interface Embedder {
  readonly model: ModelIdentity;

  /** The parts of its embeddings, in their order. */
  readonly aspects: readonly Aspect[];

  /** The name of the aspect that does not see colours; null when none is such. */
  readonly colourBlindAspect: string | null;

  /** How its embeddings are judged; null when that was not fitted. */
  readonly verdicts: VerdictModel | null;

  /**
   * One result per tensor, in the same order. A tensor that fails is reported by itself. What nobody waits for any more is not
   * embedded, and reported as DEADLINE_EXCEEDED.
   *
   * @throws AppError INTERNAL when the embedder is closed; QUEUE_FULL when too much of the lane waits; QUEUE_UNAVAILABLE when the
   * model runs elsewhere and that cannot be reached; MODEL_MISMATCH when only other models run there.
   */
  embed(tensors: readonly PixelTensor[], options?: EmbedOptions): Promise<ItemResult<Embedding>[]>;

  /** What waits, and who works on it. */
  load(): Promise<EmbedderLoad>;

  /** Finishes what was handed in, then frees the model. Safe to call twice. */
  close(): Promise<void>;
}

/** How busy an embedder is. */
export interface EmbedderLoad {
  /** Pictures that wait, by lane. */
  readonly waiting: Readonly<Record<Lane, number>>;
  /** Those that work for it in other processes; null when it works by itself. */
  readonly workers: readonly EmbeddingWorker[] | null;
}

/** A process that embeds pictures for others. */
export interface EmbeddingWorker {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** SHA-256 of its model's manifest. */
  readonly model: string;
  /** Since it began. */
  readonly pictures: number;
  readonly batches: number;
  /** Over the last seconds in which it worked; 0 when it has not yet. */
  readonly picturesPerS: number;
}

export interface CatalogStats {
  readonly designs: number;
  /** How many designs have the view. */
  readonly views: { readonly front: number; readonly back: number };
  /** Grows with every write. */
  readonly version: number;
}

export interface DesignPage {
  readonly designs: readonly Design[];
  /** Give it as `after` to get the next page; null on the last page. */
  readonly next: string | null;
}

/** Designs of a {@link Catalog.sample}, at most. */
export const SAMPLE_SIZE = 256;

export interface CatalogSample {
  /** How many designs the catalog has. */
  readonly designs: number;
  readonly embeddings: readonly PerView<Embedding>[];
}

/** A design with its thumbnails: WebP, long side at most 256 px; absent where there is none. */
export interface ShownDesign extends Design {
  readonly thumbnails: PerView<Uint8Array>;
}

/**
 * The designs and their embeddings, kept. One process writes at a time; any number read meanwhile and see each write
 * whole or not at all.
 */
export interface Catalog {
  readonly model: ModelIdentity;

  /** Adds the designs, replacing those with the same id; all of them or, on failure, none. Ids must be distinct. */
  upsert(designs: readonly EmbeddedDesign[]): Promise<void>;

  /** Removes the designs that are there; returns how many were. */
  delete(ids: readonly string[]): Promise<number>;

  /** The designs that are there, by id. */
  get(ids: readonly string[]): Promise<Map<string, Design>>;

  /** The same with their thumbnails, both of one version. */
  getShown(ids: readonly string[]): Promise<Map<string, ShownDesign>>;

  /** The designs that are there with all that is kept of their views, by id. */
  getEmbedded(ids: readonly string[]): Promise<Map<string, EmbeddedDesign>>;

  /** The thumbnails of the designs that are there, by id. */
  thumbnails(ids: readonly string[]): Promise<Map<string, PerView<Uint8Array>>>;

  /** Designs in the order of their ids (by UTF-8 bytes), `limit` at most, those after the id `after`. */
  list(options: { limit: number; after?: string | null; filter?: Filter }): Promise<DesignPage>;

  /**
   * The designs closest to a query, best first; designs that share no weighing view with it are left out. Equal scores are
   * ordered by id.
   *
   * @throws AppError INVALID_REQUEST when an embedding is not `[embeddingDim]` long.
   */
  search(query: Query): Promise<ScoredDesign[]>;

  /** Whether a search compares with every design; else it goes through an index, which finds most of the best. */
  isExact(): Promise<boolean>;

  /**
   * Some of the designs, spread over the whole catalog, the same ones as long as it is not written to; then also the same
   * object.
   */
  sample(): Promise<CatalogSample>;

  /** Merges small files and removes versions that are no longer read. Safe while others read. */
  compact(): Promise<void>;

  /** Whether {@link compact} is overdue, as where a process was killed before it: small files have piled up, or a large catalog has no index. */
  isCompactionDue(): Promise<boolean>;

  stats(): Promise<CatalogStats>;

  /** What the designs have as attributes, to choose filters from. */
  attributes(): Promise<readonly AttributeSummary[]>;

  /** Bytes of the catalog on disk, stale versions included. Looks at every file. */
  bytesOnDisk(): Promise<number>;

  close(): Promise<void>;
}
