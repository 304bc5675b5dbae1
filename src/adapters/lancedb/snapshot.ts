import type { Connection, Table } from "@lancedb/lancedb";
import { AttributeCounter, type AttributeSummary } from "../../core/attribute-summary.js";
import type { View } from "../../core/design.js";
import { type CatalogSample, type CatalogStats, SAMPLE_SIZE } from "../../core/ports.js";
import { rowsOf } from "./rows.js";
import { VIEW_MASKS, viewMask } from "./schema.js";
import { type VectorIndex, vectorIndexOf } from "./vector-index.js";

/** The table at one version: what a read works on from its first query to its last, whatever is written meanwhile. */
export interface Snapshot {
  readonly table: Table;
  readonly version: number;
  readonly rows: number;
  /** How many rows have each value of the column `views`; values that no row has are absent. */
  readonly rowsByMask: ReadonlyMap<number, number>;
  /** Null when there is none. */
  readonly index: VectorIndex | null;
}

export async function takeSnapshot(
  connection: Connection,
  tableName: string,
  version: number,
): Promise<Snapshot> {
  const table = await connection.openTable(tableName);
  await table.checkout(version);
  const [index, ...counts] = await Promise.all([
    vectorIndexOf(table),
    ...VIEW_MASKS.map(async (mask) => [mask, await table.countRows(`views = ${mask}`)] as const),
  ]);
  const rowsByMask = new Map(counts.filter(([, rows]) => rows > 0));
  const rows = counts.reduce((sum, [, count]) => sum + count, 0);
  return { table, version, rows, rowsByMask, index };
}

/** How many designs there are, and with which views. */
export function statsOf({ version, rows, rowsByMask }: Snapshot): CatalogStats {
  const rowsWith = (views: readonly View[]) => rowsByMask.get(viewMask(views)) ?? 0;
  const both = rowsWith(["front", "back"]);
  const views = { front: rowsWith(["front"]) + both, back: rowsWith(["back"]) + both };
  return { designs: rows, views, version };
}

/** Designs at even distances in the table's order, with their embeddings. */
export async function sampleOf({ table, rows: designs }: Snapshot): Promise<CatalogSample> {
  const size = Math.min(designs, SAMPLE_SIZE);
  const embeddings: CatalogSample["embeddings"][number][] = [];
  if (size === 0) return { designs, embeddings };
  const offsets = Array.from({ length: size }, (_, i) => Math.floor((i * designs) / size));
  for await (const batch of table.takeOffsets(offsets).select(["views", "vector"])) {
    for (const row of rowsOf(batch)) embeddings.push(row.embeddings());
  }
  return { designs, embeddings };
}

/** What the designs have as attributes. */
export async function attributesOf({ table }: Snapshot): Promise<AttributeSummary[]> {
  const counter = new AttributeCounter();
  for await (const batch of table.query().select(["attributes"])) {
    for (const row of rowsOf(batch)) counter.add(JSON.parse(row.get("attributes")));
  }
  return counter.summary();
}

/** Computes once what depends on a snapshot alone. */
export function perSnapshot<T>(
  compute: (snapshot: Snapshot) => Promise<T>,
): (snapshot: Snapshot) => Promise<T> {
  const results = new WeakMap<Snapshot, Promise<T>>();
  return (snapshot) => {
    const known = results.get(snapshot);
    if (known) return known;
    const result = compute(snapshot);
    results.set(snapshot, result);
    // What could not be read once may be read the next time.
    result.catch(() => results.delete(snapshot));
    return result;
  };
}
