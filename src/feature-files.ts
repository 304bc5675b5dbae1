/** The tutorial's feature files, in and out of a catalog: composed of the adapters, as compose.ts is. */
import { createIsolatedReader } from "./adapters/image/isolated/reader.js";
import { openCatalog, readCatalogModel } from "./adapters/lancedb/open-catalog.js";
import { noCatalog } from "./adapters/lancedb/table.js";
import { readFeatureFiles, writeFeatureFiles } from "./adapters/npy/features.js";
import { hash, type ImportRequest, listeners, readPicture } from "./compose.js";
import type { Config } from "./config.js";
import { compactAfterImport } from "./core/compact-after-import.js";
import { type FeatureImportSummary, importFeatures } from "./core/import-features.js";

/**
 * Brings the tutorial's `name_list.csv`, `img_feature_f.npy` and `img_feature_b.npy` into the catalog as they are; no
 * model is needed. The catalog then holds the model that `model.json` beside them names, or, without it, the tutorial's.
 */
export async function importFeatureFiles(
  directory: string,
  config: Config,
  request: ImportRequest = {},
): Promise<FeatureImportSummary> {
  const files = await readFeatureFiles(directory, { imagesDirectory: request.imagesDirectory });
  try {
    const catalog = await openCatalog({ directory: config.catalog, model: files.model });
    try {
      await request.onStart?.(files.count);
      const summary = await importFeatures({
        rows: files.rows(),
        model: files.model,
        catalog,
        readFile: readPicture,
        hash,
        // Only thumbnails are made, for which the square of the model makes no difference.
        images: createIsolatedReader({ inputSize: 224, resizePolicy: "tutorial" }),
        ...listeners(request),
      });
      await compactAfterImport(catalog, summary, request.onCompact);
      return summary;
    } finally {
      await catalog.close();
    }
  } finally {
    await files.close();
  }
}

/** Writes the catalog's embeddings as the tutorial's three files; the model itself is not needed. */
export async function exportFeatureFiles(directory: string, config: Config): Promise<{ designs: number }> {
  const model = await readCatalogModel(config.catalog);
  if (!model) throw noCatalog(config.catalog);
  const catalog = await openCatalog({ directory: config.catalog, model, create: false });
  try {
    return await writeFeatureFiles(directory, catalog);
  } finally {
    await catalog.close();
  }
}
