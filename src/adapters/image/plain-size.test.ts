import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { garment } from "../../../test/fixtures/pictures.js";
import { openPicture } from "./decode.js";
import { plainSize } from "./plain-size.js";
import { DEFAULT_LIMITS } from "./reader.js";

const drawn = () => garment({ width: 120, height: 81 });
const plain = {
  "a JPEG": drawn().jpeg(),
  "a progressive JPEG": drawn().jpeg({ progressive: true }),
  "a JPEG with optimised tables": drawn().jpeg({ mozjpeg: true, chromaSubsampling: "4:4:4" }),
  "a grey JPEG": drawn().toColourspace("b-w").jpeg(),
  "a JPEG with a colour profile": drawn().withIccProfile("p3").jpeg(),
  "a JPEG with XMP": drawn().withXmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>").jpeg(),
  "a PNG": drawn().png(),
  "a PNG with a palette": drawn().png({ palette: true }),
  "an interlaced PNG with a colour profile": drawn().withIccProfile("p3").png({ progressive: true }),
};

describe("the size that a header tells", () => {
  it.each(Object.entries(plain))("of %s is what libvips tells", async (_, picture) => {
    const bytes = await picture.toBuffer();
    const { width, height, format, autoOrient } = await sharp(bytes).metadata();
    expect(plainSize(bytes, format === "png" ? "PNG" : "JPEG")).toEqual({ width, height });
    expect(autoOrient).toEqual({ width, height });
  });

  it.each(["jpeg", "png"] as const)("is left to libvips for a %s that EXIF may turn", async (format) => {
    const bytes = await drawn().withMetadata({ orientation: 6 }).toFormat(format).toBuffer();
    expect((await sharp(bytes).metadata()).orientation).toBe(6);
    expect(plainSize(bytes, format === "png" ? "PNG" : "JPEG")).toBeNull();
  });

  it.each(["webp", "gif", "tiff"] as const)("is left to libvips for %s", async (format) => {
    const told = { webp: "WebP", gif: "GIF", tiff: "TIFF" } as const;
    expect(plainSize(await drawn().toFormat(format).toBuffer(), told[format])).toBeNull();
  });

  it.each(["jpeg", "png"] as const)(
    "of a %s is right or none wherever the file was cut off",
    async (format) => {
      const bytes = await drawn().toFormat(format).toBuffer();
      const told = Array.from(bytes, (_, length) =>
        plainSize(bytes.subarray(0, length), format === "png" ? "PNG" : "JPEG"),
      );
      expect(told[20]).toBeNull();
      for (const size of told) expect([null, { width: 120, height: 81 }]).toContainEqual(size);
    },
  );

  it.each(["jpeg", "png"] as const)("is none of a %s longer than any decoder takes", async (format) => {
    const bytes = await drawn().toFormat(format).toBuffer();
    const isPng = format === "png";
    const width = isPng ? 16 : bytes.indexOf(Buffer.from([0xff, 0xc0])) + 7;
    bytes.writeUInt16BE(0xffff, width);
    expect(plainSize(bytes, isPng ? "PNG" : "JPEG")).toBeNull();
    await expect(openPicture(bytes, DEFAULT_LIMITS)).rejects.toMatchObject({ code: "IMAGE_UNDECODABLE" });
  });

  it("is none where a header tells no pixels, two frames or what nobody knows", async () => {
    const jpeg = await plain["a JPEG"].toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    const length = jpeg.readUInt16BE(frame + 2) + 2;
    const empty = Buffer.from(jpeg);
    empty.writeUInt16BE(0, frame + 5);
    const twice = Buffer.concat([jpeg.subarray(0, frame + length), jpeg.subarray(frame)]);
    const unknown = Buffer.from(jpeg);
    unknown[frame + 1] = 0xf0;
    for (const bytes of [empty, twice, unknown]) expect(plainSize(bytes, "JPEG")).toBeNull();
  });
});
