import { type EmbeddedDesign, type PerView, type Picture, viewsOf } from "../../core/design.js";
import { innerProduct } from "../../core/embedding.js";
import { AppError } from "../../errors.js";
import { columnsIn } from "./look-up.js";
import { type CatalogManifest, readManifest } from "./manifest.js";
import { embeddedDesignColumns, embeddedDesignOf, type Row, rowsOf } from "./rows.js";
import { CHECKSUM, labelsOf } from "./schema.js";
import { type Snapshot, takeSnapshot } from "./snapshot.js";
import { noCatalog, openTable } from "./table.js";

/** Rows that are read at once. */
const CHUNK = 128;
/** How far an embedding's length may be from 1: in half precision each number is rounded by 2^-11 of itself. */
const NORM_TOLERANCE = 1e-3;

/** What a row of a table was found to be. */
export interface InspectedRow {
  /** Null when it could not be read. */
  readonly id: string | null;
  /** As far as it could be read. */
  readonly design: EmbeddedDesign | null;
  /** What is wrong with it, in a sentence; null when nothing is. */
  readonly damage: string | null;
}

/** A table of a catalog at one version, to be looked through. */
export interface Inspection {
  readonly rows: number;
  /** Whether its rows have checksums: those of the first catalogs do not. */
  readonly hasChecksums: boolean;
  /** Every row, and those that cannot be read too. */
  inspect(): AsyncGenerator<InspectedRow>;
  close(): void;
}

/** The tables that a catalog's `catalog.json` names, the present one first. */
export async function tablesOf(directory: string): Promise<Pick<CatalogManifest, "model" | "table">[]> {
  const held = await readManifest(directory);
  if (!held) throw noCatalog(directory);
  return [held, held.previous].filter((each) => each !== undefined);
}

/** @throws AppError CATALOG_UNAVAILABLE when the table cannot be opened. */
export async function openInspection(
  directory: string,
  { model, table: name }: Pick<CatalogManifest, "model" | "table">,
): Promise<Inspection> {
  const { connection, table: latest } = await openTable(directory, name, model, false);
  try {
    const snapshot = await takeSnapshot(connection, name, await latest.version());
    const columns = await columnsIn(snapshot.table, [...embeddedDesignColumns, "labels"]);
    return {
      rows: snapshot.rows,
      hasChecksums: columns.includes(CHECKSUM),
      inspect: () => inspectRows(snapshot, columns),
      close: () => {
        snapshot.table.close();
        connection.close();
      },
    };
  } catch (cause) {
    throw new AppError(
      "CATALOG_UNAVAILABLE",
      `The table ${name} of the catalog in ${directory} cannot be read.`,
      { cause },
    );
  } finally {
    latest.close();
  }
}

async function* inspectRows(
  { table, rows: count }: Snapshot,
  columns: string[],
): AsyncGenerator<InspectedRow> {
  const seen = new Set<string>();
  const read = async (offsets: number[]): Promise<InspectedRow[]> => {
    const rows: InspectedRow[] = [];
    for await (const batch of table.takeOffsets(offsets).select(columns)) {
      for (const row of rowsOf(batch)) rows.push(inspectRow(row, seen));
    }
    return rows;
  };
  for (let start = 0; start < count; start += CHUNK) {
    const offsets = Array.from({ length: Math.min(CHUNK, count - start) }, (_, i) => start + i);
    try {
      yield* await read(offsets);
    } catch {
      // One by one, so that a damaged row does not hide its neighbours.
      for (const offset of offsets) {
        try {
          yield* await read([offset]);
        } catch (error) {
          const { message } = error as Error;
          yield { id: null, design: null, damage: `it cannot be read (${message.split("\n", 1)[0]})` };
        }
      }
    }
  }
}

function inspectRow(row: Row, seen: Set<string>): InspectedRow {
  const { id } = row;
  if (seen.has(id)) return { id, design: null, damage: "it is there twice" };
  seen.add(id);
  try {
    const design = embeddedDesignOf(row);
    return { id, design, damage: damageOf(design, row) };
  } catch (error) {
    const damage =
      error instanceof AppError ? "what is stored of it is not what was written" : "it cannot be understood";
    return { id, design: withoutChecks(row), damage };
  }
}

function damageOf(design: EmbeddedDesign, row: Row): string | null {
  const views = viewsOf(design.views);
  if (views.length === 0) return "it has neither a front nor a back";
  for (const view of views) {
    const { embedding } = design.views[view]!;
    const norm = Math.sqrt(innerProduct(embedding, embedding));
    // Numbers that are not finite fail this, too. An embedding of zeros is one of a picture in which the model saw nothing.
    if (!(Math.abs(norm - 1) <= NORM_TOLERANCE) && norm !== 0) {
      return `the embedding of its ${view} has the length ${norm.toFixed(3)}, not 1`;
    }
  }
  const labels = [...row.get<Iterable<string>>("labels")];
  const expected = labelsOf(design.attributes);
  const areSame = labels.length === expected.length && labels.every((each, i) => each === expected[i]);
  return areSame ? null : "what filters look at is not its attributes";
}

/** A design as it stands there, whatever became of it; null when it cannot be understood. */
function withoutChecks(row: Row): EmbeddedDesign | null {
  try {
    const pictures: PerView<Picture> = row.perView((view) => ({
      sha256: row.get<string | null>(`${view}_sha256`),
      path: row.get<string | null>(`${view}_path`),
    }));
    const views = viewsOf(pictures).map((view) => [
      view,
      { ...pictures[view]!, thumbnail: null, embedding: new Float32Array() },
    ]);
    return { id: row.id, attributes: JSON.parse(row.get("attributes")), views: Object.fromEntries(views) };
  } catch {
    return null;
  }
}
