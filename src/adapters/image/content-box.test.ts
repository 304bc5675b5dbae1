import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { garment, type SheetOptions } from "../../../test/fixtures/pictures.js";
import type { Box } from "./box.js";
import { findContentBox } from "./content-box.js";
import type { Pixels } from "./decode.js";

async function pixelsOf(picture: Sharp): Promise<Pixels> {
  const { data, info } = await picture
    .flatten({ background: "#fff" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

async function boxOn(options: SheetOptions): Promise<Box> {
  return findContentBox(await pixelsOf(garment(options)));
}

function svgPixels(width: number, height: number, content: string): Promise<Pixels> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`;
  return pixelsOf(sharp(Buffer.from(svg)));
}

/** Repeatable noise, near normal, with the given standard deviation. */
function withNoise(picture: Pixels, deviation: number): Pixels {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const data = picture.data.map((value) => {
    const normal = (uniform() + uniform() + uniform()) * 2;
    return Math.max(0, Math.min(255, Math.round(value + deviation * normal)));
  });
  return { ...picture, data };
}

/** The garment of the fixture, with the pixel that is left around it: one for every 240 of its long side. */
const garmentBox = { left: 139, top: 149, width: 202, height: 242 };
const wholeSheet = { left: 0, top: 0, width: 480, height: 576 };

function expectNear(box: Box, expected: Box, pixels: number): void {
  for (const side of ["left", "top", "width", "height"] as const) {
    expect(Math.abs(box[side] - expected[side]), `${side} of ${JSON.stringify(box)}`).toBeLessThanOrEqual(
      pixels,
    );
  }
}

describe("margins that are cut", () => {
  it.each(["#ffffff", "#e8e4da", "#33425f", "#000000"])(
    "on plain %s paper, exact to the pixel",
    async (paper) => {
      expect(await boxOn({ paper })).toEqual(garmentBox);
    },
  );

  // Halved not at all, once and twice before it is looked for, also where a half has a line more.
  it.each([
    [300, 200, 1],
    [801, 641, 3],
    [1301, 907, 5],
  ])("to the pixel of a sheet of %i x %i", async (width, height, margin) => {
    const [left, top, right, bottom] = [31, 47, width - 59, height - 38];
    const drawing = await svgPixels(
      width,
      height,
      `<rect width="${width}" height="${height}" fill="#fff"/>
       <path d="M${left} ${top}H${right}V${bottom}H${left}Z"/>`,
    );
    expect(findContentBox(drawing)).toEqual({
      left: left - margin,
      top: top - margin,
      width: right - left + 2 * margin,
      height: bottom - top + 2 * margin,
    });
  });

  it("on a JPEG with strong compression", async () => {
    const jpeg = await garment().jpeg({ quality: 40 }).toBuffer();
    expectNear(findContentBox(await pixelsOf(sharp(jpeg))), garmentBox, 3);
  });

  it("on noisy grey paper", async () => {
    const scan = withNoise(await pixelsOf(garment({ paper: "#d8d8d4" })), 5);
    expectNear(findContentBox(scan), garmentBox, 2);
  });

  it("around dust on the sheet", async () => {
    const dust = `<circle cx="20" cy="20" r="2"/><circle cx="460" cy="550" r="3"/><rect x="60" y="500" width="4" height="2"/>`;
    expect(await boxOn({ extra: dust })).toEqual(garmentBox);
  });

  it("beside the dark edges that a scanner leaves on two sides", async () => {
    const edges = `<rect width="3" height="576" fill="#333"/><rect y="573" width="480" height="3" fill="#333"/>`;
    expect(await boxOn({ extra: edges })).toEqual(garmentBox);
  });

  it("on three sides, when the garment runs out of the picture on the fourth", async () => {
    const box = await boxOn({ height: 300 });
    expect(box).toEqual({ left: 139, top: 149, width: 202, height: 151 });
  });
});

describe("content that is kept", () => {
  it.each(["#d8d8d8", "#eaeaea"])("%s lines of one pixel on white", async (grey) => {
    const drawing = await svgPixels(
      600,
      600,
      `<rect width="600" height="600" fill="#fff"/>
       <path d="M100.5 80.5H500.5V520.5H100.5Z" fill="none" stroke="${grey}"/>`,
    );
    expect(findContentBox(drawing)).toEqual({ left: 98, top: 78, width: 405, height: 445 });
  });

  it("dashed and slanted fine lines that are the outermost content", async () => {
    const drawing = await svgPixels(
      600,
      600,
      `<rect width="600" height="600" fill="#fff"/>
       <path d="M300 60L520 500H80Z" fill="none" stroke="#777" stroke-dasharray="4 5"/>`,
    );
    expectNear(findContentBox(drawing), { left: 80, top: 60, width: 441, height: 441 }, 4);
  });

  it("two separate parts", async () => {
    const drawing = await svgPixels(
      600,
      400,
      `<rect width="600" height="400" fill="#fff"/>
       <rect x="50" y="100" width="100" height="200"/><rect x="450" y="60" width="100" height="100"/>`,
    );
    expect(findContentBox(drawing)).toEqual({ left: 48, top: 58, width: 504, height: 244 });
  });
});

describe("pictures that are left whole", () => {
  it("a uniform one", async () => {
    const blank = sharp({ create: { width: 480, height: 576, channels: 3, background: "#ccc" } });
    expect(findContentBox(await pixelsOf(blank))).toEqual(wholeSheet);
  });

  it("one with next to nothing on it", async () => {
    const drawing = await svgPixels(
      480,
      576,
      `<rect width="480" height="576" fill="#fff"/><rect x="200" y="200" width="30" height="30"/>`,
    );
    expect(findContentBox(drawing)).toEqual(wholeSheet);
  });

  it("one with a busy border", async () => {
    const plain = await pixelsOf(garment({ paper: "#808080" }));
    expect(findContentBox(withNoise(plain, 40))).toEqual(wholeSheet);
  });

  it("one whose border is of two halves", async () => {
    const floor = `<rect y="200" width="480" height="376" fill="#5b4636"/>`;
    expect(await boxOn({ extra: floor })).toEqual(wholeSheet);
  });

  it.each([
    [1, 1],
    [1, 50],
    [3, 2],
  ])("one of %i x %i pixels", (width, height) => {
    const picture = { data: new Uint8Array(width * height * 3).fill(200), width, height };
    expect(findContentBox(picture)).toEqual({ left: 0, top: 0, width, height });
  });
});
