import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import {
  cosine,
  hasSharedModels,
  loadNetwork,
  needsSharedModels,
  sharedModel,
  squarePicture,
  topLabel,
} from "../../../../test/fixtures/networks.js";

const SIZE = 224;
const photos = ["parrot.jpg", "hot_dog.jpg", "cat_1080p.jpg"];
const domesticCat = /tabby|tiger cat|Persian cat|Siamese cat|Egyptian cat/u;

describe.skipIf(!hasSharedModels)(`other networks${needsSharedModels}`, () => {
  it.each([
    ["MobileNet V2, trained for 8 bits", "mobilenet_v2_1.0_224_quant.tflite"],
    ["MobileNet V2, quantised afterwards, a scale for each channel", "tf2_mobilenet_v2_1.0_224_ptq.tflite"],
  ])("%s names photos", async (_, file) => {
    const network = await loadNetwork(sharedModel(file), SIZE);
    const pictures = await Promise.all(photos.map((name) => squarePicture(sharedModel(name), SIZE)));
    const labelsFile = sharedModel("imagenet_labels.txt");
    const scores = await network.outputsOf(pictures);
    const labels = await Promise.all(scores.map((values) => topLabel(values, labelsFile)));
    expect(labels).toEqual(["macaw", expect.stringMatching(/^hotdog/u), expect.stringMatching(domesticCat)]);
  });

  it("MobileNet V1 without a classifier: a photo's crops and mirror images are nearer to it than other photos", async () => {
    const file = sharedModel("mobilenet_v1_1.0_224_quant_embedding_extractor.tflite");
    const network = await loadNetwork(file, SIZE);
    const originals = await embeddings(photos.map((name) => sharp(sharedModel(name))));
    const variants = await embeddings(
      await Promise.all(photos.flatMap((name) => [mirrored(name), cropped(name)])),
    );
    for (const [i, variant] of variants.entries()) {
      const own = Math.floor(i / 2);
      const cosines = originals.map((original) => cosine(original, variant));
      expect(cosines.indexOf(Math.max(...cosines))).toBe(own);
    }

    async function embeddings(pictures: readonly Sharp[]): Promise<Float32Array[]> {
      return network.outputsOf(await Promise.all(pictures.map((picture) => squarePicture(picture, SIZE))));
    }
  });
});

function mirrored(name: string): Sharp {
  return sharp(sharedModel(name)).flop();
}

/** Four fifths of the photo on each side. */
async function cropped(name: string): Promise<Sharp> {
  const { width, height } = await sharp(sharedModel(name)).metadata();
  return sharp(sharedModel(name)).extract({
    left: Math.floor(width / 10),
    top: Math.floor(height / 10),
    width: Math.floor(width * 0.8),
    height: Math.floor(height * 0.8),
  });
}
