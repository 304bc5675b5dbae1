import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ModelIdentity } from "../../core/ports.js";
import { AppError } from "../../errors.js";

/** The table of a catalog whose embeddings were never made anew. */
export const FIRST_TABLE = "designs";

const embeddingsSchema = z.object({
  model: z.object({
    id: z.string().min(1),
    sha256: z.string().nullable(),
    embeddingDim: z.int().positive(),
  }),
  /** Name of the table that holds the designs with this model's embeddings. */
  table: z.string().min(1).default(FIRST_TABLE),
});

/** `catalog.json`: what a catalog directory says of itself. */
const manifestSchema = embeddingsSchema.extend({
  format: z.literal(1),
  /** What the catalog held before its embeddings were made anew. */
  previous: embeddingsSchema.optional(),
  /** Until then a process may change the catalog over to other embeddings, and nobody writes to those it has. */
  changingOverUntil: z.iso.datetime().optional(),
});
export type CatalogManifest = Readonly<z.infer<typeof manifestSchema>>;

/** Whether the catalog is changing over to other embeddings just now. A process that died of it holds nobody up for long. */
export function isChangingOver({ changingOverUntil }: CatalogManifest): boolean {
  return changingOverUntil !== undefined && Date.parse(changingOverUntil) > Date.now();
}

/**
 * What the catalog in `directory` says of itself; null when there is no catalog.
 *
 * @throws AppError CATALOG_UNAVAILABLE when `catalog.json` cannot be read or is damaged.
 */
export async function readManifest(directory: string): Promise<CatalogManifest | null> {
  const path = manifestPath(directory);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (hasCode(cause, "ENOENT")) return null;
    throw new AppError(
      "CATALOG_UNAVAILABLE",
      `${path} cannot be read; check that it is a file and that this user may read it.`,
      { cause },
    );
  }
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError(
      "CATALOG_UNAVAILABLE",
      `${path} is damaged or was written by another version of Diptych; restore it from a copy, or import the designs into a new catalog directory.`,
      { cause },
    );
  }
}

/**
 * Which model the catalog in `directory` holds embeddings of; null when there is no catalog.
 *
 * @throws AppError as {@link readManifest}.
 */
export async function readCatalogModel(directory: string): Promise<ModelIdentity | null> {
  return (await readManifest(directory))?.model ?? null;
}

/**
 * The models that the catalog in `directory` holds embeddings of: the present one, and the one to go back to; none when there
 * is no catalog.
 *
 * @throws AppError as {@link readManifest}.
 */
export async function readCatalogModels(directory: string): Promise<ModelIdentity[]> {
  const held = await readManifest(directory);
  return [held, held?.previous].flatMap((embeddings) => embeddings?.model ?? []);
}

/**
 * Writes `catalog.json` unless there is one already: of several processes that do so at once, the first decides.
 *
 * @returns what the catalog says of itself from now on.
 * @throws AppError CATALOG_UNAVAILABLE when the directory cannot be written to.
 */
export async function claimDirectory(directory: string, model: ModelIdentity): Promise<CatalogManifest> {
  const { id, sha256, embeddingDim } = model;
  const manifest = { format: 1, model: { id, sha256, embeddingDim } } as const;
  await writeManifest(directory, manifest, publish);
  return (await readManifest(directory)) ?? { ...manifest, table: FIRST_TABLE };
}

/**
 * Writes `catalog.json` in place of the one that is there: who opens the catalog sees the one or the other.
 *
 * @throws AppError CATALOG_UNAVAILABLE when the directory cannot be written to.
 */
export async function replaceManifest(directory: string, manifest: CatalogManifest): Promise<void> {
  await writeManifest(directory, manifest, rename);
}

async function writeManifest(
  directory: string,
  manifest: z.input<typeof manifestSchema>,
  bring: (draft: string, path: string) => Promise<void>,
): Promise<void> {
  const draft = `${manifestPath(directory)}.${randomUUID()}.tmp`;
  try {
    await mkdir(directory, { recursive: true });
    await writeDurably(draft, `${JSON.stringify(manifest, null, 2)}\n`);
    await bring(draft, manifestPath(directory));
  } catch (cause) {
    throw new AppError(
      "CATALOG_UNAVAILABLE",
      `The catalog directory ${directory} cannot be written to; check that this user may write there and that the disk has room.`,
      { cause },
    );
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Linking, unlike renaming, never replaces what another process has just put there. */
async function publish(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (hasCode(error, "EEXIST")) return;
    // Some file systems know no links.
    await rename(draft, path);
  }
}

/** The file that says it. */
export function manifestPath(directory: string): string {
  return join(directory, "catalog.json");
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
