import sharp, { type Region, type ResizeOptions, type Sharp, type SharpOptions } from "sharp";
import type { Crop } from "../../core/crop.js";
import { AppError } from "../../errors.js";
import { READABLE_FORMATS, type ReadableFormat, recognise } from "./formats.js";
import { plainSize } from "./plain-size.js";
import { asReason } from "./reason.js";
import { checkSvg } from "./svg/check.js";

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

/** A picture file, or a crop of it, whose header was read and found within the limits; nothing is decoded yet. */
export interface OpenedPicture {
  /** Long side in pixels; Infinity for an SVG, which can be drawn at any size. */
  readonly longSide: number;

  /**
   * The picture upright on white in sRGB, its long side at most `longSide` (an SVG: exactly), as a pipeline that ends in
   * whatever the caller asks for. Decoders that can shrink while they read do so.
   */
  atMost(longSide: number): Sharp;

  /**
   * The picture upright on white in sRGB, halved as often as its long side stays at least `longSide` (an SVG: drawn with
   * just that), decoded; with `part`, only that rectangle of it. It is no further resampled, which would cost as much as
   * decoding.
   */
  pixels(longSide: number, part?: Crop): Promise<Pixels>;

  /** Runs a pipeline of this picture; failures become IMAGE_UNDECODABLE. */
  run<T>(work: Promise<T>): Promise<T>;
}

const WHITE = "#ffffff";

/** The dots per inch at which librsvg draws an SVG in its own size; the density may not leave the range. */
const SVG_DENSITY = { own: 72, min: 1, max: 100_000 };

/** How large an SVG is drawn for a crop of it: a tenth of it still has 400 pixels, and a thousandth costs no more memory. */
const MAX_CROPPED_VECTOR_SIDE = 4096;

/** libjpeg and the others go on after small faults with a warning; a fault that costs pixels must stop. */
const FAIL_ON = "error";

/**
 * Recognises the file, reads its header and holds both against the limits.
 *
 * @param crop what of the upright picture is meant; default: all of it.
 * @throws AppError IMAGE_TOO_LARGE, UNSUPPORTED_IMAGE, IMAGE_UNDECODABLE.
 */
