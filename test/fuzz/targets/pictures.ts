import { crc32 } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { createImageReader } from "../../../src/adapters/image/reader.js";
import { garment, garmentSvg } from "../../fixtures/pictures.js";
import { pick } from "../mutate.js";
import type { OpenTarget, Target } from "../target.js";

const reader = createImageReader({ inputSize: 224, resizePolicy: "trim" });

/** Pictures of one format, read as an import reads them. */
function pictures(
  makeSeeds: () => Promise<Uint8Array[]>,
  more: Pick<Target, "tokens"> & Partial<Target>,
): OpenTarget {
  return async () => ({
    ...more,
    seeds: await makeSeeds(),
    read: async (bytes) => void (await reader.read(bytes)),
  });
}

/** Small, so that a mutation is likely to touch what matters. */
const small = () => garment({ width: 240, height: 300, left: 20, top: 30 });
const encoded = (...pictures: Sharp[]) => Promise.all(pictures.map((picture) => picture.toBuffer()));
const opaque = () => small().flatten({ background: "#fff" });

export const jpeg = pictures(
  () =>
    encoded(
      opaque().jpeg(),
      opaque().jpeg({ progressive: true }).withMetadata({ orientation: 6 }),
      opaque().toColourspace("cmyk").jpeg(),
      opaque().toColourspace("b-w").jpeg(),
      opaque().withIccProfile("p3").jpeg(),
    ),
  { tokens: ["\xff\xd8", "\xff\xc2", "\xff\xda", "\xff\xe1", "Exif\0\0", "ICC_PROFILE\0", "Adobe\0"] },
);

export const png = pictures(
  () =>
    encoded(
      small().png(),
      small().png({ palette: true }),
      opaque().toColourspace("rgb16").png(),
      opaque().toColourspace("b-w").png({ progressive: true }),
      small().withIccProfile("p3").png(),
    ),
  { tokens: ["IHDR", "PLTE", "IDAT", "tRNS", "iCCP", "eXIf", "acTL", "gAMA", "IEND"], mend: withChecksums },
);

export const webp = pictures(
  async () => [
    ...(await encoded(small().webp(), small().webp({ lossless: true }), opaque().webp({ quality: 10 }))),
    await animation("webp"),
  ],
  { tokens: ["RIFF", "WEBP", "VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF"] },
);

export const avif = pictures(
  () => encoded(small().avif({ effort: 0 }), opaque().avif({ effort: 0, lossless: true })),
  {
    tokens: ["ftyp", "avif", "meta", "iloc", "iinf", "iprp", "ispe", "av1C", "irot", "mdat", "grid", "idat"],
  },
);

export const gif = pictures(async () => [...(await encoded(small().gif())), await animation("gif")], {
  tokens: ["GIF89a", "GIF87a", "NETSCAPE2.0", "\x21\xf9", "\x2c", "\x3b"],
});

export const tiff = pictures(
  () =>
    encoded(
      small().tiff({ compression: "none" }),
      small().tiff({ compression: "lzw" }),
      opaque().tiff({ compression: "jpeg" }),
      small().tiff({ compression: "deflate", tile: true }),
      opaque().toColourspace("b-w").tiff({ compression: "ccittfax4", bitdepth: 1 }),
    ),
  { tokens: ["II*\0", "MM\0*", "\x01\x01", "\x00\x01\x03\x00", "\x11\x01\x04\x00"] },
);

const SVG_PARTS = [
  "<g>",
  "</g>",
  '<g id="a">',
  '<g opacity=".5">',
  '<use href="#a"/>',
  '<use xlink:href="#b"/>',
  '<path d="M0 0 C10 20 30 40 100 100Z"/>',
  '<rect id="b" width="100" height="100" fill="url(#p)" filter="url(#f)" mask="url(#m)"/>',
  '<pattern id="p" width="4" height="4" patternUnits="userSpaceOnUse"><use href="#b"/></pattern>',
  '<filter id="f"><feGaussianBlur stdDeviation="9"/><feMorphology radius="9"/></filter>',
  '<feTurbulence baseFrequency=".1" numOctaves="9"/>',
  '<mask id="m"><use href="#a"/></mask>',
  '<clipPath id="c"><circle r="50"/></clipPath>',
  '<linearGradient id="l"><stop offset="0"/><stop offset="1" stop-color="red"/></linearGradient>',
  "<style>.x{fill:url(#l);filter:url(#f)} @import 'a.css';</style>",
  '<image href="file:///etc/hostname" width="9" height="9"/>',
  '<text x="9" y="99" font-size="1e4">A&amp;B</text>',
  '<svg viewBox="0 0 1 1">',
  "</svg>",
  "<![CDATA[<g>]]>",
  "<!-- -->",
  "&x;",
  '<marker id="k"><path d="M0 0h9"/></marker>',
  '<path marker-mid="url(#k)" d="M0 0h9v9h9v9" stroke="red" stroke-dasharray=".01"/>',
];

export const svg = pictures(
  async () => [
    Buffer.from(garmentSvg()),
    Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE svg [<!ENTITY x "red">]><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 480 576">${SVG_PARTS.filter((part) => !/^<(\/?g|\/?svg|!\[|g )/u.test(part)).join("")}</svg>`,
    ),
  ],
  {
    tokens: SVG_PARTS,
    generate: (random) =>
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${pick(["48", "1e9", "0", "-1", "100%", "1e-9"], random)}" height="480">${Array.from({ length: random.integer(0, 30) }, () => pick(SVG_PARTS, random)).join("")}</svg>`,
      ),
  },
);

function animation(format: "gif" | "webp"): Promise<Buffer> {
  return Promise.all([small().png().toBuffer(), small().negate({ alpha: false }).png().toBuffer()]).then(
    (frames) =>
      sharp(frames, { join: { animated: true } })
        .toFormat(format)
        .toBuffer(),
  );
}

/** A PNG whose chunks carry their right checksums, as far as they can be followed. */
function withChecksums(png: Buffer): Buffer {
  const mended = Buffer.from(png);
  for (let at = 8; at + 12 <= mended.length; ) {
    const end = at + 8 + mended.readUInt32BE(at);
    if (end + 4 > mended.length) break;
    mended.writeUInt32BE(crc32(mended.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return mended;
}
