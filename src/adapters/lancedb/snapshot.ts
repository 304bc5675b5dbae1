import type { Connection, Table } from "@lancedb/lancedb";
import { VIEW_MASKS } from "./schema.js";

export const TABLE_NAME = "designs";

/** The table at one version: what a read works on from its first query to its last, whatever is written meanwhile. */
export interface Snapshot {
  readonly table: Table;
  readonly version: number;
  /** How many rows have each value of the column `views`; values that no row has are absent. */
  readonly rowsByMask: ReadonlyMap<number, number>;
}

export async function takeSnapshot(connection: Connection, version: number): Promise<Snapshot> {
  const table = await connection.openTable(TABLE_NAME);
  await table.checkout(version);
  const counts = await Promise.all(
    VIEW_MASKS.map(async (mask) => [mask, await table.countRows(`views = ${mask}`)] as const),
  );
  return { table, version, rowsByMask: new Map(counts.filter(([, rows]) => rows > 0)) };
}
