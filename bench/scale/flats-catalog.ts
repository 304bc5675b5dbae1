import path from "node:path";
import { readManifest } from "../../src/adapters/lancedb/manifest.js";
import { openCatalog } from "../../src/adapters/lancedb/open-catalog.js";
import { parseCondition } from "../../src/core/filter.js";
import { prepare } from "../load/queries.js";
import type { MeasuredCatalog } from "./measured-catalog.js";

const COUNT = 3000;
/** So that as few designs as these have an index. */
const INDEX_THRESHOLD = 1000;
/** What the filter that is measured lets through. */
const RARE_SHARE = 0.01;

/**
 * Opens drawn designs with the default model's embeddings, searched through an index as if they were many; what of them is not there
 * yet is imported first. They are searched by some of their own.
 */
export async function openFlats(): Promise<MeasuredCatalog> {
  const directory = path.resolve("demo-data", String(COUNT), "catalog");
  if (!(await isComplete(directory))) {
    console.error(`${COUNT} flats: importing`);
    await prepare(COUNT, 0);
  }
  const { model } = (await readManifest(directory))!;
  const catalog = await openCatalog({ directory, model, indexThreshold: INDEX_THRESHOLD });
  const { embeddings, designs } = await catalog.sample();
  const values = (await catalog.attributes()).flatMap(({ key, values }) =>
    values.map(({ value, designs }) => ({ text: `${key}=${value}`, designs })),
  );
  const offRare = (own: { readonly designs: number }) => Math.abs(own.designs - RARE_SHARE * designs);
  const [rarest] = values.sort((a, b) => offRare(a) - offRare(b));
  return {
    designs,
    catalog,
    rare: [parseCondition(rarest!.text)],
    pair: (number) => embeddings[number % embeddings.length]!,
  };
}

/** An import may have been interrupted. */
async function isComplete(directory: string): Promise<boolean> {
  const manifest = await readManifest(directory);
  if (!manifest) return false;
  const catalog = await openCatalog({ directory, model: manifest.model });
  const { designs } = await catalog.stats();
  await catalog.close();
  return designs >= COUNT;
}
