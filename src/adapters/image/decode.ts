import sharp, { type Region, type Sharp } from "sharp";
import { AppError } from "../../errors.js";
import { READABLE_FORMATS, type ReadableFormat, recognise } from "./formats.js";

/** How much a picture file may ask for. */
export interface ImageLimits {
  /** Largest file, in bytes. */
  readonly maxImageBytes: number;
  /** Most pixels of one frame, width x height, before anything is decoded. */
  readonly maxImagePixels: number;
}

/** Decoded pixels: 8-bit sRGB, tightly packed `[height, width, 3]`, upright, on white. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A picture file whose header was read and found within the limits; nothing is decoded yet. */
export interface OpenedPicture {
  /** Long side in pixels; Infinity for an SVG, which can be drawn at any size. */
  readonly longSide: number;

  /**
   * The picture upright on white in sRGB, its long side at most `longSide` (an SVG: exactly), as a pipeline that ends in
   * whatever the caller asks for. Decoders that can shrink while they read do so.
   */
  atMost(longSide: number): Sharp;

  /** {@link OpenedPicture.atMost}, decoded; with `part`, only that rectangle of it. */
  pixels(longSide: number, part?: Region): Promise<Pixels>;

  /** Runs a pipeline of this picture; failures become IMAGE_UNDECODABLE. */
  run<T>(work: Promise<T>): Promise<T>;
}

const WHITE = "#ffffff";

/** The dots per inch at which librsvg draws an SVG in its own size; the density may not leave the range. */
const SVG_DENSITY = { own: 72, min: 1, max: 100_000 };

/** libjpeg and the others go on after small faults with a warning; a fault that costs pixels must stop. */
const FAIL_ON = "error";

/**
 * Recognises the file, reads its header and holds both against the limits.
 *
 * @throws AppError IMAGE_TOO_LARGE, UNSUPPORTED_IMAGE, IMAGE_UNDECODABLE.
 */
export async function openPicture(bytes: Uint8Array, limits: ImageLimits): Promise<OpenedPicture> {
  if (bytes.length > limits.maxImageBytes) {
    throw new AppError(
      "IMAGE_TOO_LARGE",
      `A picture file may have ${grouped(limits.maxImageBytes)} bytes; received ${grouped(bytes.length)}.`,
    );
  }
  const recognised = recognise(bytes);
  if ("foreign" in recognised) {
    throw new AppError(
      "UNSUPPORTED_IMAGE",
      `A picture must be one of ${READABLE_FORMATS.join(", ")}; received ${recognised.foreign}.`,
    );
  }
  const { format } = recognised;
  const run = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw undecodable(format, error);
    });

  // The limit is checked below, with a message of ours; no pixel is decoded for the header.
  const header = await run(sharp(bytes, { failOn: FAIL_ON, limitInputPixels: false }).metadata());
  const { width, height } = header;
  // An SVG is drawn at the size that is asked for, except that librsvg goes down to one dot per inch only.
  const leastScale = format === "SVG" ? SVG_DENSITY.min / SVG_DENSITY.own : 1;
  if (width * height * leastScale ** 2 > limits.maxImagePixels) {
    throw new AppError(
      "IMAGE_TOO_LARGE",
      `A picture may have ${grouped(limits.maxImagePixels)} pixels; received ${grouped(width * height)} (${width} x ${height}).`,
    );
  }

  const ownLongSide = Math.max(width, height);
  const atMost = (longSide: number): Sharp =>
    sharp(bytes, {
      failOn: FAIL_ON,
      autoOrient: true,
      limitInputPixels: limits.maxImagePixels,
      ...(format === "SVG" ? { density: densityFor(longSide, ownLongSide) } : {}),
    })
      .resize({ width: longSide, height: longSide, fit: "inside", withoutEnlargement: format !== "SVG" })
      .flatten({ background: WHITE })
      .toColourspace("srgb");

  return {
    longSide: format === "SVG" ? Number.POSITIVE_INFINITY : ownLongSide,
    atMost,
    run,
    pixels: async (longSide, part) => {
      const picture = part ? atMost(longSide).extract(part) : atMost(longSide);
      const { data, info } = await run(picture.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true }));
      return { data, width: info.width, height: info.height };
    },
  };
}

function densityFor(longSide: number, ownLongSide: number): number {
  const density = (SVG_DENSITY.own * longSide) / ownLongSide;
  return Math.min(SVG_DENSITY.max, Math.max(SVG_DENSITY.min, density));
}

/** libvips tells all it knows, a line each, and repeats itself; the first line is the cause. */
function undecodable(format: ReadableFormat, error: unknown): AppError {
  const reason = (error instanceof Error ? error.message : String(error))
    .replace(/^Input buffer has corrupt header: /u, "")
    .split("\n")[0]!
    .replace(/[.\s]+$/u, "");
  return new AppError("IMAGE_UNDECODABLE", `The ${format} picture is damaged or cut off (${reason}).`, {
    cause: error,
  });
}

/** 33554432 as "33,554,432", whatever the machine's locale. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/gu, ",");
}
