import { createHash } from "node:crypto";
import path from "node:path";
import { createPictureStore } from "./adapters/files/picture-store.js";
import {
  drawContactSheet,
  requireSheetOf,
  type SheetFormat,
  type SheetLabels,
} from "./adapters/image/contact-sheet.js";
import { DEFAULT_LIMITS } from "./adapters/image/reader.js";
import { openCatalog } from "./adapters/lancedb/open-catalog.js";
import { findPack } from "./adapters/models/find-pack.js";
import type { BatchListener } from "./adapters/onnx/embedder.js";
import { openSource, type Source } from "./adapters/sources/open-source.js";
import { createPictureFileReader } from "./adapters/sources/picture-file.js";
import { openUpload, type Upload } from "./adapters/sources/upload/open-upload.js";
import { readConfig, type Settings } from "./config.js";
import type { Aspect } from "./core/aspects.js";
import { compactAfterImport } from "./core/compact-after-import.js";
import type { Crop } from "./core/crop.js";
import type { PerView, Picture, View } from "./core/design.js";
import type { Embedding } from "./core/embedding.js";
import { type ImportProgress, type ImportSummary, importDesigns, type RowError } from "./core/import.js";
import { createInTurn, type InTurn } from "./core/in-turn.js";
import type {
  Catalog,
  Embedder,
  EmbedderLoad,
  EmbedOptions,
  ImageReader,
  ModelIdentity,
} from "./core/ports.js";
import { type PutDesign, putDesign } from "./core/put-design.js";
import {
  checkRanking,
  type EmbeddedQuery,
  embedQuery,
  type Match,
  type QueryPictures,
  type Ranking,
  type RankingRequest,
  rankDesigns,
  type SearchPorts,
  type SearchRequest,
  type SearchResult,
  search,
} from "./core/search.js";
import { createJudge } from "./core/verdict.js";
import { embedderFor, readerFor } from "./embedders.js";
import { tellingOfMissingWorkers } from "./missing-workers.js";

const now = () => performance.now();
/** SHA-256, in lower-case hexadecimal. */
export const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const readPicture = createPictureFileReader(DEFAULT_LIMITS.maxImageBytes);

/** Beside a running system: what the command line reads its sources and pictures with. */
export { openSource, readPicture, requireSheetOf };

/** How {@link openDiptych} opens a catalog. Settings that are left out come from the environment, then the defaults. */
export interface DiptychOptions extends Settings {
  /** Whether to make the catalog when its folder holds none. Default false. */
  readonly create?: boolean;
  /** Told of every batch that the model took in this process: its pictures, and the milliseconds. Default: nobody. */
  readonly onBatch?: BatchListener;
}

/** What an import reports while it runs. */
export interface ImportListeners {
  /** Told how many rows there are before the first one is read, when source and catalog are open; awaited. */
  readonly onStart?: (rows: number) => void | Promise<void>;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Told of every bad row; awaited before the import goes on. */
  readonly onError?: (error: RowError) => void | Promise<void>;
  /**
   * Told true when no worker runs, or none any more, that would embed the pictures: the import waits for one; false once one runs and
   * it goes on.
   */
  readonly onMissingWorkers?: (areMissing: boolean) => void;
  /** Told when the rows are done and the catalog's files are merged, which builds the index of a large one: that may take minutes. */
  readonly onCompact?: () => void;
  /** Once aborted, what the model has begun with is finished and written, and the rest is left. */
  readonly signal?: AbortSignal;
}

export interface ImportRequest extends ImportListeners, SourceOptions {}

export interface SourceOptions {
  /** What relative paths in a manifest are below; default: the manifest's own folder. */
  readonly imagesDirectory?: string | undefined;
}

