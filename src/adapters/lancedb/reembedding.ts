import { pagesOf } from "../../core/catalog-pages.js";
import { isSameDesign } from "../../core/design.js";
import type { Catalog, ModelIdentity } from "../../core/ports.js";
import { isSameModel } from "../../core/same-model.js";
import { AppError } from "../../errors.js";
import { LanceCatalog } from "./catalog.js";
import { changeOver } from "./change-over.js";
import { type CatalogManifest, FIRST_TABLE, readManifest } from "./manifest.js";
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
  /**
   * From now on whoever opens the catalog gets the new embeddings; the old ones stay, for {@link rollBack}.
   *
   * @param catchUp brings over what others wrote meanwhile; nobody writes to the catalog until it is done. False: not all
   * of it could be, and nothing is switched.
   * @returns whether it was switched over.
   */
  switchOver(catchUp: () => Promise<boolean>): Promise<boolean>;
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
  const to = new LanceCatalog({ directory, model, connection, table });
  return {
    from,
    to,
    async switchOver(catchUp) {
      const now = { model: held.model, table: held.table };
      const next = { format: 1, model, table: name, previous: now } as const;
      const switched = await changeOver(directory, held, async () => ((await catchUp()) ? next : null));
      const stale = previous?.table;
      // Two sets of embeddings are kept; a third only costs disk.
      if (switched && stale !== undefined && stale !== name)
        await connection.dropTable(stale).catch(() => {});
      return switched;
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
 * @throws AppError INVALID_REQUEST when there are none to go back to, or designs were imported, changed or deleted since; as
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
  await changeOver(directory, held, async () => {
    const differing = await countDiffering(directory, held, previous);
    if (differing > 0) {
      throw new AppError(
        "INVALID_REQUEST",
        `The earlier embeddings of the catalog in ${directory} lack ${differing} of its designs as they are now, imported, changed or deleted since; to go back with all of them run: diptych import --reembed --model ${previous.model.id}`,
      );
    }
    return { format: 1, ...previous, previous: { model, table } };
  });
  return previous.model;
}

type Embeddings = Pick<CatalogManifest, "model" | "table">;

/** How many designs the one has and the other lacks, or has otherwise. */
async function countDiffering(directory: string, present: Embeddings, earlier: Embeddings): Promise<number> {
  const [from, to] = await Promise.all(
    [present, earlier].map(async ({ model, table: name }) => {
      const { connection, table } = await openTable(directory, name, model, false);
      return new LanceCatalog({ directory, model, connection, table });
    }),
  );
  try {
    let differing = 0;
    let common = 0;
    for await (const page of pagesOf(from!, PAGE_SIZE)) {
      const known = await to!.get(page.map(({ id }) => id));
      common += known.size;
      differing += page.filter((design) => !isSameDesign(design, known.get(design.id))).length;
    }
    return differing + (await to!.stats()).designs - common;
  } finally {
    await from!.close();
    await to!.close();
  }
}

/** The name of the table of a model's embeddings, when they are not the catalog's first. */
function tableOf({ id, sha256, embeddingDim }: ModelIdentity): string {
  return `${FIRST_TABLE}-${sha256?.slice(0, 16) ?? `${id}-${embeddingDim}`}`;
}
