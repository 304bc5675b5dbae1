import sharp from "sharp";
import type { Crop } from "../../core/crop.js";
import type { ImageReader, PixelTensor } from "../../core/ports.js";
import { requireContent } from "./blank.js";
import { type Box, grow, longSideOf, wholeOf } from "./box.js";
import { findContentBox } from "./content-box.js";
import { type ImageLimits, type OpenedPicture, openPicture, type Pixels } from "./decode.js";
import { layOut, type Resampling, type ResizePolicy } from "./layout.js";
import { resample } from "./resample.js";

export interface ImageReaderOptions extends Partial<ImageLimits> {
  /** Side of the square that the model takes, in pixels. */
  readonly inputSize: number;
  readonly resizePolicy: ResizePolicy;
  /** Default lanczos3. */
  readonly resample?: Resampling | undefined;
  /** Default 32 MiB. */
  readonly maxImageBytes?: number;
  /** Default 100 megapixels. */
  readonly maxImagePixels?: number;
}

export const DEFAULT_LIMITS: ImageLimits = {
  maxImageBytes: 32 * 1024 * 1024,
  maxImagePixels: 100_000_000,
};

const THUMBNAIL = { longSide: 256, quality: 80, effort: 0 };
const FULL_SIZE = { longSide: 2048, quality: 85, effort: 0 };

/**
 * The box is found, and the design cut out, on a copy at least this many times as large as the model's square, and as a thumbnail, which
 * is made of it too: searches and imports read the same picture alike.
 */
const WORKING_SCALE = 2;

/**
 * Reads JPEG, PNG, WebP, AVIF, GIF (first frame), TIFF (first page) and SVG pictures of any colour space with sharp:
 * upright by their EXIF orientation, on white, in 8-bit sRGB. The tensor is `[inputSize, inputSize, 3]`, the picture
 * laid out by the {@link ResizePolicy}, centred on white, in an ArrayBuffer of its own that can be transferred.
 */
export function createImageReader(options: ImageReaderOptions): ImageReader {
  const { inputSize, resizePolicy, resample: resampling = "lanczos3" } = options;
  const limits: ImageLimits = {
    maxImageBytes: options.maxImageBytes ?? DEFAULT_LIMITS.maxImageBytes,
    maxImagePixels: options.maxImagePixels ?? DEFAULT_LIMITS.maxImagePixels,
  };
  useOneThreadPerPicture();
  const workingSide = Math.max(WORKING_SCALE * inputSize, THUMBNAIL.longSide);

  async function tensorFrom(picture: OpenedPicture, working: Pixels): Promise<PixelTensor> {
    const { pixels, content } = await cutOut(picture, working);
    const { part, ...size } = layOut(content, inputSize, resizePolicy);
    return centreOnWhite(resample(pixels, part, size, resampling), inputSize);
  }

  /** What of the picture is to be laid out, in at least the tensor's resolution where the file has it. */
  async function cutOut(picture: OpenedPicture, working: Pixels): Promise<{ pixels: Pixels; content: Box }> {
    const content = resizePolicy === "trim" ? findContentBox(working) : wholeOf(working);
    const { part, width, height } = layOut(content, inputSize, resizePolicy);
    // Where a side is only one pixel long the other tells how large the rest becomes.
    const shortfall = Math.max(width, height) / Math.max(part.width, part.height);
    if (shortfall <= 1 || picture.longSide <= longSideOf(working)) return { pixels: working, content };
    // A small drawing on a large sheet: the working copy has too few pixels of it, the file has more.
    const finerSide = Math.min(Math.ceil(longSideOf(working) * shortfall), picture.longSide);
    const pixels = await picture.pixels(finerSide, surroundings(part, working));
    return { pixels, content: resizePolicy === "trim" ? findContentBox(pixels) : wholeOf(pixels) };
  }

  return {
    async toTensor(bytes, crop) {
      const picture = await openPicture(bytes, limits, crop);
      const working = await picture.pixels(workingSide);
      requireContent(working);
      return tensorFrom(picture, working);
    },

    async toThumbnail(bytes, crop) {
      const picture = await openPicture(bytes, limits, crop);
      // An SVG has no pixels that could be enlarged: its long side is always the full 256.
      return picture.run(picture.atMost(THUMBNAIL.longSide).webp(THUMBNAIL).toBuffer());
    },

    async toFullSize(bytes, crop) {
      const picture = await openPicture(bytes, limits, crop);
      return picture.run(picture.atMost(FULL_SIZE.longSide).webp(FULL_SIZE).toBuffer());
    },

    async read(bytes, crop) {
      const picture = await openPicture(bytes, limits, crop);
      const working = await picture.pixels(workingSide);
      requireContent(working);
      const [tensor, thumbnail] = await Promise.all([
        tensorFrom(picture, working),
        sharp(working.data, { raw: { width: working.width, height: working.height, channels: 3 } })
          .resize({
            width: THUMBNAIL.longSide,
            height: THUMBNAIL.longSide,
            fit: "inside",
            withoutEnlargement: true,
          })
          .webp(THUMBNAIL)
          .toBuffer(),
      ]);
      return { tensor, thumbnail };
    },
  };
}

/**
 * Pictures run side by side on libuv's threads, so that more threads within one picture only add memory; and no
 * picture is read twice, so that libvips' cache of operations keeps what nobody asks for again.
 */
function useOneThreadPerPicture(): void {
  sharp.cache(false);
  sharp.concurrency(1);
}

/**
 * The content in the middle of a white square. The tutorial pads `(target - side) // 2` on both sides, is one pixel short
 * for an odd difference, and then stretches the picture to the target; here the odd pixel goes to the right and the bottom.
 */
function centreOnWhite({ data, width, height }: Pixels, inputSize: number): PixelTensor {
  const square = new Uint8Array(inputSize * inputSize * 3).fill(255);
  const left = Math.floor((inputSize - width) / 2);
  const top = Math.floor((inputSize - height) / 2);
  for (let y = 0; y < height; y++) {
    const line = data.subarray(y * width * 3, (y + 1) * width * 3);
    square.set(line, ((top + y) * inputSize + left) * 3);
  }
  return { data: square, width: inputSize, height: inputSize };
}

/** The box with some background around, for a copy of another size has its edges a little elsewhere. */
function surroundings(box: Box, working: Pixels): Crop {
  const { left, top, width, height } = grow(box, 4, wholeOf(working));
  return {
    left: left / working.width,
    top: top / working.height,
    width: width / working.width,
    height: height / working.height,
  };
}
