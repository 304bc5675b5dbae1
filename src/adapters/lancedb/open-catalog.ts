import { join } from "node:path";
import { type Connection, connect, type Table } from "@lancedb/lancedb";
import type { Catalog, ModelIdentity } from "../../core/ports.js";
import { requireSameModel } from "../../core/same-model.js";
import { AppError } from "../../errors.js";
import { LanceCatalog } from "./catalog.js";
import { claimDirectory, readCatalogModel } from "./manifest.js";
import { designSchema, embeddingDimOf } from "./schema.js";
import { TABLE_NAME } from "./snapshot.js";

export { readCatalogModel } from "./manifest.js";

export interface OpenCatalogOptions {
  /** Holds `catalog.json` and the table. */
  readonly directory: string;
  /** The model whose embeddings the catalog is to hold, or holds. */
  readonly model: ModelIdentity;
  /** Whether to make the catalog when there is none. Default true. */
  readonly create?: boolean;
}

/**
 * Opens the catalog in a directory. Any number of processes may do so at once.
 *
 * @throws AppError MODEL_MISMATCH when the catalog holds another model's embeddings; CATALOG_UNAVAILABLE when there is
 * no catalog and none is to be made, when it is damaged, or when the directory is not accessible.
 */
export async function openCatalog(options: OpenCatalogOptions): Promise<Catalog> {
  const { directory, model, create = true } = options;
  const held = await readCatalogModel(directory);
  if (held) requireSameModel(held, model);
  else if (!create) {
    throw new AppError(
      "CATALOG_UNAVAILABLE",
      `There is no catalog in ${directory}; import designs first with: diptych import SOURCE --catalog ${directory}`,
    );
  }
  const { connection, table, embeddingDim } = await openTable(directory, held ? null : model);
  if (embeddingDim !== model.embeddingDim) {
    throw damaged(
      directory,
      `its table holds embeddings of ${embeddingDim} numbers, not ${model.embeddingDim}`,
    );
  }
  if (!held) {
    // The table comes first and `catalog.json` last: where there is a `catalog.json`, the catalog is complete.
    if ((await table.countRows()) > 0 && !(await readCatalogModel(directory))) {
      throw damaged(directory, "it holds designs but no catalog.json that tells their model");
    }
    requireSameModel(await claimDirectory(directory, model), model);
  }
  return new LanceCatalog(directory, model, connection, table);
}

/** @param newModel what to make the table for when there is none; null when there must be one. */
async function openTable(
  directory: string,
  newModel: ModelIdentity | null,
): Promise<{ connection: Connection; table: Table; embeddingDim: number }> {
  try {
    // 0: every read asks for the latest version, so that it sees what other processes wrote.
    const connection = await connect(join(directory, "lancedb"), { readConsistencyInterval: 0 });
    const table = newModel ? await makeTable(connection, newModel) : await connection.openTable(TABLE_NAME);
    return { connection, table, embeddingDim: embeddingDimOf(await table.schema()) };
  } catch (cause) {
    throw damaged(directory, "its table cannot be opened", cause);
  }
}

async function makeTable(connection: Connection, { embeddingDim }: ModelIdentity): Promise<Table> {
  try {
    return await connection.createEmptyTable(TABLE_NAME, designSchema(embeddingDim), { existOk: true });
  } catch (cause) {
    // Of two that make it in the same moment LanceDB can refuse one: the other's table is there then.
    return connection.openTable(TABLE_NAME).catch(() => Promise.reject(cause));
  }
}

function damaged(directory: string, how: string, cause?: unknown): AppError {
  return new AppError(
    "CATALOG_UNAVAILABLE",
    `The catalog in ${directory} cannot be used: ${how}; restore the directory from a copy, or import the designs into a new one.`,
    { cause },
  );
}
