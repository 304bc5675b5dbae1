import type { ModelIdentity } from "../../core/ports.js";
import { requireSameModel } from "../../core/same-model.js";
import { LanceCatalog } from "./catalog.js";
import { claimDirectory, FIRST_TABLE, readManifest } from "./manifest.js";
import { ManifestWatch } from "./manifest-watch.js";
import { damaged, noCatalog, openTable } from "./table.js";

export { readCatalogModel, readCatalogModels } from "./manifest.js";

export interface OpenCatalogOptions {
  /** Holds `catalog.json` and the table. */
  readonly directory: string;
  /** The model whose embeddings the catalog is to hold, or holds. */
  readonly model: ModelIdentity;
  /** Whether to make the catalog when there is none. Default true. */
  readonly create?: boolean;
  /** What share of the exact answer a search is to find at least, 0.9 to 0.999. Default 0.99. */
  readonly targetRecall?: number;
  /** From so many designs on an index is built and used. Default 20,000. */
  readonly indexThreshold?: number;
}

/**
 * Opens the catalog in a directory. Any number of processes may do so at once.
 *
 * @throws AppError MODEL_MISMATCH when the catalog holds another model's embeddings; CATALOG_UNAVAILABLE when there is
 * no catalog and none is to be made, when it is damaged, or when the directory is not accessible.
 */
export async function openCatalog(options: OpenCatalogOptions): Promise<LanceCatalog> {
  const { directory, model, create = true, ...searching } = options;
  const held = await readManifest(directory);
  if (held) requireSameModel(held.model, model);
  else if (!create) throw noCatalog(directory);
  if (held) {
    const { connection, table } = await openTable(directory, held.table, model, false);
    return new LanceCatalog({
      directory,
      model,
      connection,
      table,
      watch: new ManifestWatch(directory, held),
      searching,
    });
  }
  const { connection, table } = await openTable(directory, FIRST_TABLE, model, true);
  // The table comes first and `catalog.json` last: where there is a `catalog.json`, the catalog is complete. Where there is none, but other
  // tables, which a re-embedding made, it was lost.
  const isNew = (await table.countRows()) === 0 && (await connection.tableNames()).length === 1;
  if (!isNew && !(await readManifest(directory))) {
    throw damaged(directory, "it holds designs but no catalog.json that tells their model");
  }
  const claimed = await claimDirectory(directory, model);
  requireSameModel(claimed.model, model);
  return new LanceCatalog({
    directory,
    model,
    connection,
    table,
    watch: new ManifestWatch(directory, claimed),
    searching,
  });
}
