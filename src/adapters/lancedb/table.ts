import "./native-log.js";
import { join } from "node:path";
import { type Connection, connect, type Table } from "@lancedb/lancedb";
import type { ModelIdentity } from "../../core/ports.js";
import { AppError } from "../../errors.js";
import { designSchema, embeddingDimOf } from "./schema.js";

/**
 * Opens the table `name` of the catalog in a directory.
 *
 * @param create whether to make the table when there is none.
 * @throws AppError CATALOG_UNAVAILABLE when it cannot be opened, or is for other embeddings.
 */
export async function openTable(
  directory: string,
  name: string,
  { embeddingDim }: ModelIdentity,
  create: boolean,
): Promise<{ connection: Connection; table: Table }> {
  let opened: { connection: Connection; table: Table };
  let dim: number;
  try {
    // 0: every read asks for the latest version, so that it sees what other processes wrote.
    const connection = await connect(join(directory, "lancedb"), { readConsistencyInterval: 0 });
    const table = create ? await makeTable(connection, name, embeddingDim) : await connection.openTable(name);
    opened = { connection, table };
    dim = embeddingDimOf(await table.schema());
  } catch (cause) {
    throw damaged(directory, "its table cannot be opened", cause);
  }
  if (dim !== embeddingDim) {
    throw damaged(directory, `its table holds embeddings of ${dim} numbers, not ${embeddingDim}`);
  }
  return opened;
}

async function makeTable(connection: Connection, name: string, embeddingDim: number): Promise<Table> {
  try {
    return await connection.createEmptyTable(name, designSchema(embeddingDim), { existOk: true });
  } catch (cause) {
    // Of two that make it in the same moment LanceDB can refuse one: the other's table is there then.
    return connection.openTable(name).catch(() => Promise.reject(cause));
  }
}

export function noCatalog(directory: string): AppError {
  return new AppError(
    "CATALOG_UNAVAILABLE",
    `There is no catalog in ${directory}; import designs first with: diptych import SOURCE --catalog ${directory}`,
  );
}

export function damaged(directory: string, how: string, cause?: unknown): AppError {
  return new AppError(
    "CATALOG_UNAVAILABLE",
    `The catalog in ${directory} cannot be used: ${how}; restore the directory from a copy, or import the designs into a new one.`,
    { cause },
  );
}
