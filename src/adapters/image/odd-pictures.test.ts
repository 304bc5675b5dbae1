import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { garment, garmentPng } from "../../../test/fixtures/pictures.js";
import { zipOf } from "../../../test/fixtures/zip-file.js";
import type { PixelTensor } from "../../core/ports.js";
import { createImageReader } from "./reader.js";

const reader = createImageReader({ inputSize: 224, resizePolicy: "trim" });
const contain = createImageReader({ inputSize: 224, resizePolicy: "contain" });

/** Mean absolute difference of two tensors, in levels of 255. */
const distance = (a: PixelTensor, b: PixelTensor) =>
  a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length;

let png: Buffer;
let jpeg: Buffer;
let reference: PixelTensor;
beforeAll(async () => {
  png = await garmentPng();
  jpeg = await garment().jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer();
  reference = await reader.toTensor(png);
});

/** The bytes with another value at every place where the pattern stands, of which there is at least one. */
function replaced(bytes: Buffer, pattern: Buffer, by: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  let at = changed.indexOf(pattern);
  expect(at).toBeGreaterThan(0);
  for (; at >= 0; at = changed.indexOf(pattern, at + by.length)) by.copy(changed, at);
  return changed;
}

/** An APP2 segment of JPEG, as colour profiles stand in, behind the start of the picture. */
function withProfile(content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from("ICC_PROFILE\0\x01\x01", "latin1"), content]);
  const head = Buffer.from([0xff, 0xe2, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

describe("odd pictures are read as the same picture in a plain PNG", () => {
  it.each([0, 9, 255])(
    "a JPEG whose EXIF tells the orientation %i, which does not exist",
    async (orientation) => {
      const turned = await sharp(jpeg)
        .jpeg({ quality: 95, chromaSubsampling: "4:4:4" })
        .withMetadata({ orientation: 6 })
        .toBuffer();
      const tag = (value: number) => Buffer.from([0x12, 0x01, 0x03, 0, 1, 0, 0, 0, value, 0]);
      expect(distance(await reader.toTensor(turned), reference)).toBeGreaterThan(10);
      const odd = replaced(turned, tag(6), tag(orientation));
      expect(distance(await reader.toTensor(odd), reference)).toBeLessThan(3);
    },
  );

  it.each<[string, () => Buffer]>([
    ["that is noise", () => withProfile(Buffer.alloc(3000, 0xa5))],
    ["that is empty", () => withProfile(Buffer.alloc(0))],
    ["of the largest size of a segment", () => withProfile(Buffer.alloc(65_000, 0x11))],
  ])("a JPEG with a colour profile %s", async (_, make) => {
    expect(distance(await reader.toTensor(make()), reference)).toBeLessThan(3);
  });

  it("a picture that is a ZIP archive as well", async () => {
    const both = Buffer.concat([jpeg, await zipOf({ "a.txt": "hidden" })]);
    expect(distance(await reader.toTensor(both), reference)).toBeLessThan(3);
  });

  it("grey with transparency, in 8 and 16 bits", async () => {
    const grey = garment({ paper: "none" }).toColourspace("b-w");
    const onWhite = await garment().toColourspace("b-w").png().toBuffer();
    const expected = await reader.toTensor(onWhite);
    const eight = await grey.clone().png().toBuffer();
    expect((await sharp(eight).metadata()).channels).toBe(2);
    expect(distance(await reader.toTensor(eight), expected)).toBeLessThan(3);
    const sixteen = await garment({ paper: "none" }).toColourspace("grey16").png().toBuffer();
    expect((await sharp(sixteen).metadata()).depth).toBe("ushort");
    expect(distance(await reader.toTensor(sixteen), expected)).toBeLessThan(3);
  });

  it("a bitmap of two colours, and a progressive JPEG", async () => {
    const black = garment().flatten({ background: "#fff" }).threshold(128);
    const expected = await reader.toTensor(await black.clone().png().toBuffer());
    const fax = await black
      .clone()
      .toColourspace("b-w")
      .tiff({ bitdepth: 1, compression: "ccittfax4" })
      .toBuffer();
    expect(distance(await reader.toTensor(fax), expected)).toBeLessThan(1);
    const progressive = await garment()
      .jpeg({ quality: 95, progressive: true, chromaSubsampling: "4:4:4" })
      .toBuffer();
    expect(distance(await reader.toTensor(progressive), reference)).toBeLessThan(3);
  });
});

describe("odd sizes", () => {
  /** Red, and blue at the end. */
  const halves = (width: number, height: number) => {
    const data = Buffer.alloc(width * height * 3);
    for (let at = 0; at < data.length; at += 3) {
      const along = width < height ? at / 3 / width / height : ((at / 3) % width) / width;
      data.set(along < 0.75 ? [0xc8, 0x42, 0x3b] : [0x33, 0x42, 0x5f], at);
    }
    return sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
  };

  it.each([
    [16, 16],
    [30_000, 10],
    [10, 30_000],
  ])("%i x %i is read in its colour", async (width, height) => {
    const { data } = await contain.toTensor(await halves(width, height));
    // Where a side is one pixel of the square, it is the one before the middle.
    const at = (111 * 224 + 111) * 3;
    expect([...data.subarray(at, at + 3)]).toEqual([0xc8, 0x42, 0x3b]);
    expect((await reader.read(await halves(width, height))).tensor.data).toHaveLength(224 * 224 * 3);
  });
});

describe("many pictures in a file", () => {
  it("of 5,000 frames only the first is read", async () => {
    const gif = await sharp(png).gif().toBuffer();
    // The frame begins behind header and palette, and ends before the last byte; 5,000 broken frames follow it.
    const broken = Buffer.from([0x2c, 0, 0, 0, 0, 8, 0, 8, 0, 0, 2, 1, 0xff, 0]);
    const frames = Buffer.concat([
      gif.subarray(0, -1),
      ...Array.from({ length: 5000 }, () => broken),
      gif.subarray(-1),
    ]);
    expect((await sharp(frames).metadata()).pages).toBeGreaterThan(1000);
    expect(distance(await reader.toTensor(frames), reference)).toBeLessThan(3);
  });

  it("of the pages of a TIFF only the first is read", async () => {
    const other = await garment({ paper: "#000" }).flatten().png().toBuffer();
    const first = await sharp(png).flatten().png().toBuffer();
    const pages = await sharp([first, other, other], { join: { animated: true } })
      .tiff({ compression: "lzw" })
      .toBuffer();
    expect((await sharp(pages).metadata()).pages).toBe(3);
    expect(distance(await reader.toTensor(pages), reference)).toBeLessThan(1);
  });
});
