/**
 * A process of its own that reads a LanceDB catalog over and over, making the catalog if need be, and sends its parent
 * what each read saw. Ends when its parent disconnects. Arguments: the catalog directory, its model as JSON.
 */
import { openCatalog } from "../../src/adapters/lancedb/open-catalog.js";
import type { ModelIdentity } from "../../src/core/ports.js";
import { randomEmbedding, seededRandom } from "./sample-designs.js";

/** How many designs one round of reads found in each way. */
export interface Observation {
  readonly counted: number;
  readonly listed: number;
  readonly found: number;
  readonly foundDistinct: number;
}

const EVERYTHING = 10_000;

const [directory, modelJson] = process.argv.slice(2);
const model: ModelIdentity = JSON.parse(modelJson!);
const catalog = await openCatalog({ directory: directory!, model });
const random = seededRandom(5);
const embeddings = {
  front: randomEmbedding(random, model.embeddingDim),
  back: randomEmbedding(random, model.embeddingDim),
};
const query = { embeddings, weights: { front: 0.5, back: 0.5 }, filter: [], topK: EVERYTHING };

while (process.connected) {
  const { designs: counted } = await catalog.stats();
  const listed = (await catalog.list({ limit: EVERYTHING })).designs.length;
  const ids = (await catalog.search(query)).map((match) => match.id);
  const observation: Observation = { counted, listed, found: ids.length, foundDistinct: new Set(ids).size };
  await new Promise((sent) => process.send?.(observation, sent));
}
await catalog.close();
