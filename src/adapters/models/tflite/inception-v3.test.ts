import { beforeAll, describe, expect, it } from "vitest";
import { type Category, createFlatDesign } from "../../../../demo/flats/design.js";
import { drawFlat } from "../../../../demo/flats/draw.js";
import { drawnShirt } from "../../../../test/fixtures/drawn-garments.js";
import {
  cosine,
  hasSharedModels,
  inceptionV3File,
  inceptionV3Labels,
  loadNetwork,
  type Network,
  needsSharedModels,
  sharedModel,
  squarePicture,
  topLabel,
} from "../../../../test/fixtures/networks.js";

const SIZE = 299;
const layers = ["Mixed_6a", "Mixed_7a", "Mixed_7b"].map((name) => `InceptionV3/InceptionV3/${name}/concat`);

/** The fronts of the first four designs of a category that the demo draws. */
function drawnFronts(category: Category): Promise<Uint8Array[]> {
  const designs = Array.from({ length: 200 }, (_, index) => createFlatDesign(5, index));
  const chosen = designs.filter((design) => design.category === category).slice(0, 4);
  return Promise.all(chosen.map((design) => squarePicture(Buffer.from(drawFlat(design, "front")), SIZE)));
}

describe("Inception V3, its own scores", () => {
  let network: Network;
  beforeAll(async () => {
    network = await loadNetwork(inceptionV3File, SIZE);
  });
  const labelsOf = async (pictures: readonly Uint8Array[]) => {
    const scores = await network.outputsOf(pictures);
    return Promise.all(scores.map((values) => topLabel(values, inceptionV3Labels)));
  };

  it("name a drawn T-shirt in any colour", async () => {
    const shirts = ["#2a4d8f", "#8f2a2a", "#1f7a4d"].map((colour) => squarePicture(drawnShirt(colour), SIZE));
    expect(await labelsOf(await Promise.all(shirts))).toEqual(["jersey", "jersey", "jersey"]);
  });

  it.each([
    ["polo", "jersey"],
    ["shorts", "swimming trunks"],
  ] as const)("name at least three of four flats of the demo: %s, %s", async (category, label) => {
    const labels = await labelsOf(await drawnFronts(category));
    expect(labels.filter((named) => named === label).length).toBeGreaterThanOrEqual(3);
  });

  it.skipIf(!hasSharedModels)(`name photos${needsSharedModels}`, async () => {
    const photos = ["parrot.jpg", "hot_dog.jpg", "cat_1080p.jpg"].map((name) =>
      squarePicture(sharedModel(name), SIZE),
    );
    const labels = await labelsOf(await Promise.all(photos));
    expect(labels).toEqual([
      "macaw",
      "hotdog",
      expect.stringMatching(/tabby|tiger cat|Persian cat|Siamese cat|Egyptian cat/u),
    ]);
  });
});

describe("Inception V3, the layers that embeddings are made of", () => {
  let quantized: Network;
  let pictures: Uint8Array[];
  beforeAll(async () => {
    quantized = await loadNetwork(inceptionV3File, SIZE, { outputs: layers });
    pictures = [...(await drawnFronts("coat")).slice(0, 2), await squarePicture(drawnShirt("#2a4d8f"), SIZE)];
  });

  it("have the published shapes", async () => {
    const outputs = await quantized.run([pictures[0]!]);
    expect(layers.map((layer) => outputs[layer]!.length)).toEqual([
      768 * 17 * 17,
      1280 * 8 * 8,
      2048 * 8 * 8,
    ]);
  });

  it("are nearly the same in 8 bits as in float32", async () => {
    const float = await loadNetwork(inceptionV3File, SIZE, { outputs: layers, precision: "float32" });
    for (const picture of pictures) {
      const [expected, received] = [await float.run([picture]), await quantized.run([picture])];
      for (const layer of layers) expect(cosine(received[layer]!, expected[layer]!)).toBeGreaterThan(0.98);
    }
  });

  it("are bit for bit the same for a picture alone and in a batch", async () => {
    const batch = await quantized.run(pictures);
    for (const [i, picture] of pictures.entries()) {
      const alone = await quantized.run([picture]);
      for (const layer of layers) {
        const part = batch[layer]!.subarray(i * alone[layer]!.length, (i + 1) * alone[layer]!.length);
        expect(Buffer.compare(bytesOf(part), bytesOf(alone[layer]!))).toBe(0);
      }
    }
  });
});

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
