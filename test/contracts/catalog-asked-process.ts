/**
 * A process of its own that opens a LanceDB catalog and tells its parent, for each pair of embeddings that it is sent, what a
 * search by it finds. Ends when its parent disconnects. Arguments: the catalog directory, its model as
 * JSON, from how many designs on it has an index.
 */
import { openCatalog } from "../../src/adapters/lancedb/open-catalog.js";
import { DEFAULT_WEIGHTS } from "../../src/core/query.js";

/** What the process is asked. */
export type Asked = Record<"front" | "back", number[]>;

/** What it answers. */
export interface Told {
  readonly ids: string[];
  /** Designs in the index that it sees; null when it sees none. */
  readonly indexed: number | null;
}

const [directory, modelJson, threshold] = process.argv.slice(2);
const options = { directory: directory!, model: JSON.parse(modelJson!), create: false };
const catalog = await openCatalog({ ...options, indexThreshold: Number(threshold) });
process.on("message", async ({ front, back }: Asked) => {
  const embeddings = { front: Float32Array.from(front), back: Float32Array.from(back) };
  const found = await catalog.search({ embeddings, weights: DEFAULT_WEIGHTS, filter: [], topK: 5 });
  const { index } = await catalog.indexStatus();
  process.send!({ ids: found.map(({ id }) => id), indexed: index?.indexed ?? null } satisfies Told);
});
process.once("disconnect", () => catalog.close());
