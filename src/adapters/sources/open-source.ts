import { stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import type { SourceItem } from "../../core/import-rows.js";
import { AppError } from "../../errors.js";
import { readDelimitedManifest } from "./delimited-manifest.js";
import { readJsonLinesManifest } from "./json-lines-manifest.js";
import { readPictureFolder } from "./picture-folder.js";
import { unreadable } from "./unreadable.js";

/** Where an import's designs come from. */
export interface Source {
  /** How many items `rows` gives, the bad ones included. */
  readonly count: number;
  /** The designs from the first on; every call reads anew. */
  readonly rows: () => AsyncIterable<SourceItem>;
  /**
   * Reads a picture that is there while it is imported alone, so that the catalog must keep it. Absent: the pictures are files,
   * which stay where they are.
   */
  readonly readPicture?: (path: string) => Promise<Uint8Array>;
}

/**
 * Opens a manifest (`.csv`, `.tsv`, `.jsonl`, `.ndjson`) or a folder of pictures, and counts its designs in a first
 * pass.
 *
 * A manifest has the columns `front` and `back` (one may be absent), paths of pictures, and perhaps `id`; every other
 * column is an attribute. Without an id, a design is called after its front (else its back), as in a folder.
 *
 * @param options.imagesDirectory what a manifest's relative paths are below; its own folder when absent.
 * @throws AppError NOT_FOUND when there is nothing that can be read; INVALID_REQUEST when it is no source of designs.
 */
export async function openSource(
  source: string,
  options: { imagesDirectory?: string | undefined } = {},
): Promise<Source> {
  const path = resolve(source);
  if (await isFolder(path, "The source of an import")) {
    if (options.imagesDirectory !== undefined) {
      throw new AppError(
        "INVALID_REQUEST",
        `An images directory goes with a manifest; received it with the folder ${path}, so leave it out.`,
      );
    }
    const items = await readPictureFolder(path);
    return { count: items.length, rows: () => toAsync(items) };
  }

  const baseDirectory = resolve(options.imagesDirectory ?? dirname(path));
  if (!(await isFolder(baseDirectory, "The images directory"))) {
    throw new AppError(
      "INVALID_REQUEST",
      `The images directory is a folder; received the file ${baseDirectory}.`,
    );
  }
  return openManifest(path, baseDirectory);
}

/**
 * Opens a manifest and counts its designs.
 *
 * @param baseDirectory what its relative paths are below.
 * @throws AppError INVALID_REQUEST when it is none.
 */
export async function openManifest(path: string, baseDirectory: string): Promise<Source> {
  const rows = manifestRows(path, baseDirectory);
  let count = 0;
  for await (const _ of rows()) count += 1;
  return { count, rows };
}

function manifestRows(path: string, baseDirectory: string): () => AsyncIterable<SourceItem> {
  const ending = extname(path).toLowerCase();
  switch (ending) {
    case ".csv":
      return () => readDelimitedManifest(path, ",", baseDirectory);
    case ".tsv":
      return () => readDelimitedManifest(path, "\t", baseDirectory);
    case ".jsonl":
    case ".ndjson":
      return () => readJsonLinesManifest(path, baseDirectory);
    default:
      throw new AppError(
        "INVALID_REQUEST",
        `A manifest's name ends in .csv, .tsv, .jsonl or .ndjson; received ${path}.`,
      );
  }
}

async function isFolder(path: string, what: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(what, path, error);
  }
}

export async function* toAsync<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
