import { pagesOf } from "../../core/catalog-pages.js";
import type { Catalog, ModelIdentity } from "../../core/ports.js";
import { isSameModel } from "../../core/same-model.js";
import { AppError } from "../../errors.js";
import { LanceCatalog } from "./catalog.js";
import { type CatalogManifest, FIRST_TABLE, readManifest, replaceManifest } from "./manifest.js";
import { openCatalog } from "./open-catalog.js";
import { noCatalog, openTable } from "./table.js";

/** Designs whose ids are compared at once. */
const PAGE_SIZE = 1000;

/** A catalog's designs being embedded by another model, beside the embeddings it has, which stay what is searched. */
export interface Reembedding {
  /** What the catalog holds now. */
  readonly from: Catalog;
  /** What it will hold; not empty when an earlier attempt was cut short. */
  readonly to: Catalog;
  /** From now on whoever opens the catalog gets the new embeddings; the old ones stay, for {@link rollBack}. */
  switchOver(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Begins to embed a catalog's designs by another model, or goes on with it.
 *
 * @throws AppError INVALID_REQUEST when the catalog holds this model's embeddings already; as {@link openCatalog}.
 */
export async function openReembedding(directory: string, model: ModelIdentity): Promise<Reembedding> {
  const held = await readManifest(directory);
  if (!held) throw noCatalog(directory);
  if (isSameModel(held.model, model)) {
    throw new AppError(
      "INVALID_REQUEST",
      `The catalog in ${directory} holds embeddings of ${model.id} already, so there is nothing to do; choose another model with --model.`,
    );
  }
  const { previous } = held;
  const name = previous && isSameModel(previous.model, model) ? previous.table : tableOf(model);
  const from = await openCatalog({ directory, model: held.model, create: false });
  const { connection, table } = await openTable(directory, name, model, true);
  const to = new LanceCatalog(directory, model, connection, table);
  return {
    from,
    to,
    async switchOver() {
      const present = await readManifest(directory);
      if (!present || present.table !== held.table || !isSameModel(present.model, held.model)) {
        throw new AppError(
          "CATALOG_UNAVAILABLE",
          `The catalog in ${directory} got other embeddings meanwhile, those of ${present?.model.id ?? "no model"}; run this again to change over from them.`,
        );
      }
      const now = { model: held.model, table: held.table };
      await replaceManifest(directory, { format: 1, model, table: name, previous: now });
      const stale = previous?.table;
      // Two sets of embeddings are kept; a third only costs disk.
      if (stale !== undefined && stale !== name) await connection.dropTable(stale).catch(() => {});
    },
    async close() {
      await to.close();
      await from.close();
    },
  };
}

/**
 * Goes back to the embeddings that the catalog held before; a second time, forth again.
 *
 * @returns the model that it holds now.
 * @throws AppError INVALID_REQUEST when there are none to go back to, or they lack designs that were imported since; as
 * {@link openCatalog}.
 */
export async function rollBack(directory: string): Promise<ModelIdentity> {
  const held = await readManifest(directory);
  if (!held) throw noCatalog(directory);
  if (!held.previous) {
    throw new AppError(
      "INVALID_REQUEST",
      `The catalog in ${directory} holds one model's embeddings, those of ${held.model.id}; there are no earlier ones to go back to.`,
    );
  }
  const { model, table, previous } = held;
  const lacking = await countLacking(directory, held, previous);
  if (lacking > 0) {
    throw new AppError(
      "INVALID_REQUEST",
      `The earlier embeddings of the catalog in ${directory} lack ${lacking} of its designs, imported since; to go back with all of them run: diptych import --reembed --model ${previous.model.id}`,
    );
  }
  await replaceManifest(directory, { format: 1, ...previous, previous: { model, table } });
  return previous.model;
}

type Embeddings = Pick<CatalogManifest, "model" | "table">;

/** How many designs of the one the other lacks. */
async function countLacking(directory: string, present: Embeddings, earlier: Embeddings): Promise<number> {
  const [from, to] = await Promise.all(
    [present, earlier].map(async ({ model, table: name }) => {
      const { connection, table } = await openTable(directory, name, model, false);
      return new LanceCatalog(directory, model, connection, table);
    }),
  );
  try {
    let lacking = 0;
    for await (const page of pagesOf(from!, PAGE_SIZE)) {
      lacking += page.length - (await to!.get(page.map(({ id }) => id))).size;
    }
    return lacking;
  } finally {
    await from!.close();
    await to!.close();
  }
}

/** The name of the table of a model's embeddings, when they are not the catalog's first. */
function tableOf({ id, sha256, embeddingDim }: ModelIdentity): string {
  return `${FIRST_TABLE}-${sha256?.slice(0, 16) ?? `${id}-${embeddingDim}`}`;
}
