import type { Query, Table } from "@lancedb/lancedb";
import type { Filter } from "../../core/filter.js";
import type { DesignPage } from "../../core/ports.js";
import { allOf, filterSql, idIn, quote } from "./filter-sql.js";
import { designColumns, designOf, type Row, rowsOf } from "./rows.js";
import { CHECKSUM, hasColumn } from "./schema.js";
import type { Snapshot } from "./snapshot.js";

/** Ids to a query: keeps the SQL text and the answer small however many ids are asked for. */
const IDS_PER_QUERY = 1000;

/** What `resultOf` makes of the designs that are there, by id; it must copy what is to stay. */
export async function lookUp<T>(
  { table }: Snapshot,
  ids: readonly string[],
  columns: readonly string[],
  resultOf: (row: Row) => T,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  const present = await columnsIn(table, columns);
  for (let start = 0; start < ids.length; start += IDS_PER_QUERY) {
    const where = idIn(ids.slice(start, start + IDS_PER_QUERY));
    const query = table.query().where(where).select(present);
    for (const [id, result] of await collect(query, (row) => [row.id, resultOf(row)] as const)) {
      found.set(id, result);
    }
  }
  return found;
}

/** As Catalog.list. */
export async function listDesigns(
  { table }: Snapshot,
  { limit, after = null, filter = [] }: { limit: number; after?: string | null; filter?: Filter },
): Promise<DesignPage> {
  const query = table.query().select(designColumns);
  const where = allOf([after === null ? null : `id > ${quote(after)}`, filterSql(filter)]);
  if (where) query.where(where);
  // One more than asked for tells whether there is a next page.
  query.orderBy({ columnName: "id", ascending: true, nullsFirst: false }).limit(limit + 1);
  const found = await collect(query, designOf);
  const designs = found.slice(0, limit);
  return { designs, next: found.length > limit ? designs.at(-1)!.id : null };
}

/** Those of the columns that the table has: that of checksums is missing in the first catalogs. */
export async function columnsIn(table: Table, columns: readonly string[]): Promise<string[]> {
  if (!columns.includes(CHECKSUM) || hasColumn(await table.schema(), CHECKSUM)) return [...columns];
  return columns.filter((column) => column !== CHECKSUM);
}

async function collect<T>(query: Query, resultOf: (row: Row) => T): Promise<T[]> {
  const results: T[] = [];
  for await (const batch of query) {
    for (const row of rowsOf(batch)) results.push(resultOf(row));
  }
  return results;
}