/** What a contact sheet is drawn of. */
export interface SheetRequest {
  /** The query's pictures, as they were searched with. */
  readonly pictures: PerView<Uint8Array>;
  /** Their file names, drawn over them. */
  readonly names?: PerView<string>;
  readonly matches: readonly Match[];
  /** Default jpeg. */
  readonly format?: SheetFormat;
  /** The words on it. Default English. */
  readonly labels?: SheetLabels;
}

/** A catalog with the model that its designs are embedded with, open. */
export interface Diptych {
  readonly model: ModelIdentity;
  /** The parts of its embeddings, in their order. */
  readonly aspects: readonly Aspect[];
  readonly catalog: Catalog;
  /** The catalog's folder, absolute. */
  readonly directory: string;

  /** The designs most similar to one or two pictures. */
  search(request: SearchRequest): Promise<SearchResult>;

  /** The first half of a search: the embeddings of the pictures, with which {@link rank} answers again and again. */
  embed(query: QueryPictures, options?: EmbedOptions): Promise<EmbeddedQuery>;

  /** What waits for the model, and who works on it. */
  load(): Promise<EmbedderLoad>;

  /**
   * Looks whether a query of these views could be ranked so, before it is embedded.
   *
   * @throws AppError INVALID_REQUEST for weights, aspects or a topK that cannot be used.
   */
  checkRanking(views: readonly View[], request: RankingRequest): void;

  /** The second half: ranks the designs by a query's embeddings, in milliseconds. */
  rank(embeddings: PerView<Embedding>, request?: RankingRequest): Promise<Ranking>;

  /**
   * Brings the designs of a manifest (.csv, .tsv, .jsonl, .ndjson) or a folder of pictures into the catalog. Designs
   * that are there already, just so, are skipped; bad rows are reported and skipped.
   *
   * @throws AppError NOT_FOUND or INVALID_REQUEST when the source itself cannot be used.
   */
  import(source: string | Source, request?: ImportRequest): Promise<ImportSummary>;

  /** Adds a design or changes one. As {@link putDesign}; its pictures are kept in the catalog's folder. */
  put(design: PutDesign, options?: EmbedOptions): Promise<{ created: boolean }>;

  /** Runs what reads a design and then writes it, when nothing else that this process does so is between; `put` and imports are in it. */
  readonly inTurn: InTurn;

  /** Keeps a picture of a design that was just deleted for as long as that can be brought back. */
  renew(picture: Picture): Promise<void>;

  /**
   * Opens files that somebody sent, to be imported; close it then. As {@link openUpload}.
   *
   * @param files where they lie, by the names they had.
   * @param directory where a manifest may be unpacked to.
   */
  openUpload(files: ReadonlyMap<string, string>, directory: string): Promise<Upload>;

  /**
   * A design's picture in full size, made of its original.
   *
   * @returns WebP, long side at most 2048 px; null when the original is not there any more, or another one.
   */
  original(picture: Picture): Promise<Uint8Array | null>;

  /**
   * The result of a search as one picture: the query pair top-left, then the matches with rank, id and score.
   *
   * @throws AppError INVALID_REQUEST for more than 200 matches.
   */
  contactSheet(request: SheetRequest): Promise<Buffer>;

  /** A picture as the catalog keeps those of its designs: WebP, long side at most 256 px, upright on white. */
  thumbnail(picture: Uint8Array, crop?: Crop): Promise<Uint8Array>;

  /** A picture for a large screen: WebP, long side at most 2048 px, upright on white. */
  fullSize(picture: Uint8Array, crop?: Crop): Promise<Uint8Array>;

  /** Finishes what is under way and frees model and catalog. */
  close(): Promise<void>;
}

/**
 * Opens a catalog and loads the model. Ready when it returns: the model is loaded in every thread.
 *
 * @throws AppError INVALID_REQUEST for a setting that cannot be used, NOT_FOUND when there is no such model pack,
 * MODEL_INVALID when it cannot be loaded, MODEL_MISMATCH when the catalog holds another model's embeddings,
 * CATALOG_UNAVAILABLE when there is no catalog, or it cannot be opened.
 */
