import type { ReadableFormat } from "./formats.js";

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const JPEG = {
  /** Begins every marker, and fills the space before one. */
  prefix: 0xff,
  /** Frame headers (ITU-T T.81, table B.1) lie from the first to the last, but for tables and extensions among them. */
  firstFrame: 0xc0,
  lastFrame: 0xcf,
  noFrames: [0xc4, 0xc8, 0xcc],
  startOfScan: 0xda,
  /** Segments of applications and comments; tables of quantisation, of Huffman codes and of restarts. */
  skipped: (marker: number) =>
    (marker >= 0xe0 && marker <= 0xef) || [0xfe, 0xdb, 0xc4, 0xdd].includes(marker),
};

/** libjpeg takes no longer side; what one that is longer means is left to libvips. */
const LONGEST_SIDE = 65_500;

/**
 * The size that a picture's own header tells, where nothing in it could turn the picture: of a JPEG or a PNG without EXIF. libvips builds
 * and takes down all of a decoder to tell the same, which is a sixth of the time of reading a drawing of 480 x 576 pixels.
 *
 * @returns null where libvips has to be asked, which also tells what is wrong with a file.
 */
export function plainSize(bytes: Uint8Array, format: ReadableFormat): Size | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const size = format === "JPEG" ? sizeOfJpeg(view) : format === "PNG" ? sizeOfPng(view) : null;
    return size && [size.width, size.height].every((side) => side > 0 && side <= LONGEST_SIDE) ? size : null;
  } catch (error) {
    // The file ends before its pixels begin.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function sizeOfJpeg(view: DataView): Size | null {
  let size: Size | null = null;
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== JPEG.prefix) return null;
    const marker = view.getUint8(at + 1);
    if (marker === JPEG.startOfScan) return size;
    const length = view.getUint16(at + 2);
    if (marker >= JPEG.firstFrame && marker <= JPEG.lastFrame && !JPEG.noFrames.includes(marker)) {
      if (size) return null;
      size = { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    } else if (!JPEG.skipped(marker) || (marker === 0xe1 && view.getUint32(at + 4) === EXIF)) {
      return null;
    }
    at += 2 + length;
  }
}

function sizeOfPng(view: DataView): Size | null {
  const signatureLength = 8;
  const around = 12;
  if (view.getUint32(signatureLength + 4) !== IHDR) return null;
  for (let at = signatureLength; ; at += around + view.getUint32(at)) {
    const kind = view.getUint32(at + 4);
    if (kind === EXIF_CHUNK) return null;
    if (kind === IDAT) return { width: view.getUint32(16), height: view.getUint32(20) };
  }
}

/** Four letters as a number of 32 bits. */
function tag(letters: string): number {
  return [...letters].reduce((number, letter) => number * 256 + letter.charCodeAt(0), 0);
}

const EXIF = tag("Exif");
const EXIF_CHUNK = tag("eXIf");
const IHDR = tag("IHDR");
const IDAT = tag("IDAT");