export async function openPicture(
  bytes: Uint8Array,
  limits: ImageLimits,
  crop?: Crop,
): Promise<OpenedPicture> {
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
  if (format === "SVG") await checkSvg(bytes, limits.maxImagePixels);
  const run = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw undecodable(format, error);
    });

  const plain = plainSize(bytes, format);
  // The limit is checked below, with a message of ours; no pixel is decoded for the header.
  const {
    width,
    height,
    autoOrient: upright,
  } = plain
    ? { ...plain, autoOrient: plain }
    : await run(sharp(bytes, { failOn: FAIL_ON, limitInputPixels: false }).metadata());
  // An SVG is drawn at the size that is asked for, except that librsvg goes down to one dot per inch only.
  const leastScale = format === "SVG" ? SVG_DENSITY.min / SVG_DENSITY.own : 1;
  if (width * height * leastScale ** 2 > limits.maxImagePixels) {
    throw new AppError(
      "IMAGE_TOO_LARGE",
      `A picture may have ${grouped(limits.maxImagePixels)} pixels; received ${grouped(width * height)} (${width} x ${height}).`,
    );
  }

  const isVector = format === "SVG";
  const ownLongSide = Math.max(width, height);
  const wholeLimit = isVector ? (crop ? MAX_CROPPED_VECTOR_SIDE : Number.POSITIVE_INFINITY) : ownLongSide;
  const share = crop ? Math.max(crop.width * upright.width, crop.height * upright.height) / ownLongSide : 1;

  const decoded = (options: SharpOptions, resize: ResizeOptions | null): Sharp => {
    const pipeline = sharp(bytes, {
      failOn: FAIL_ON,
      autoOrient: true,
      limitInputPixels: limits.maxImagePixels,
      ...options,
    });
    if (resize) pipeline.resize(resize);
    return pipeline.flatten({ background: WHITE }).toColourspace("srgb");
  };
  /** The whole picture with the given long side, where it has that. */
  const sized = (longSide: number): Sharp =>
    decoded(isVector ? { density: densityFor(longSide, ownLongSide) } : {}, {
      width: longSide,
      height: longSide,
      fit: "inside",
      withoutEnlargement: !isVector,
    });
  /** How long the whole picture's long side is where its crop has the given one. */
  const wholeFor = (longSide: number): number => Math.min(Math.ceil(longSide / share), wholeLimit);
  /** The whole picture, halved as often as its crop's long side stays at least the given one, and its scale; an SVG has just that. */
  const halved = (longSide: number): { copy: Sharp; scale: number } => {
    if (isVector) return { copy: sized(wholeFor(longSide)), scale: wholeFor(longSide) / ownLongSide };
    let parts = 1;
    while ((ownLongSide * share) / (2 * parts) >= longSide) parts *= 2;
    const side = (length: number) => Math.ceil(length / parts);
    const resize = { width: side(upright.width), height: side(upright.height), fit: "fill" } as const;
    return { copy: decoded({}, parts === 1 ? null : resize), scale: 1 / parts };
  };

  return {
    longSide: Math.max(1, Math.floor(wholeLimit * share)),
    run,
    atMost: (longSide) => {
      if (!crop) return sized(longSide);
      const whole = wholeFor(longSide);
      return sized(whole).extract(placeOf(crop, upright, whole / ownLongSide, longSide));
    },
    pixels: async (longSide, part) => {
      const { copy, scale } = halved(longSide);
      const shown = part ? within(crop, part) : crop;
      if (shown) copy.extract(placeOf(shown, upright, scale));
      const { data, info } = await run(copy.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true }));
      return { data, width: info.width, height: info.height };
    },
  };
}

function densityFor(longSide: number, ownLongSide: number): number {
  const density = (SVG_DENSITY.own * longSide) / ownLongSide;
  return Math.min(SVG_DENSITY.max, Math.max(SVG_DENSITY.min, density));
}

/** Where a crop lies on a copy of the upright picture that is `scale` times its size. */
function placeOf(
  crop: Crop,
  upright: { readonly width: number; readonly height: number },
  scale: number,
  longSide = Number.POSITIVE_INFINITY,
): Region {
  const along = (start: number, length: number, side: number) => {
    // Sharp rounds the copy's own sides either way: the last line may be missing.
    const end = Math.max(1, Math.floor(side * scale));
    const first = Math.min(Math.floor(start * side * scale), end - 1);
    return { first, size: Math.max(1, Math.min(Math.round(length * side * scale), end - first, longSide)) };
  };
  const horizontal = along(crop.left, crop.width, upright.width);
  const vertical = along(crop.top, crop.height, upright.height);
  return { left: horizontal.first, top: vertical.first, width: horizontal.size, height: vertical.size };
}

/** A part of a crop as a part of the whole. */
function within(crop: Crop | undefined, part: Crop): Crop {
  if (!crop) return part;
  return {
    left: crop.left + part.left * crop.width,
    top: crop.top + part.top * crop.height,
    width: part.width * crop.width,
    height: part.height * crop.height,
  };
}

/** libvips tells all it knows, a line each, and repeats itself; the first line is the cause. */
function undecodable(format: ReadableFormat, error: unknown): AppError {
  const [reason] = (error instanceof Error ? error.message : String(error))
    .replace(/^Input buffer has corrupt header: /u, "")
    .split("\n", 1);
  return new AppError(
    "IMAGE_UNDECODABLE",
    `The ${format} picture is damaged or cut off (${asReason(reason!)}).`,
    { cause: error },
  );
}

/** 33554432 as "33,554,432", whatever the machine's locale. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/gu, ",");
}
