import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createFlatDesign } from "../../../demo/flats/design.js";
import { drawFlat } from "../../../demo/flats/draw.js";
import { garmentPng } from "../../../test/fixtures/pictures.js";
import { createImageReader } from "./reader.js";

const reader = createImageReader({ inputSize: 299, resizePolicy: "trim" });
const solid = (background: string, channels: 3 | 4 = 3) =>
  sharp({ create: { width: 703, height: 501, channels, background } });

describe("a picture that shows nothing is refused", () => {
  it.each<[string, () => Promise<Buffer>]>([
    ["white", () => solid("#fff").png().toBuffer()],
    ["transparent", () => solid("#0000", 4).png().toBuffer()],
    ["of one colour as a bad JPEG", () => solid("#c7a983").jpeg({ quality: 30 }).toBuffer()],
    [
      "an empty SVG",
      async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    ],
    ["of one pixel", () => solid("#123").resize(1, 1).png().toBuffer()],
  ])("%s", async (_, make) => {
    const picture = await make();
    for (const method of ["toTensor", "read"] as const) {
      await expect(reader[method](picture)).rejects.toMatchObject({
        code: "IMAGE_BLANK",
        message: expect.stringMatching(
          /^A picture, or the crop of it, must show a design; .* #[0-9a-f]{6} all over/u,
        ),
      });
    }
  });

  it("as is a crop that holds nothing of a picture", async () => {
    const corner = { left: 0, top: 0, width: 0.1, height: 0.1 };
    await expect(reader.read(await garmentPng(), corner)).rejects.toMatchObject({ code: "IMAGE_BLANK" });
  });
});

describe("a picture that shows next to nothing is read", () => {
  it.each([0, 1, 2])("flat %i, drawn with a fiftieth of the ink, as PNG and as JPEG", async (number) => {
    for (const view of ["front", "back"] as const) {
      const svg = Buffer.from(drawFlat(createFlatDesign(1, number), view));
      const faint = sharp(await sharp(svg).flatten({ background: "#fff" }).png().toBuffer()).linear(
        0.02,
        255 * 0.98,
      );
      for (const picture of [faint.clone().png(), faint.clone().jpeg({ quality: 70 })]) {
        expect((await reader.read(await picture.toBuffer())).tensor.width).toBe(299);
      }
    }
  });

  it("a white garment on white, of which there is a shadow", async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"><rect width="900" height="900" fill="#fff"/><path d="M300 200h300v500h-300z" fill="#fff" stroke="#f7f7f7" stroke-width="6"/></svg>`;
    const photo = await sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toBuffer();
    expect((await reader.toTensor(photo)).width).toBe(299);
  });
});
