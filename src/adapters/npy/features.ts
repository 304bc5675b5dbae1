import { mkdir, readFile, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { pagesOf } from "../../core/catalog-pages.js";
import { type EmbeddedDesign, VIEWS, type View } from "../../core/design.js";
import type { Embedding } from "../../core/embedding.js";
import type { FeatureItem } from "../../core/import-features.js";
import type { Catalog, ModelIdentity } from "../../core/ports.js";
import { AppError } from "../../errors.js";
import { type AtomicFile, createAtomicFile } from "../files/atomic-file.js";
import { openSource, type Source } from "../sources/open-source.js";
import { unreadable } from "../sources/unreadable.js";
import { type NpyReader, openNpy } from "./npy-reader.js";
import { createNpy, type NpyWriter } from "./npy-writer.js";

const NAMES_FILE = "name_list.csv";
const MODEL_FILE = "model.json";
const EMBEDDINGS_FILE: Readonly<Record<View, string>> = {
  front: "img_feature_f.npy",
  back: "img_feature_b.npy",
};

/** What made the embeddings of a folder that does not tell: VGG16 without its top, flattened and L2-normalised. */
const TUTORIAL_MODEL = { id: "vgg16-keras", sha256: null };

/** Designs read or written at once: of the tutorial's 25,088 numbers a view, 13 MB. */
const PAGE_SIZE = 64;

const modelSchema = z.object({
  id: z.string().min(1),
  sha256: z.string().nullable(),
  embeddingDim: z.int().positive(),
});

/** Designs whose embeddings lie in files, open for reading. */
export interface FeatureFiles {
  readonly count: number;
  readonly model: ModelIdentity;
  /** The designs from the first on; a row of zeros is a missing view. */
  readonly rows: () => AsyncIterable<FeatureItem>;
  close(): Promise<void>;
}

/**
 * Opens the tutorial's three files: `name_list.csv` (a manifest as {@link openSource} reads it), `img_feature_f.npy` and
 * `img_feature_b.npy` (a row for each of its rows), and `model.json` when there is one: `{"id","sha256","embeddingDim"}`.
 * Without it, the embeddings are taken for the tutorial's.
 *
 * @param options.imagesDirectory what the names of pictures are below; the files' own folder when absent.
 * @throws AppError NOT_FOUND when one of the three is missing; INVALID_REQUEST when they are damaged or disagree on the
 * number of rows or dimensions.
 */
export async function readFeatureFiles(
  directory: string,
  options: { imagesDirectory?: string | undefined } = {},
): Promise<FeatureFiles> {
  const source = await openSource(join(directory, NAMES_FILE), options);
  const front = await openNpy(join(directory, EMBEDDINGS_FILE.front));
  try {
    const back = await openNpy(join(directory, EMBEDDINGS_FILE.back));
    const close = async () => {
      await Promise.all([front.close(), back.close()]);
    };
    try {
      const model = (await readModel(directory)) ?? { ...TUTORIAL_MODEL, embeddingDim: front.dim };
      requireAgreement(directory, source.count, model.embeddingDim, { front, back });
      return { count: source.count, model, rows: () => joinRows(source, { front, back }), close };
    } catch (error) {
      await back.close();
      throw error;
    }
  } catch (error) {
    await front.close();
    throw error;
  }
}

async function readModel(directory: string): Promise<ModelIdentity | null> {
  const path = join(directory, MODEL_FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw unreadable("A file that names the model", path, error);
  }
  try {
    return modelSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError(
      "INVALID_REQUEST",
      `${path} is {"id": text, "sha256": text or null, "embeddingDim": whole number}; received ${text.slice(0, 120)}`,
      { cause: error },
    );
  }
}

function requireAgreement(
  directory: string,
  names: number,
  embeddingDim: number,
  matrices: Readonly<Record<View, NpyReader>>,
): void {
  for (const view of VIEWS) {
    const { rows, dim } = matrices[view];
    if (rows === names && dim === embeddingDim) continue;
    throw new AppError(
      "INVALID_REQUEST",
      `${EMBEDDINGS_FILE[view]} has a row of ${embeddingDim} numbers for each of the ${names} rows of ${NAMES_FILE}; received the shape (${rows}, ${dim}) in ${directory}.`,
    );
  }
}

async function* joinRows(
  source: Source,
  matrices: Readonly<Record<View, NpyReader>>,
): AsyncGenerator<FeatureItem> {
  let position = 0;
  let page: Record<View, Float32Array> | undefined;
  for await (const item of source.rows()) {
    const inPage = position % PAGE_SIZE;
    if (inPage === 0) page = await readPage(matrices, position);
    position += 1;
    if ("error" in item) {
      yield item;
      continue;
    }
    const embeddings: { [V in View]?: Embedding } = {};
    for (const view of VIEWS) {
      const { dim } = matrices[view];
      const embedding = page![view].subarray(inPage * dim, (inPage + 1) * dim);
      if (embedding.some((value) => value !== 0)) embeddings[view] = embedding;
    }
    yield { row: { ...item.row, embeddings } };
  }
}

async function readPage(matrices: Readonly<Record<View, NpyReader>>, start: number) {
  const count = Math.min(PAGE_SIZE, matrices.front.rows - start);
  const [front, back] = await Promise.all([
    matrices.front.readRows(start, count),
    matrices.back.readRows(start, count),
  ]);
  return { front, back };
}

/**
 * Writes a catalog as the tutorial's three files and `model.json`, in the order of ids. `name_list.csv` has the columns
 * `front` and `back` (the pictures' file names; a view whose picture's path is not known is named by the design's id, a
 * missing view is empty and its row zeros) and `id`. Attributes and thumbnails are left out. The files replace those in
 * the folder, which is made when it is missing, only once all are whole; ended in the midst of that, they lack `name_list.csv`,
 * so that nobody takes the rows of one for the names of another.
 *
 * @returns how many designs were written.
 */
export async function writeFeatureFiles(
  directory: string,
  catalog: Catalog,
): Promise<{ readonly designs: number }> {
  await mkdir(resolve(directory), { recursive: true });
  const open: { commit(): Promise<void>; discard(): Promise<void> }[] = [];
  const begin = async <T extends AtomicFile | NpyWriter>(file: Promise<T>): Promise<T> => {
    open.push(await file);
    return file;
  };
  try {
    const { embeddingDim } = catalog.model;
    const front = await begin(createNpy(join(directory, EMBEDDINGS_FILE.front), embeddingDim));
    const back = await begin(createNpy(join(directory, EMBEDDINGS_FILE.back), embeddingDim));
    const model = await begin(createAtomicFile(join(directory, MODEL_FILE)));
    const names = await begin(createAtomicFile(join(directory, NAMES_FILE)));
    await model.handle.appendFile(`${JSON.stringify(catalog.model, null, 2)}\n`);
    await names.handle.appendFile(stringify([["front", "back", "id"]]));

    let designs = 0;
    for await (const page of embeddedPages(catalog)) {
      await names.handle.appendFile(
        stringify(page.map((design) => [...VIEWS.map((v) => nameOf(design, v)), design.id])),
      );
      await front.writeRows(stackEmbeddings(page, "front", embeddingDim));
      await back.writeRows(stackEmbeddings(page, "back", embeddingDim));
      designs += page.length;
    }
    await rm(join(directory, NAMES_FILE), { force: true });
    for (const file of open) await file.commit();
    return { designs };
  } finally {
    for (const file of open) await file.discard();
  }
}

async function* embeddedPages(catalog: Catalog): AsyncGenerator<EmbeddedDesign[]> {
  for await (const page of pagesOf(catalog, PAGE_SIZE)) {
    const embedded = await catalog.getEmbedded(page.map(({ id }) => id));
    // A design that was removed since the page was listed is left out.
    yield page.flatMap(({ id }) => embedded.get(id) ?? []);
  }
}

function nameOf(design: EmbeddedDesign, view: View): string {
  const picture = design.views[view];
  if (!picture) return "";
  return picture.path === null ? design.id : basename(picture.path);
}

function stackEmbeddings(designs: readonly EmbeddedDesign[], view: View, embeddingDim: number): Float32Array {
  const rows = new Float32Array(designs.length * embeddingDim);
  designs.forEach((design, i) => {
    const embedding = design.views[view]?.embedding;
    if (embedding) rows.set(embedding, i * embeddingDim);
  });
  return rows;
}
