import pMap, { pMapSkip } from "p-map";
import { AppError } from "../errors.js";
import { DamagedDesignError } from "./damaged-design.js";
import {
  type Design,
  type EmbeddedDesign,
  type EmbeddedPicture,
  isSameDesign,
  type PerView,
  type Picture,
  VIEWS,
  type View,
  viewsOf,
} from "./design.js";
import { checkDesigns } from "./embedding.js";
import { type RowError, rowError, type SourceItem, type SourceRow } from "./import-rows.js";
import type { Catalog, Embedder, ImageReader, PictureStore, ReadPicture } from "./ports.js";
import type { Stopwatch } from "./stopwatch.js";

/** What one batch of an import needs from the world. */
export interface BatchPorts {
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly hash: (bytes: Uint8Array) => string;
  /** Keeps the pictures where their path would lead nowhere later. Default: the path that the row told is where they are. */
  readonly pictures?: PictureStore | undefined;
  readonly images: Pick<ImageReader, "read">;
  readonly embedder: Embedder;
  readonly catalog: Catalog;
  readonly stopwatch: Stopwatch<"readMs" | "decodeMs" | "embedMs" | "writeMs">;
}

/** A view that was read: the catalog has its embedding already when `decoded` is null. */
interface ReadView {
  readonly picture: Picture;
  readonly decoded: ReadPicture | null;
}

/** What became of a row before embedding. */
export type PreparedRow =
  | { readonly status: "failed"; readonly errors: readonly RowError[] }
  | { readonly status: "unchanged" }
  | { readonly status: "changed"; readonly row: SourceRow; readonly views: PerView<ReadView> };

/** A batch that is ready to be written. */
export interface EmbeddedBatch {
  readonly designs: readonly EmbeddedDesign[];
  /** In the order of the rows; a row has one for each of its bad views. */
  readonly errors: readonly RowError[];
  readonly unchanged: number;
  readonly failed: number;
  /** Rows that the model had not come to when the import was aborted: the next run takes them up. */
  readonly left: number;
}

/**
 * Reads the pictures of a batch and decodes those that the catalog does not have yet.
 *
 * @param concurrency how many pictures are held in their encoded form at once, at most.
 * @param isStopped asked before each row; once it says so, the rows that are not begun are left out of the result.
 */
export async function prepareBatch(
  items: readonly SourceItem[],
  ports: BatchPorts,
  concurrency: number,
  isStopped: () => boolean,
): Promise<PreparedRow[]> {
  const ids = items.flatMap((item) => ("row" in item ? [item.row.id] : []));
  const known = await ports.stopwatch.time("readMs", () => ports.catalog.get(ids));
  return pMap(
    items,
    (item) => {
      if (isStopped()) return pMapSkip;
      if ("error" in item) return { status: "failed", errors: [item.error] };
      return prepareRow(item.row, known.get(item.row.id), ports);
    },
    { concurrency },
  );
}

async function prepareRow(
  row: SourceRow,
  known: Design | undefined,
  ports: BatchPorts,
): Promise<PreparedRow> {
  const views: { [V in View]?: ReadView } = {};
  const errors: RowError[] = [];
  for (const view of viewsOf(row.views)) {
    try {
      views[view] = await readView(row.views[view]!, known?.views[view], ports);
    } catch (error) {
      errors.push(rowError(row, view, error));
    }
  }
  if (errors.length > 0) return { status: "failed", errors };
  const pictures = Object.fromEntries(viewsOf(views).map((view) => [view, views[view]!.picture]));
  return isSameDesign({ attributes: row.attributes, views: pictures }, known)
    ? { status: "unchanged" }
    : { status: "changed", row, views };
}

async function readView(path: string, known: Picture | undefined, ports: BatchPorts): Promise<ReadView> {
  const { bytes, sha256 } = await ports.stopwatch.time("readMs", async () => {
    const bytes = await ports.readFile(path);
    return { bytes, sha256: ports.hash(bytes) };
  });
  const isKnown = known?.sha256 === sha256;
  const decoded = isKnown ? null : await ports.stopwatch.time("decodeMs", () => ports.images.read(bytes));
  // Only now, so that no file is kept that is no picture.
  const picture = { sha256, path: (await ports.pictures?.keep(bytes, sha256)) ?? path };
  return { picture, decoded };
}

