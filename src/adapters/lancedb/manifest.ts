import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ModelIdentity } from "../../core/ports.js";
import { AppError } from "../../errors.js";

/** `catalog.json`: what a catalog directory says of itself. */
const manifestSchema = z.object({
  format: z.literal(1),
  model: z.object({
    id: z.string().min(1),
    sha256: z.string().nullable(),
    embeddingDim: z.int().positive(),
  }),
});

/**
 * Which model the catalog in `directory` holds embeddings of; null when there is no catalog.
 *
 * @throws AppError CATALOG_UNAVAILABLE when `catalog.json` cannot be read or is damaged.
 */
export async function readCatalogModel(directory: string): Promise<ModelIdentity | null> {
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
    return manifestSchema.parse(JSON.parse(text)).model;
  } catch (cause) {
    throw new AppError(
      "CATALOG_UNAVAILABLE",
      `${path} is damaged or was written by another version of Diptych; restore it from a copy, or import the designs into a new catalog directory.`,
      { cause },
    );
  }
}

/**
 * Writes `catalog.json` unless there is one already: of several processes that do so at once, the first decides.
 *
 * @returns the model that the catalog holds from now on.
 * @throws AppError CATALOG_UNAVAILABLE when the directory cannot be written to.
 */
export async function claimDirectory(directory: string, model: ModelIdentity): Promise<ModelIdentity> {
  const { id, sha256, embeddingDim } = model;
  const manifest: z.infer<typeof manifestSchema> = { format: 1, model: { id, sha256, embeddingDim } };
  const draft = `${manifestPath(directory)}.${randomUUID()}.tmp`;
  try {
    await mkdir(directory, { recursive: true });
    await writeDurably(draft, `${JSON.stringify(manifest, null, 2)}\n`);
    await publish(draft, manifestPath(directory));
  } catch (cause) {
    throw new AppError(
      "CATALOG_UNAVAILABLE",
      `The catalog directory ${directory} cannot be written to; check that this user may write there and that the disk has room.`,
      { cause },
    );
  } finally {
    await rm(draft, { force: true });
  }
  return (await readCatalogModel(directory)) ?? model;
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

function manifestPath(directory: string): string {
  return join(directory, "catalog.json");
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
