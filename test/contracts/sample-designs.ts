import type { Attributes, EmbeddedDesign, View } from "../../src/core/design.js";
import { type Embedding, normalizeL2 } from "../../src/core/embedding.js";

export { createRandom as seededRandom } from "../../src/core/random.js";

export function randomEmbedding(random: () => number, embeddingDim: number): Embedding {
  return normalizeL2(Float32Array.from({ length: embeddingDim }, () => random() - 0.5));
}

/** A design whose every view has a random embedding, a hash, a path and a thumbnail. */
export function sampleDesign(
  id: string,
  random: () => number,
  options: { embeddingDim: number; views?: readonly View[]; attributes?: Attributes },
): EmbeddedDesign {
  const { embeddingDim, views = ["front", "back"], attributes = {} } = options;
  const pictures = views.map((view) => [
    view,
    {
      sha256: `${view}-of-${id}`,
      path: `/pictures/${id}/${view}.png`,
      thumbnail: Uint8Array.from({ length: 12 }, () => Math.floor(random() * 256)),
      embedding: randomEmbedding(random, embeddingDim),
    },
  ]);
  return { id, attributes, views: Object.fromEntries(pictures) };
}

export function sampleDesigns(
  count: number,
  random: () => number,
  options: { embeddingDim: number },
): EmbeddedDesign[] {
  return Array.from({ length: count }, (_, i) =>
    sampleDesign(`D-${String(i).padStart(5, "0")}`, random, { ...options, attributes: { number: i } }),
  );
}

/** The embedding moved most of the way to another: of a kind with all that were moved there. */
export function nearTo(middle: Embedding, embedding: Embedding): Embedding {
  return normalizeL2(embedding.map((value, i) => value + 2 * middle[i]!));
}

/** The design with its embeddings moved most of the way to those of a middle that has the same views. */
export function designNear(middle: EmbeddedDesign["views"], design: EmbeddedDesign): EmbeddedDesign {
  const moved = Object.entries(design.views).map(([view, picture]) => [
    view,
    { ...picture, embedding: nearTo(middle[view as View]!.embedding, picture.embedding) },
  ]);
  return { ...design, views: Object.fromEntries(moved) };
}