/**
 * Embeds the decoded pictures of a batch and takes the other embeddings from the catalog.
 *
 * @param signal once aborted, the pictures that still wait for the model are left.
 */
export async function embedBatch(
  rows: readonly PreparedRow[],
  ports: BatchPorts,
  signal?: AbortSignal,
): Promise<EmbeddedBatch> {
  const changed = rows.filter((row) => row.status === "changed");
  const tensors = changed.flatMap(({ views }) => VIEWS.flatMap((view) => views[view]?.decoded?.tensor ?? []));
  const reusing = changed.filter(({ views }) => VIEWS.some((view) => views[view]?.decoded === null));
  const [results, kept] = await Promise.all([
    tensors.length > 0
      ? ports.stopwatch.time("embedMs", () =>
          ports.embedder.embed(tensors, { lane: "import", ...(signal && { signal }) }),
        )
      : [],
    reusing.length > 0
      ? ports.stopwatch.time("readMs", () =>
          keptOf(
            ports.catalog,
            reusing.map(({ row }) => row.id),
          ),
        )
      : new Map<string, EmbeddedDesign | DamagedDesignError>(),
  ]);

  const designs: EmbeddedDesign[] = [];
  const errors: RowError[] = [];
  let failed = 0;
  let left = 0;
  // The results come in the order in which `tensors` was gathered: by row, then by view.
  const embeddings = results.values();
  for (const prepared of rows) {
    if (prepared.status === "unchanged") continue;
    if (prepared.status === "failed") {
      errors.push(...prepared.errors);
      failed += 1;
      continue;
    }
    const { row } = prepared;
    const views: { [V in View]?: EmbeddedPicture } = {};
    const rowErrors: RowError[] = [];
    let isLeft = false;
    for (const view of viewsOf(prepared.views)) {
      const { picture, decoded } = prepared.views[view]!;
      if (!decoded) {
        const known = kept.get(row.id);
        const before = known instanceof DamagedDesignError ? undefined : known?.views[view];
        // Another picture may have been put there since its hash was looked at, whose embedding is not this one's.
        if (before?.sha256 === picture.sha256) views[view] = { ...before, ...picture };
        else
          rowErrors.push(
            rowError(row, view, known instanceof DamagedDesignError ? known : vanishedError(row.id)),
          );
        continue;
      }
      const result = embeddings.next().value!;
      if ("error" in result) {
        isLeft ||= signal?.aborted === true && result.error.code === "DEADLINE_EXCEEDED";
        rowErrors.push(rowError(row, view, result.error));
      } else views[view] = { ...picture, thumbnail: decoded.thumbnail, embedding: result.value };
    }
    if (isLeft) {
      left += 1;
      continue;
    }
    const design = { id: row.id, attributes: row.attributes, views };
    if (rowErrors.length === 0) rowErrors.push(...unfitFor(ports.catalog, design, row));
    if (rowErrors.length === 0) designs.push(design);
    else failed += 1;
    errors.push(...rowErrors);
  }
  return { designs, errors, unchanged: rows.length - designs.length - failed - left, failed, left };
}

/** The designs as the catalog has them, or that one is damaged: it shall not keep the others from being imported. */
async function keptOf(
  catalog: Catalog,
  ids: readonly string[],
): Promise<ReadonlyMap<string, EmbeddedDesign | DamagedDesignError>> {
  try {
    return await catalog.getEmbedded(ids);
  } catch (error) {
    if (!(error instanceof DamagedDesignError)) throw error;
    if (ids.length === 1) return new Map([[ids[0]!, error]]);
    const each = await Promise.all(ids.map((id) => keptOf(catalog, [id])));
    return new Map(each.flatMap((one) => [...one]));
  }
}

function vanishedError(id: string): AppError {
  return new AppError(
    "CATALOG_UNAVAILABLE",
    `The design "${id}" was removed from the catalog, or changed there, while it was being imported; run the import again.`,
  );
}

/** Why the catalog would refuse the design: asked for each, as a refused one would take its whole batch with it. */
function unfitFor(catalog: Catalog, design: EmbeddedDesign, row: SourceRow): RowError[] {
  try {
    checkDesigns([design], catalog.model.embeddingDim);
    return [];
  } catch (error) {
    return [rowError(row, null, error)];
  }
}
