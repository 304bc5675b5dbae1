import type { TrainingPicture } from "../../fit/pictures.js";
import { innerProduct } from "../../src/core/embedding.js";
import { bootstrapIntervals } from "../../src/evaluation/bootstrap.js";
import { type Describe, told } from "./descriptors.js";

const FIRST = 10;

/** Of the first ten photos of a ranking, the share of the query's category, for each descriptor. */
export async function measurePhotos(
  gallery: readonly TrainingPicture[],
  queries: readonly TrainingPicture[],
  names: readonly string[],
  describe: Describe,
): Promise<Map<string, { "photos precision@10": string }>> {
  const galleryDescriptors = await describe(gallery);
  const queryDescriptors = await describe(queries);
  return new Map(
    names.map((name) => {
      const samples = queryDescriptors.map((descriptors, i) => {
        const query = descriptors.get(name)!;
        const first = galleryDescriptors
          .map((own, index) => ({ index, score: innerProduct(query, own.get(name)!) }))
          .sort((a, b) => b.score - a.score)
          .slice(0, FIRST);
        const alike = first.filter(({ index }) => gallery[index]!.subject === queries[i]!.subject);
        return { precision: alike.length / FIRST };
      });
      const mean = samples.reduce((sum, { precision }) => sum + precision, 0) / samples.length;
      const { precision } = bootstrapIntervals(["precision"], samples);
      return [name, { "photos precision@10": told(mean, precision) }];
    }),
  );
}
