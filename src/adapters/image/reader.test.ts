import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { garment, garmentPng, garmentSvg } from "../../../test/fixtures/pictures.js";
import type { PixelTensor } from "../../core/ports.js";
import { createImageReader } from "./reader.js";

const trim = createImageReader({ inputSize: 224, resizePolicy: "trim" });
const tutorial = createImageReader({ inputSize: 224, resizePolicy: "tutorial" });

function pixelAt({ data, width }: PixelTensor, x: number, y: number): number[] {
  return Array.from(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3));
}

function mean({ data }: PixelTensor): number {
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}

/** Mean absolute difference of two tensors, in levels of 255. */
function distance(a: PixelTensor, b: PixelTensor): number {
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length;
}

/** First and last column and row with a pixel that is not white. */
function inkBounds({ data, width, height }: PixelTensor) {
  const bounds = { left: width, top: height, right: -1, bottom: -1 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (Math.min(...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)) > 250) continue;
      bounds.left = Math.min(bounds.left, x);
      bounds.right = Math.max(bounds.right, x);
      bounds.top = Math.min(bounds.top, y);
      bounds.bottom = Math.max(bounds.bottom, y);
    }
  }
  return bounds;
}

/** Grey, then a darker grey: a picture of one colour would be refused. */
const halves = (width: number, height: number) => {
  const data = Buffer.alloc(width * height * 3, 0x66);
  data.fill(0x99, 0, Math.floor(height / 2) * width * 3);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
};

const solid = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

let reference: PixelTensor;
beforeAll(async () => {
  reference = await trim.toTensor(await garmentPng());
});

describe("the tensor", () => {
  it("is golden: shape, mean, corners, centre, place", () => {
    expect([reference.width, reference.height, reference.data.length]).toEqual([224, 224, 224 * 224 * 3]);
    expect(mean(reference)).toBeCloseTo(164.9, 0);
    for (const [x, y] of [
      [0, 0],
      [223, 0],
      [0, 223],
      [223, 223],
    ] as const) {
      expect(pixelAt(reference, x, y)).toEqual([255, 255, 255]);
    }
    // The middle of the chest patch, #33425f, 140 of 240 down the garment.
    const [red, green, blue] = pixelAt(reference, 112, 130) as [number, number, number];
    expect(Math.abs(red - 0x33) + Math.abs(green - 0x42) + Math.abs(blue - 0x5f)).toBeLessThanOrEqual(6);
    // Some 244 pixels become 218: from row 3 on, a pixel or two of paper on each side.
    const { top, bottom } = inkBounds(reference);
    expect(Math.abs(top - 3)).toBeLessThanOrEqual(2);
    expect(Math.abs(bottom - 220)).toBeLessThanOrEqual(2);
  });

  it("has an ArrayBuffer of its own that can be transferred", () => {
    const { data } = { data: reference.data.slice() };
    expect(reference.data.byteOffset).toBe(0);
    expect(reference.data.buffer.byteLength).toBe(reference.data.length);
    expect(structuredClone(data, { transfer: [data.buffer] })).toHaveLength(224 * 224 * 3);
  });

  it("is the same wherever and on however large a sheet the design lies", async () => {
    for (const options of [
      { left: 10, top: 20 },
      { left: 270, top: 330 },
      { width: 2000, height: 1500, left: 900, top: 700 },
    ]) {
      expect(distance(await trim.toTensor(await garmentPng(options)), reference)).toBeLessThan(2);
    }
  });

  it("keeps the fine lines of a small drawing on a large sheet", async () => {
    const tensor = await trim.toTensor(
      await garmentPng({ width: 2600, height: 1800, left: 1300, top: 1500 }),
    );
    expect(distance(tensor, reference)).toBeLessThan(2);
  });
});

