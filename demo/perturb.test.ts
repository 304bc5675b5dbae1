import sharp from "sharp";
import { expect, test } from "vitest";
import { rasterise } from "./catalogue.js";
import { createFlatDesign } from "./flats/design.js";
import { drawFlat } from "./flats/draw.js";
import { perturb, perturbations } from "./perturb.js";

const original = await rasterise(drawFlat(createFlatDesign(2, 4), "front"));

const pixels = (picture: Buffer): Promise<Buffer> =>
  sharp(picture).resize(120, 144, { fit: "fill" }).removeAlpha().raw().toBuffer();

function difference(one: Buffer, two: Buffer): number {
  return one.reduce((sum, value, i) => sum + Math.abs(value - (two[i] as number)), 0) / one.length;
}

test.each(perturbations)("%s changes the picture, the same way for the same seed", async (kind) => {
  const once = await perturb(original, kind, 5);
  expect(once.equals(await perturb(original, kind, 5))).toBe(true);
  expect(difference(await pixels(once), await pixels(original))).toBeGreaterThan(0.05);
});

test.each(perturbations.filter((kind) => kind !== "crop"))(
  "%s keeps the size of the picture",
  async (kind) => {
    const { width, height } = await sharp(await perturb(original, kind, 6)).metadata();
    expect([width, height]).toEqual([480, 576]);
  },
);

test("crop keeps 85 % of each side", async () => {
  const { width, height } = await sharp(await perturb(original, "crop", 6)).metadata();
  expect([width, height]).toEqual([408, 490]);
});

test.each([
  "rotate",
  "scale",
  "shift",
  "crop",
  "scanNoise",
  "greyBackground",
  "slant",
  "blur",
  "mild",
] as const)("another seed gives another %s", async (kind) => {
  const one = await perturb(original, kind, 1);
  expect(one.equals(await perturb(original, kind, 2))).toBe(false);
});

test("blurring leaves the paper white", async () => {
  const blurred = await sharp(await perturb(original, "blur", 2))
    .raw()
    .toBuffer();
  expect([...blurred.subarray(0, 3)]).toEqual([255, 255, 255]);
});