export async function openDiptych(options: DiptychOptions = {}): Promise<Diptych> {
  const { create = false, onBatch, ...settings } = options;
  const config = readConfig(settings, process.env);
  const pack = await findPack(config.model, config.models);
  const { catalog: directory, targetRecall } = config;
  const catalog = await openCatalog({ directory, model: pack.identity, create, targetRecall });
  try {
    return compose(directory, catalog, await embedderFor(pack, config, onBatch), readerFor(pack));
  } catch (error) {
    await catalog.close();
    throw error;
  }
}

function compose(directory: string, catalog: Catalog, embedder: Embedder, images: ImageReader): Diptych {
  const { aspects, verdicts } = embedder;
  const judge = verdicts && createJudge(aspects, verdicts);
  const ports: SearchPorts = { images, embedder, catalog, judge, now };
  const pictures = createPictureStore(directory);
  const inTurn = createInTurn();
  return {
    model: embedder.model,
    aspects,
    catalog,
    directory,
    search: (request) => search(request, ports),
    embed: (query, options) => embedQuery(query, ports, options),
    load: () => embedder.load(),
    checkRanking: (views, request) => checkRanking(views, request, embedder),
    rank: (embeddings, request = {}) => rankDesigns(embeddings, request, ports),
    async import(source, request = {}) {
      const {
        count,
        rows,
        readPicture: readOwn,
      } = typeof source === "string" ? await openSource(source, request) : source;
      await request.onStart?.(count);
      const summary = await tellingOfMissingWorkers(embedder, request.onMissingWorkers, () =>
        importDesigns({
          rows: rows(),
          readFile: readOwn ?? readPicture,
          ...(readOwn && { pictures }),
          hash,
          images,
          embedder,
          catalog,
          now,
          inTurn,
          ...listeners(request),
        }),
      );
      await compactAfterImport(catalog, summary, request.onCompact);
      return summary;
    },
    put: (design, options) =>
      putDesign(design, { images, embedder, catalog, pictures, hash, inTurn }, options),
    inTurn,
    renew: (picture) => pictures.renew(picture),
    openUpload: (files, unpackTo) => openUpload(files, unpackTo, DEFAULT_LIMITS.maxImageBytes),
    original: (picture) => drawOriginal(picture, directory, images),
    contactSheet: (request) => drawSheet(request, catalog, images),
    thumbnail: (picture, crop) => images.toThumbnail(picture, crop),
    fullSize: (picture, crop) => images.toFullSize(picture, crop),
    async close() {
      await embedder.close();
      await catalog.close();
    },
  };
}

async function drawOriginal(
  picture: Picture,
  directory: string,
  images: ImageReader,
): Promise<Uint8Array | null> {
  if (picture.path === null) return null;
  const bytes = await readPicture(path.resolve(directory, picture.path)).catch(() => null);
  // What lies there now may be something else, and nobody's business.
  if (bytes === null || hash(bytes) !== picture.sha256) return null;
  return images.toFullSize(bytes);
}

async function drawSheet(request: SheetRequest, catalog: Catalog, images: ImageReader): Promise<Buffer> {
  const { pictures, names, matches, format = "jpeg", labels } = request;
  const [front, back, thumbnails] = await Promise.all([
    pictures.front && images.toThumbnail(pictures.front),
    pictures.back && images.toThumbnail(pictures.back),
    catalog.thumbnails(matches.map((match) => match.id)),
  ]);
  return drawContactSheet({
    query: { ...(front && { front }), ...(back && { back }), ...(names && { names }) },
    matches: matches.map((match) => ({ ...match, thumbnails: thumbnails.get(match.id) ?? {} })),
    format,
    ...(labels && { labels }),
  });
}

/** What an import is told of, where nothing is told. */
export function listeners({ onProgress = () => {}, onError = () => {}, signal }: ImportListeners) {
  return { onProgress, onError, signal };
}