describe("formats", () => {
  it.each([
    ["jpeg", { quality: 95, chromaSubsampling: "4:4:4" }, 2],
    ["png", {}, 0],
    ["webp", { quality: 95 }, 3],
    ["avif", { quality: 90, effort: 0 }, 3],
    ["gif", {}, 3],
    ["tiff", { compression: "lzw" }, 0],
  ] as const)("%s gives the same tensor", async (format, options, tolerance) => {
    const bytes = await garment().toFormat(format, options).toBuffer();
    expect(distance(await trim.toTensor(bytes), reference)).toBeLessThanOrEqual(tolerance);
  });

  it("SVG gives the same tensor, at any size of its own", async () => {
    for (const size of ['width="480" height="576"', 'width="48" height="57.6"', ""]) {
      const svg = garmentSvg().replace('width="480" height="576"', size);
      expect(distance(await trim.toTensor(Buffer.from(svg)), reference)).toBeLessThan(3);
    }
  });

  it.each([
    ["CMYK JPEG", () => garment().toColourspace("cmyk").jpeg({ quality: 95 }).toBuffer(), 12],
    ["16-bit PNG", () => garment().toColourspace("rgb16").png().toBuffer(), 1],
    ["palette PNG", () => garment().png({ palette: true }).toBuffer(), 3],
    ["Display P3 PNG", () => garment().withIccProfile("p3").png().toBuffer(), 3],
  ])("%s becomes sRGB", async (_, encode, tolerance) => {
    expect(distance(await trim.toTensor(await encode()), reference)).toBeLessThanOrEqual(tolerance);
  });

  it.each([
    ["grey JPEG", "b-w", "jpeg"],
    ["16-bit grey PNG", "grey16", "png"],
  ] as const)("%s gets three equal channels", async (_, space, format) => {
    const tensor = await trim.toTensor(await garment().toColourspace(space).toFormat(format).toBuffer());
    const [red, green, blue] = pixelAt(tensor, 112, 128);
    expect([green, blue]).toEqual([red, red]);
    expect(Math.abs(mean(tensor) - mean(reference))).toBeLessThan(12);
  });

  it("lays transparent pictures on white", async () => {
    const png = await garmentPng({ paper: "none" });
    expect((await sharp(png).metadata()).hasAlpha).toBe(true);
    expect(distance(await trim.toTensor(png), reference)).toBeLessThanOrEqual(1);
  });
});

describe("EXIF orientation", () => {
  /** How to turn an upright picture so that the orientation's viewer turns it back. */
  const turned = {
    1: (upright: Buffer) => sharp(upright),
    2: (upright: Buffer) => sharp(upright).flop(),
    3: (upright: Buffer) => sharp(upright).rotate(180),
    4: (upright: Buffer) => sharp(upright).flip(),
    5: (upright: Buffer) => sharp(upright).flip().rotate(90),
    6: (upright: Buffer) => sharp(upright).rotate(270),
    7: (upright: Buffer) => sharp(upright).flip().rotate(270),
    8: (upright: Buffer) => sharp(upright).rotate(90),
  };

  it.each(Object.entries(turned))("%s is turned upright", async (orientation, turn) => {
    // A mark in one corner of the garment, so that no two orientations look alike.
    const upright = await garmentPng({ extra: '<rect x="145" y="155" width="50" height="40" fill="#0a0"/>' });
    const stored = await turn(upright)
      .flatten({ background: "#fff" })
      .jpeg({ quality: 95, chromaSubsampling: "4:4:4" })
      .withMetadata({ orientation: Number(orientation) })
      .toBuffer();
    const expected = await trim.toTensor(upright);
    expect(distance(await trim.toTensor(stored), expected)).toBeLessThan(3);
    const { width, height } = await sharp(await trim.toThumbnail(stored)).metadata();
    expect([width, height]).toEqual([213, 256]);
  });
});

describe("the tutorial's policy", () => {
  it.each([
    // 400 x 200: long side 200, short side 100, 12 and 62 left and above.
    [400, 200, { left: 12, top: 62, right: 211, bottom: 161 }],
    // 300 x 401: int(300 * 200 / 401) = 149, and 37 of the 75 white columns go left.
    [300, 401, { left: 37, top: 12, right: 185, bottom: 211 }],
    // Small pictures are enlarged.
    [50, 25, { left: 12, top: 62, right: 211, bottom: 161 }],
    [1, 500, { left: 111, top: 12, right: 111, bottom: 211 }],
  ])("places %i x %i by hand-computed numbers", async (width, height, expected) => {
    expect(inkBounds(await tutorial.toTensor(await halves(width, height)))).toEqual(expected);
  });

  it("leaves margins", async () => {
    const { left, right, top, bottom } = inkBounds(await tutorial.toTensor(await garmentPng()));
    // The garment takes 200/480 and 240/576 of a sheet that is 200 high.
    expect(right - left + 1).toBeLessThan(75);
    expect(bottom - top + 1).toBeLessThan(90);
  });
});

