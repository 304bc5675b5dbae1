import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { garment, garmentPng, garmentSvg } from "../../../test/fixtures/pictures.js";
import type { Crop } from "../../core/crop.js";
import { AppError, type ErrorCode } from "../../errors.js";
import { openPicture } from "./decode.js";

const limits = { maxImageBytes: 1_000_000, maxImagePixels: 1_000_000 };

async function decode(bytes: Uint8Array) {
  const picture = await openPicture(bytes, limits);
  return picture.pixels(400);
}

async function failureOf(bytes: Uint8Array): Promise<{ code: ErrorCode; message: string }> {
  const error = await decode(bytes).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`expected an AppError, received ${String(error)}`);
  return { code: error.code, message: error.message };
}

const text = (content: string) => new TextEncoder().encode(content);

describe("files that are no pictures", () => {
  it.each([
    ["an empty file", new Uint8Array()],
    ["a PDF document", text("%PDF-1.7\n...")],
    ["a ZIP archive or an Office document", text("PK\u0003\u0004rest")],
    ["a HEIC picture", Uint8Array.from([0, 0, 0, 24, ...text("ftypheic"), 0, 0, 0, 0, ...text("mif1heic")])],
    ["a video file", Uint8Array.from([0, 0, 0, 20, ...text("ftypisom"), 0, 0, 2, 0, ...text("mp41")])],
    ["a BMP picture", text("BM......")],
    ["an HTML page", text("<!doctype html><html><svg></svg></html>")],
    ["a text file", text("front,back\n1.jpg,2.jpg\n")],
    ["a file of an unknown kind", Uint8Array.from([1, 2, 3, 4, 5, 0, 7])],
    ["a sound or video file", text("RIFF....WAVEfmt ")],
  ])("%s", async (kind, bytes) => {
    expect(await failureOf(bytes)).toEqual({
      code: "UNSUPPORTED_IMAGE",
      message: `A picture must be one of JPEG, PNG, WebP, AVIF, GIF, TIFF, SVG; received ${kind}.`,
    });
  });
});

describe("damaged pictures", () => {
  const noise = () =>
    sharp({
      create: {
        width: 120,
        height: 120,
        channels: 3,
        background: "#888",
        noise: { type: "gaussian", mean: 128, sigma: 60 },
      },
    });

  it.each(["jpeg", "png", "webp", "avif", "gif", "tiff"] as const)(
    "a %s cut off in its middle",
    async (format) => {
      const bytes = await noise().toFormat(format).toBuffer();
      const failure = await failureOf(bytes.subarray(0, bytes.length / 2));
      expect(failure.code).toBe("IMAGE_UNDECODABLE");
      expect(failure.message).toMatch(/^The \w+ picture is damaged or cut off \(.+\)\.$/u);
    },
  );

  it.each(["jpeg", "png", "webp", "avif", "gif", "tiff"] as const)("a %s of 16 bytes", async (format) => {
    const bytes = await noise().toFormat(format).toBuffer();
    expect((await failureOf(bytes.subarray(0, 16))).code).toBe("IMAGE_UNDECODABLE");
  });

  it("an SVG that is no XML", async () => {
    expect((await failureOf(text("<svg><path</svg>"))).code).toBe("IMAGE_UNDECODABLE");
    const long = await failureOf(text(`<svg/></${"x".repeat(500_000)}>`));
    expect(long.message).toMatch(
      /^The SVG picture cannot be drawn \(Unmatched closing tag: x+…x+\); export/u,
    );
    expect(long.message.length).toBeLessThan(300);
  });
});

describe("limits", () => {
  it("refuses a file of too many bytes before it looks inside", async () => {
    expect(await failureOf(new Uint8Array(1_000_001))).toEqual({
      code: "IMAGE_TOO_LARGE",
      message: "A picture file may have 1,000,000 bytes; received 1,000,001.",
    });
  });

  it("refuses a small file of too many pixels", async () => {
    const bomb = await sharp({ create: { width: 4000, height: 3000, channels: 3, background: "#fff" } })
      .png()
      .toBuffer();
    expect(bomb.length).toBeLessThan(limits.maxImageBytes);
    expect(await failureOf(bomb)).toEqual({
      code: "IMAGE_TOO_LARGE",
      message: "A picture may have 1,000,000 pixels; received 12,000,000 (4000 x 3000).",
    });
  });
});

