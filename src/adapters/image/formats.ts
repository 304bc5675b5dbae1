/** The picture formats that are read, recognised by their content, never by a file name. */
export const READABLE_FORMATS = ["JPEG", "PNG", "WebP", "AVIF", "GIF", "TIFF", "SVG"] as const;
export type ReadableFormat = (typeof READABLE_FORMATS)[number];

/** What a file is: a picture that is read, or the plain name of something else ("a PDF document"). */
export type Recognised = { readonly format: ReadableFormat } | { readonly foreign: string };

/** libvips looks for the root element of an SVG in these many leading bytes. */
const SVG_HEAD_BYTES = 1000;

interface Signature {
  readonly bytes: readonly number[];
  readonly is: Recognised;
}

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

/** Leading bytes that tell a file's kind by themselves. */
const signatures: readonly Signature[] = [
  { bytes: [0xff, 0xd8, 0xff], is: { format: "JPEG" } },
  { bytes: [0x89, ...ascii("PNG\r\n"), 0x1a, 0x0a], is: { format: "PNG" } },
  { bytes: ascii("GIF87a"), is: { format: "GIF" } },
  { bytes: ascii("GIF89a"), is: { format: "GIF" } },
  { bytes: [...ascii("II*"), 0], is: { format: "TIFF" } },
  { bytes: [...ascii("MM"), 0, ...ascii("*")], is: { format: "TIFF" } },
  { bytes: [...ascii("II+"), 0], is: { format: "TIFF" } },
  { bytes: [...ascii("MM"), 0, ...ascii("+")], is: { format: "TIFF" } },
  { bytes: ascii("%PDF"), is: { foreign: "a PDF document" } },
  { bytes: ascii("%!PS"), is: { foreign: "a PostScript file" } },
  { bytes: ascii("8BPS"), is: { foreign: "a Photoshop file" } },
  { bytes: ascii("BM"), is: { foreign: "a BMP picture" } },
  { bytes: ascii("PK"), is: { foreign: "a ZIP archive or an Office document" } },
  { bytes: [0x1f, 0x8b], is: { foreign: "a gzip archive" } },
  { bytes: [0, 0, 1, 0], is: { foreign: "an icon file" } },
  { bytes: [0xff, 0x0a], is: { foreign: "a JPEG XL picture" } },
  { bytes: [0, 0, 0, 0x0c, ...ascii("JXL ")], is: { foreign: "a JPEG XL picture" } },
  { bytes: [0, 0, 0, 0x0c, ...ascii("jP  ")], is: { foreign: "a JPEG 2000 picture" } },
];

/** Tells what the bytes are; needs the beginning of the file only. */
export function recognise(bytes: Uint8Array): Recognised {
  if (bytes.length === 0) return { foreign: "an empty file" };
  const signature = signatures.find(({ bytes: expected }) => startsWith(bytes, expected));
  if (signature) return signature.is;
  if (latin1(bytes, 0, 4) === "RIFF") {
    return latin1(bytes, 8, 12) === "WEBP" ? { format: "WebP" } : { foreign: "a sound or video file" };
  }
  if (latin1(bytes, 4, 8) === "ftyp") return recogniseBoxes(bytes);
  return recogniseText(bytes);
}

/** Files of ISO boxes tell their brand, then the brands that they are compatible with. */
function recogniseBoxes(bytes: Uint8Array): Recognised {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const brands = latin1(bytes, 8, Math.min(view.getUint32(0), 256)).match(/.{4}/gs) ?? [];
  if (brands.some((brand) => brand === "avif" || brand === "avis")) return { format: "AVIF" };
  if (brands.some((brand) => /^(hei|hev|mif1|msf1)/.test(brand))) return { foreign: "a HEIC picture" };
  return { foreign: "a video file" };
}

function recogniseText(bytes: Uint8Array): Recognised {
  const head = latin1(bytes, 0, SVG_HEAD_BYTES);
  // A prolog may stand before the root element: a byte order mark, an XML declaration, a doctype, comments.
  if (/^(\xef\xbb\xbf)?\s*<(\?|!|svg\b)/iu.test(head) && /<svg\b/iu.test(head) && !/<html\b/iu.test(head)) {
    return { format: "SVG" };
  }
  if (/<(!doctype html|html)\b/i.test(head)) return { foreign: "an HTML page" };
  // Control characters other than tab, line feed and carriage return occur in no text.
  const isText = !bytes.subarray(0, SVG_HEAD_BYTES).some((byte) => byte < 32 && ![9, 10, 13].includes(byte));
  return { foreign: isText ? "a text file" : "a file of an unknown kind" };
}

function startsWith(bytes: Uint8Array, expected: readonly number[]): boolean {
  return expected.every((byte, i) => bytes[i] === byte);
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1", from, to);
}
