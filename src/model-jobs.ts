/** The work that makes a catalog another model's, and a model out of a catalog: composed of the adapters, as compose.ts is. */
import path from "node:path";
import { isKept } from "./adapters/files/picture-store.js";
import { openCatalog, readCatalogModel } from "./adapters/lancedb/open-catalog.js";
import { openReembedding, rollBack } from "./adapters/lancedb/reembedding.js";
import { findPack } from "./adapters/models/find-pack.js";
import { withoutHead } from "./adapters/models/manifest.js";
import type { ModelPack } from "./adapters/models/pack.js";
import { reprojection } from "./adapters/models/reprojection.js";
import { trainedDirectory, writeTrainedPack } from "./adapters/models/trained-pack.js";
import { hash, type ImportListeners, readPicture } from "./compose.js";
import type { Config } from "./config.js";
import type { Design } from "./core/design.js";
import { embedWithoutHead } from "./core/head.js";
import { type ImportProgress, importDesigns } from "./core/import.js";
import type { Catalog, ModelIdentity } from "./core/ports.js";
import { allPages, catalogRows, changedPages, removeOthers, reprojectDesigns } from "./core/reembed.js";
import { embedderFor, readerFor } from "./embedders.js";
import { AppError } from "./errors.js";
import { tellingOfMissingWorkers } from "./missing-workers.js";
import type { Epoch } from "./training/fit-head.js";
import type { Training } from "./training/train.js";
import { type Labels, trainOnCatalog } from "./training/train-catalog.js";

export interface ReembedSummary extends ImportProgress {
  readonly aborted: boolean;
  /** Whether the catalog holds the new embeddings now: every design has one. */
  readonly switched: boolean;
  /** Whether the pictures were read; else the stored embeddings were enough. */
  readonly fromPictures: boolean;
}

/**
 * Embeds a catalog's designs by the configured model, beside the embeddings that it has, and switches over in one step once
 * every design has its new ones. Where both models are the same but for a learnt head, no picture is read. A run that was cut
 * short goes on where it stopped.
 *
 * @throws AppError INVALID_REQUEST when the catalog holds that model's embeddings already; CATALOG_UNAVAILABLE when there is none.
 */
export async function reembedCatalog(config: Config, request: ImportListeners = {}): Promise<ReembedSummary> {
  const pack = await findPack(config.model, config.models);
  const reembedding = await openReembedding(config.catalog, pack.identity);
  try {
    const { from, to } = reembedding;
    await request.onStart?.((await from.stats()).designs);
    const fromPack = await findPack(from.model.id, config.models).catch(() => null);
    const reproject = reprojection(from.model, fromPack, pack);
    const embed = (pages: Pages, listeners: ImportListeners) =>
      reproject
        ? reprojectDesigns({ pages, from, to, reproject, onProgress: () => {}, ...listeners })
        : embedPictures({ pages, to }, pack, config, listeners);
    const { version } = await from.stats();
    const summary = await embed(allPages(from), request);
    // What the run came to that brought along what was written meanwhile.
    let late = { aborted: false, failed: 0 };
    let switched = false;
    if (isWhole(summary)) {
      await removeOthers(to, from);
      request.onCompact?.();
      await to.compact();
      switched = await reembedding.switchOver(async () => {
        if ((await from.stats()).version === version) return true;
        late = await embed(changedPages(from, to), { ...request, onProgress: () => {} });
        await removeOthers(to, from);
        return isWhole(late);
      });
    }
    const { rows, imported, unchanged } = summary;
    const failed = summary.failed + late.failed;
    const aborted = summary.aborted || late.aborted;
    return { rows, imported, unchanged, failed, aborted, switched, fromPictures: reproject === null };
  } finally {
    await reembedding.close();
  }
}

type Pages = AsyncIterable<readonly Design[]>;

function isWhole({ aborted, failed }: Pick<ReembedSummary, "aborted" | "failed">): boolean {
  return !aborted && failed === 0;
}

async function embedPictures(
  { pages, to }: { readonly pages: Pages; readonly to: Catalog },
  pack: ModelPack,
  config: Config,
  { onProgress = () => {}, onError = () => {}, onMissingWorkers, signal }: ImportListeners,
) {
  const embedder = await embedderFor(pack, config);
  try {
    return await tellingOfMissingWorkers(embedder, onMissingWorkers, () =>
      importDesigns({
        rows: catalogRows(pages),
        readFile: (file) => readKnownPicture(config.catalog, file),
        hash,
        images: readerFor(pack),
        embedder,
        catalog: to,
        now: () => performance.now(),
        onProgress,
        onError,
        signal,
      }),
    );
  } finally {
    await embedder.close();
  }
}

/** A picture as the catalog tells its path. One that the catalog keeps is called after its hash, and held to it. */
async function readKnownPicture(directory: string, file: string): Promise<Uint8Array> {
  const bytes = await readPicture(path.resolve(directory, file));
  if (!isKept(file) || path.basename(file) === hash(bytes)) return bytes;
  throw new AppError(
    "IMAGE_UNDECODABLE",
    `The picture ${file} that the catalog keeps is damaged; send it again, or restore it from a copy.`,
  );
}

/** Goes back to the embeddings that the catalog held before the last {@link reembedCatalog}; a second time, forth again. */
export function rollBackCatalog({ catalog }: Config): Promise<ModelIdentity> {
  return rollBack(catalog);
}

export interface TrainRequest {
  readonly labels: Labels;
  /** Id of the new pack; default: the base's with `-trained` behind it, or `-trained-2`, and so on. */
  readonly id?: string | undefined;
  readonly seed: number;
  readonly onEpoch?: (epoch: Epoch) => void;
  readonly signal?: AbortSignal;
}

export interface TrainSummary extends Training {
  /** The new pack; null when the head was no better, and none was written. */
  readonly pack: ModelIdentity | null;
  readonly directory: string;
}

/**
 * Learns a head from a catalog's embeddings and labels and, if it ranks held-out designs better than the model without a head,
 * writes a pack with it.
 *
 * @throws AppError INVALID_REQUEST for labels or an id that cannot be used, before any training; MODEL_MISMATCH when the
 * catalog holds another model's embeddings; CATALOG_UNAVAILABLE when there is none; the signal's reason.
 */
export async function trainHead(config: Config, request: TrainRequest): Promise<TrainSummary> {
  const held = await readCatalogModel(config.catalog);
  // A catalog of a trained model is trained on as it is, without telling its model again.
  const pack = await findPack(held?.id ?? config.model, config.models);
  const base = withoutHead(pack.manifest);
  const directory = await trainedDirectory(config.models, pack.identity.id, request.id);
  const catalog = await openCatalog({ directory: config.catalog, model: pack.identity, create: false });
  try {
    const { labels, seed, onEpoch, signal } = request;
    const { head: worn } = pack;
    const training = await trainOnCatalog({
      catalog,
      labels,
      withoutHead: (embedding) =>
        worn ? embedWithoutHead(worn.dim, embedding, base.aspects.length) : embedding,
      aspects: base.aspects,
      worn,
      seed,
      ...(onEpoch && { onEpoch }),
      signal,
    });
    if (!training.better) return { ...training, pack: null, directory };
    const learntFrom = `${training.designs.train} designs, seed ${seed}`;
    const trained = await writeTrainedPack(pack, training.head, { directory, learntFrom });
    return { ...training, pack: trained.identity, directory };
  } finally {
    await catalog.close();
  }
}
