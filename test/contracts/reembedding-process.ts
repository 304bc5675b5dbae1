/**
 * A process of its own that embeds a catalog anew by {@link reproject}. Arguments: the catalog directory, the new model
 * as JSON.
 */
import { openReembedding } from "../../src/adapters/lancedb/reembedding.js";
import type { Embedding } from "../../src/core/embedding.js";
import type { ModelIdentity } from "../../src/core/ports.js";
import { allPages, changedPages, removeOthers, reprojectDesigns } from "../../src/core/reembed.js";

/** The embedding with so many zeros in front, or so many numbers less, that it has `embeddingDim` of them. */
export function reproject(embedding: Embedding, embeddingDim: number): Embedding {
  const resized = new Float32Array(embeddingDim);
  const kept = embedding.slice(-embeddingDim);
  resized.set(kept, embeddingDim - kept.length);
  return resized;
}

if (process.argv[1]?.endsWith("reembedding-process.ts")) {
  const [directory, modelJson] = process.argv.slice(2);
  const model: ModelIdentity = JSON.parse(modelJson!);
  const reembedding = await openReembedding(directory!, model);
  const { from, to } = reembedding;
  const embed = async (pages: ReturnType<typeof allPages>) => {
    await reprojectDesigns({
      pages,
      from,
      to,
      reproject: (embedding) => reproject(embedding, model.embeddingDim),
      onProgress: () => {},
    });
    await removeOthers(to, from);
    return true;
  };
  await embed(allPages(from));
  await reembedding.switchOver(() => embed(changedPages(from, to)));
  await reembedding.close();
}