describe("thumbnails", () => {
  it.each([
    [1000, 500, 256, 128],
    [300, 600, 128, 256],
    [120, 80, 120, 80],
  ])("%i x %i becomes %i x %i", async (width, height, expectedWidth, expectedHeight) => {
    const thumbnail = await trim.toThumbnail(await solid(width, height, "#336699"));
    const header = await sharp(thumbnail).metadata();
    expect([header.format, header.width, header.height]).toEqual(["webp", expectedWidth, expectedHeight]);
  });

  it("are on white and without alpha", async () => {
    const thumbnail = sharp(await trim.toThumbnail(await garmentPng({ paper: "none" })));
    expect((await thumbnail.metadata()).hasAlpha).toBe(false);
    const { data } = await thumbnail.raw().toBuffer({ resolveWithObject: true });
    expect(data[0]).toBeGreaterThan(252);
  });
});

describe("reading both at once", () => {
  it("gives what the two methods give", async () => {
    const png = await garmentPng({ width: 1200, height: 900 });
    const { tensor, thumbnail } = await trim.read(png);
    expect(tensor).toEqual(await trim.toTensor(png));
    const asTensor = async (webp: Uint8Array) => tutorial.toTensor(webp);
    expect(distance(await asTensor(thumbnail), await asTensor(await trim.toThumbnail(png)))).toBeLessThan(1);
  });

  it("gives the same tensor where the square is smaller than a thumbnail", async () => {
    const small = createImageReader({ inputSize: 64, resizePolicy: "contain" });
    const png = await garmentPng({ width: 1200, height: 900 });
    expect((await small.read(png)).tensor).toEqual(await small.toTensor(png));
  });
});

describe("a crop", () => {
  const half = { left: 0.25, top: 0.5, width: 0.5, height: 0.25 };
  const contain = createImageReader({ inputSize: 224, resizePolicy: "contain" });

  it.each([
    ["PNG", () => garmentPng()],
    [
      "JPEG on its side",
      async () =>
        sharp(await garmentPng())
          .rotate(-90)
          .jpeg({ quality: 95 })
          .withMetadata({ orientation: 6 })
          .toBuffer(),
    ],
    [
      "a large PNG",
      async () =>
        sharp(await garmentPng())
          .resize({ width: 2500, kernel: "cubic" })
          .png()
          .toBuffer(),
    ],
    ["SVG", async () => Buffer.from(garmentSvg())],
  ])("is read as a picture of that part alone would be: %s", async (_, make) => {
    const picture = await make();
    const upright = await sharp(picture, { autoOrient: true, density: 288 })
      .flatten({ background: "#ffffff" })
      .png()
      .toBuffer({ resolveWithObject: true });
    const { width, height } = upright.info;
    const part = await sharp(upright.data)
      .extract({
        left: Math.round(half.left * width),
        top: Math.round(half.top * height),
        width: Math.round(half.width * width),
        height: Math.round(half.height * height),
      })
      .png()
      .toBuffer();
    expect(distance(await contain.toTensor(picture, half), await contain.toTensor(part))).toBeLessThan(4);
    const cropped = await sharp((await contain.read(picture, half)).thumbnail).metadata();
    const alone = await sharp(await contain.toThumbnail(part)).metadata();
    expect(Math.abs(cropped.width - alone.width)).toBeLessThanOrEqual(2);
    expect(Math.abs(cropped.height - alone.height)).toBeLessThanOrEqual(2);
  });

  it.each(["trim", "tutorial", "contain", "stretch", { kind: "cover", shortSide: 224 }] as const)(
    "may be as small as a pixel, and as large as the picture: %j",
    async (resizePolicy) => {
      const reader = createImageReader({ inputSize: 224, resizePolicy });
      for (const picture of [await garmentPng(), Buffer.from(garmentSvg())]) {
        for (const crop of [
          { left: 0.999, top: 0.999, width: 0.001, height: 0.001 },
          { left: 0, top: 0.5, width: 1, height: 0.0001 },
          { left: 0, top: 0, width: 1, height: 1 },
          { left: 1 / 3, top: 1 / 7, width: 2 / 3, height: 6 / 7 },
        ]) {
          // The corner is paper alone.
          const reading = reader.toTensor(picture, crop);
          if (crop.left > 0.9) await expect(reading).rejects.toMatchObject({ code: "IMAGE_BLANK" });
          else expect((await reading).data).toHaveLength(224 * 224 * 3);
          expect((await sharp(await reader.toFullSize(picture, crop)).metadata()).format).toBe("webp");
        }
      }
    },
  );
});