describe("SVG", () => {
  it("refuses one that cannot be drawn small enough", async () => {
    const svg = garmentSvg().replace('width="480" height="576"', 'width="480000" height="576000"');
    expect((await failureOf(text(svg))).code).toBe("IMAGE_TOO_LARGE");
  });

  it.each([
    ["small", 48, 57.6],
    ["huge", 48_000, 57_600],
  ])("draws a %s one at the size that is asked for", async (_, width, height) => {
    const svg = garmentSvg().replace('width="480" height="576"', `width="${width}" height="${height}"`);
    const { width: drawnWidth, height: drawnHeight } = await decode(text(svg));
    expect(drawnHeight).toBe(400);
    expect(Math.abs(drawnWidth - 333)).toBeLessThanOrEqual(1);
  });

  it.each([
    ["without a size", /width="480" height="576" viewBox/u, "viewBox"],
    [
      "after an XML declaration, a doctype and a comment",
      /^/u,
      '<?xml version="1.0"?><!DOCTYPE svg><!-- x -->',
    ],
    ["after a byte order mark", /^/u, "\ufeff"],
  ])("reads one %s", async (_, pattern, replacement) => {
    const pixels = await decode(text(garmentSvg().replace(pattern, replacement)));
    expect([pixels.width, pixels.height]).toEqual([333, 400]);
  });

  it("does not load files that it refers to", async () => {
    const target = pathToFileURL(resolve("package.json")).href;
    const picture = (href: string) =>
      text(garmentSvg({ extra: `<image href="${href}" width="480" height="576"/>` }));
    const red = `data:image/png;base64,${(
      await sharp({ create: { width: 4, height: 4, channels: 3, background: "#f00" } })
        .png()
        .toBuffer()
    ).toString("base64")}`;
    const without = await decode(picture(target));
    expect(Array.from(without.data.subarray(0, 3))).toEqual([255, 255, 255]);
    // The check sees what it looks for: a picture inside the file itself is drawn.
    const embedded = await decode(picture(red));
    expect(Array.from(embedded.data.subarray(3 * 200 * 333 + 30, 3 * 200 * 333 + 33))).toEqual([255, 0, 0]);
  });
});

describe("pixels", () => {
  let png: Buffer;
  beforeAll(async () => {
    png = await garmentPng();
  });

  it("are never enlarged", async () => {
    const picture = await openPicture(png, limits);
    const { width, height, data } = await picture.pixels(4000);
    expect([width, height, data.length]).toEqual([480, 576, 480 * 576 * 3]);
    expect(picture.longSide).toBe(576);
  });

  it.each(["png", "jpeg", "webp"] as const)(
    "of a %s are halved while there are enough, upright",
    async (format) => {
      const bytes = await sharp(await garmentPng({ width: 1201, height: 807 }))
        .toFormat(format)
        .withMetadata({ orientation: 6 })
        .toBuffer();
      const picture = await openPicture(bytes, limits);
      const sizeAt = async (longSide: number, part?: Crop) => {
        const { width, height, data } = await picture.pixels(longSide, part);
        expect(data).toHaveLength(width * height * 3);
        return [width, height];
      };
      expect(await sizeAt(601)).toEqual([807, 1201]);
      expect(await sizeAt(600)).toEqual([404, 601]);
      expect(await sizeAt(300)).toEqual([202, 301]);
      expect(await sizeAt(300, { left: 0.5, top: 0.25, width: 0.25, height: 0.5 })).toEqual([50, 150]);
    },
  );

  it("take the first frame of an animation", async () => {
    const frames = await sharp(
      [await garment().png().toBuffer(), await garment({ paper: "#000" }).png().toBuffer()],
      {
        join: { animated: true },
      },
    )
      .gif()
      .toBuffer();
    const { data, width, height } = await decode(frames);
    expect([width, height]).toEqual([480, 576]);
    expect(data[0]).toBeGreaterThan(250);
  });
});
