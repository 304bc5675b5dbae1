import { AppError } from "../errors.js";
import { pagesOf } from "./catalog-pages.js";
import { type Design, type EmbeddedDesign, isSameDesign, type View, viewsOf } from "./design.js";
import type { Embedding } from "./embedding.js";
import type { ImportProgress } from "./import.js";
import { rowError, type SourceItem } from "./import-rows.js";
import type { Catalog } from "./ports.js";

/** Designs to a page: of 25,088 numbers a view, 13 MB. */
const PAGE_SIZE = 64;

/** All designs of a catalog that is embedded anew, a page at a time. */
export function allPages(from: Catalog): AsyncGenerator<readonly Design[]> {
  return pagesOf(from, PAGE_SIZE);
}

/**
 * The designs of a catalog that another one lacks or has otherwise, a page at a time. A picture whose hash is not known may
 * always have changed.
 */
export async function* changedPages(from: Catalog, to: Catalog): AsyncGenerator<readonly Design[]> {
  for await (const page of allPages(from)) {
    const known = await to.get(page.map(({ id }) => id));
    const changed = page.filter(
      (design) =>
        !isSameDesign(design, known.get(design.id)) ||
        Object.values(design.views).some(({ sha256 }) => sha256 === null),
    );
    if (changed.length > 0) yield changed;
  }
}

/** Makes an embedding of one model of an embedding of another, without the picture. */
export type Reproject = (embedding: Embedding) => Embedding;

export interface ReprojectOptions {
  /** Designs of `from`, a page at a time: all of them, or the changed ones. */
  readonly pages: AsyncIterable<readonly Design[]>;
  readonly from: Catalog;
  readonly to: Catalog;
  readonly reproject: Reproject;
  /** Told after every page. */
  readonly onProgress: (progress: ImportProgress) => void;
  /** Once aborted, no further page is begun. */
  readonly signal?: AbortSignal | undefined;
}

/** Writes designs of a catalog to another one, with the embeddings that `reproject` makes of those it has. */
export async function reprojectDesigns(
  options: ReprojectOptions,
): Promise<ImportProgress & { readonly aborted: boolean }> {
  const { pages, from, to, reproject, onProgress, signal } = options;
  let done = 0;
  const progress = () => ({ rows: done, imported: done, unchanged: 0, failed: 0 });
  for await (const page of pages) {
    if (signal?.aborted) return { ...progress(), aborted: true };
    const designs = [...(await from.getEmbedded(page.map(({ id }) => id))).values()];
    await to.upsert(designs.map((design) => withEmbeddings(design, reproject)));
    done += designs.length;
    onProgress(progress());
  }
  return { ...progress(), aborted: false };
}

function withEmbeddings(design: EmbeddedDesign, reproject: Reproject): EmbeddedDesign {
  const views = viewsOf(design.views).map((view) => {
    const picture = design.views[view]!;
    return [view, { ...picture, embedding: reproject(picture.embedding) }];
  });
  return { ...design, views: Object.fromEntries(views) };
}

/** Designs of a catalog as rows of an import, by the paths of their pictures; the first has the line 1. */
export async function* catalogRows(pages: AsyncIterable<readonly Design[]>): AsyncGenerator<SourceItem> {
  let line = 0;
  for await (const page of pages) {
    for (const { id, attributes, views } of page) {
      line += 1;
      const paths: { [V in View]?: string } = {};
      let lost: View | undefined;
      for (const view of viewsOf(views)) {
        const { path } = views[view]!;
        if (path === null) lost = view;
        else paths[view] = path;
      }
      const row = { line, id, views: paths, attributes };
      if (lost === undefined) yield { row };
      else {
        const message = `The catalog does not know where the ${lost} picture of the design is, only its embedding; import the design with its pictures first.`;
        yield { error: rowError(row, lost, new AppError("NOT_FOUND", message)) };
      }
    }
  }
}

/** Removes from a catalog what another one does not have, left there by a run that was cut short. */
export async function removeOthers(to: Catalog, from: Catalog): Promise<void> {
  for await (const page of pagesOf(to, PAGE_SIZE)) {
    const ids = page.map(({ id }) => id);
    const kept = await from.get(ids);
    await to.delete(ids.filter((id) => !kept.has(id)));
  }
}
