import type { RecordBatch } from "apache-arrow";
import {
  type Design,
  type EmbeddedDesign,
  type EmbeddedPicture,
  type PerView,
  type Picture,
  VIEWS,
  type View,
} from "../../core/design.js";
import type { Embedding } from "../../core/embedding.js";
import type { ShownDesign } from "../../core/ports.js";
import { verifyDesign } from "./checksum.js";
import { fromFloat16 } from "./float16.js";
import { CHECKSUM, pictureColumns, viewsOfMask } from "./schema.js";

/** The columns that {@link designOf} reads. */
export const designColumns = ["id", "views", "attributes", ...pictureColumns("sha256", "path")];

/** The columns that {@link embeddedDesignOf} reads; the last one may be missing. */
export const embeddedDesignColumns = [...designColumns, "vector", ...pictureColumns("thumbnail"), CHECKSUM];

/** The columns that {@link shownDesignOf} reads. */
export const shownDesignColumns = [...designColumns, ...pictureColumns("thumbnail")];

/** The columns that {@link thumbnailsOf} reads. */
export const thumbnailColumns = ["id", "views", ...pictureColumns("thumbnail")];

/** One row of a query's answer. What it gives may borrow the memory of the whole answer: copy what is to stay. */
export class Row {
  readonly #batch: RecordBatch;
  readonly #index: number;

  constructor(batch: RecordBatch, index: number) {
    this.#batch = batch;
    this.#index = index;
  }

  /** The value in a column, of the type that the table's schema gives it. */
  get<T>(column: string): T {
    return this.#batch.getChild(column)!.get(this.#index);
  }

  /** The same for a column that the table may lack: null then. */
  find<T>(column: string): T | null {
    return this.#batch.getChild(column)?.get(this.#index) ?? null;
  }

  get id(): string {
    return this.get("id");
  }

  /** What `of` makes of each view the design has. */
  perView<T>(of: (view: View) => T): PerView<T> {
    const views = viewsOfMask(this.get("views"));
    return Object.fromEntries(views.map((view) => [view, of(view)])) as PerView<T>;
  }

  /** The embeddings in the column `vector`, borrowed. */
  embeddings(): PerView<Embedding> {
    const stored = this.get<{ toArray(): Float32Array | Uint16Array }>("vector").toArray();
    const fused = stored instanceof Uint16Array ? fromFloat16(stored) : stored;
    const embeddingDim = fused.length / VIEWS.length;
    return this.perView((view) => {
      const start = VIEWS.indexOf(view) * embeddingDim;
      return fused.subarray(start, start + embeddingDim);
    });
  }
}

export function* rowsOf(batch: RecordBatch): Generator<Row> {
  for (let index = 0; index < batch.numRows; index++) yield new Row(batch, index);
}

export function designOf(row: Row): Design {
  return {
    id: row.id,
    attributes: JSON.parse(row.get("attributes")),
    views: row.perView((view) => pictureOf(row, view)),
  };
}

export function shownDesignOf(row: Row): ShownDesign {
  return { ...designOf(row), thumbnails: thumbnailsOf(row) };
}

/** @throws AppError CATALOG_UNAVAILABLE when it is not what was written. */
export function embeddedDesignOf(row: Row): EmbeddedDesign {
  const embeddings = row.embeddings();
  const design = {
    ...designOf(row),
    views: row.perView(
      (view): EmbeddedPicture => ({
        ...pictureOf(row, view),
        thumbnail: thumbnailOf(row, view),
        embedding: embeddings[view]!.slice(),
      }),
    ),
  };
  verifyDesign(design, row.find<Uint8Array>(CHECKSUM));
  return design;
}

/** The thumbnails of the views that have one. */
export function thumbnailsOf(row: Row): PerView<Uint8Array> {
  const thumbnails = VIEWS.map((view) => [view, thumbnailOf(row, view)] as const);
  return Object.fromEntries(thumbnails.filter(([, thumbnail]) => thumbnail !== null));
}

function pictureOf(row: Row, view: View): Picture {
  return { sha256: row.get(`${view}_sha256`), path: row.get(`${view}_path`) };
}

function thumbnailOf(row: Row, view: View): Uint8Array | null {
  return row.get<Uint8Array | null>(`${view}_thumbnail`)?.slice() ?? null;
}
