import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { PixelTensor } from "../../core/ports.js";
import { type Layout, layOut, type ResizePolicy } from "./layout.js";
import { createImageReader } from "./reader.js";

const cover = (shortSide: number): ResizePolicy => ({ kind: "cover", shortSide });

/** A picture that begins at (10, 20), laid out in a square of 224. */
function laidOut(width: number, height: number, policy: ResizePolicy): Layout {
  return layOut({ left: 10, top: 20, width, height }, 224, policy);
}

describe("the whole picture", () => {
  it.each<[ResizePolicy, number, number, number, number]>([
    ["contain", 400, 300, 224, 168],
    ["contain", 300, 400, 168, 224],
    // Rounded: 224 * 101 / 300 is 75.4, of 102 it is 76.2.
    ["contain", 300, 101, 224, 75],
    ["contain", 300, 102, 224, 76],
    ["contain", 20, 10, 224, 112],
    // However long, some of it is seen.
    ["contain", 10_000, 3, 224, 1],
    ["contain", 1, 1, 224, 224],
    // 3 pixels at each end.
    ["trim", 400, 300, 218, 164],
    ["trim", 5, 10_000, 1, 218],
    // 200 of 224; the short side is cut to whole pixels: 76.67 and 199.99.
    ["tutorial", 600, 400, 200, 133],
    ["tutorial", 600, 230, 200, 76],
    ["tutorial", 230, 600, 76, 200],
    ["tutorial", 10_000, 3, 200, 1],
    ["stretch", 400, 300, 224, 224],
    ["stretch", 1, 10_000, 224, 224],
  ])("is shown by %s: %i x %i as %i x %i", (policy, width, height, shownWidth, shownHeight) => {
    expect(laidOut(width, height, policy)).toEqual({
      part: { left: 10, top: 20, width, height },
      width: shownWidth,
      height: shownHeight,
    });
  });

  it("is as large in the tutorial's other squares, to the pixel", () => {
    // round(235 * 200 / 224) and round(299 * 200 / 224).
    for (const [inputSize, longSide] of [
      [235, 210],
      [299, 267],
    ] as const) {
      const { width, height } = layOut({ left: 0, top: 0, width: 50, height: 100 }, inputSize, "tutorial");
      expect([width, height]).toEqual([longSide / 2, longSide].map(Math.trunc));
    }
  });
});

describe("the middle of a picture, by cover", () => {
  it.each<[string, number, number, number, Layout]>([
    [
      "its short side that of the square",
      400,
      300,
      224,
      { part: { left: 10 + 50, top: 20, width: 300, height: 300 }, width: 224, height: 224 },
    ],
    [
      // 224 of 256 pixels are 262.5 of 300.
      "a short side longer than that of the square",
      400,
      300,
      256,
      { part: { left: 10 + 68, top: 20 + 18, width: 263, height: 263 }, width: 224, height: 224 },
    ],
    [
      "a short side shorter than that of the square: white is left along it",
      400,
      100,
      200,
      { part: { left: 10 + 144, top: 20, width: 112, height: 100 }, width: 224, height: 200 },
    ],
    [
      "of a very long picture, of which nothing is enlarged that is not shown",
      100_000,
      100,
      224,
      { part: { left: 10 + 49_950, top: 20, width: 100, height: 100 }, width: 224, height: 224 },
    ],
    [
      "of a very high one",
      3,
      100_000,
      224,
      { part: { left: 10, top: 20 + 49_998, width: 3, height: 3 }, width: 224, height: 224 },
    ],
    [
      "of a picture smaller than the square",
      20,
      16,
      256,
      { part: { left: 10 + 3, top: 20 + 1, width: 14, height: 14 }, width: 224, height: 224 },
    ],
    [
      "of a single pixel",
      1,
      1,
      256,
      { part: { left: 10, top: 20, width: 1, height: 1 }, width: 224, height: 224 },
    ],
  ])("%s", (_, width, height, shortSide, layout) => {
    expect(laidOut(width, height, cover(shortSide))).toEqual(layout);
  });
});

it("is always the middle of the picture, within the square", () => {
  const side = fc.integer({ min: 1, max: 20_000 });
  const policy: fc.Arbitrary<ResizePolicy> = fc.oneof(
    fc.constantFrom<ResizePolicy>("trim", "tutorial", "contain", "stretch"),
    fc.integer({ min: 16, max: 4096 }).map(cover),
  );
  fc.assert(
    fc.property(
      side,
      side,
      fc.integer({ min: 16, max: 2048 }),
      policy,
      (width, height, inputSize, policy) => {
        const { part, ...shown } = layOut({ left: 7, top: 9, width, height }, inputSize, policy);
        for (const [start, length, whole, size] of [
          [part.left - 7, part.width, width, shown.width],
          [part.top - 9, part.height, height, shown.height],
        ] as const) {
          expect([start, length, size].every(Number.isInteger)).toBe(true);
          expect(start).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThanOrEqual(1);
          expect(start + length).toBeLessThanOrEqual(whole);
          expect(Math.abs(2 * start + length - whole)).toBeLessThanOrEqual(1);
          expect(size).toBeGreaterThanOrEqual(1);
          expect(size).toBeLessThanOrEqual(inputSize);
        }
      },
    ),
  );
});

describe("a picture that is read", () => {
  const SIZE = 64;
  const colourAt = ({ data }: PixelTensor, x: number, y: number) =>
    Array.from(data.subarray((y * SIZE + x) * 3, (y * SIZE + x) * 3 + 3));
  const [red, green, blue, white] = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ];
  /** Three squares beside one another, red, green and blue. */
  const threeSquares = (side: number) =>
    sharp(
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="${3 * side}" height="${side}">
          <rect width="${side}" height="${side}" fill="#f00"/>
          <rect x="${side}" width="${side}" height="${side}" fill="#0f0"/>
          <rect x="${2 * side}" width="${side}" height="${side}" fill="#00f"/></svg>`,
      ),
    )
      .png()
      .toBuffer();
  const read = (resizePolicy: ResizePolicy, bytes: Uint8Array) =>
    createImageReader({ inputSize: SIZE, resizePolicy }).toTensor(bytes);
  /** Near each end of the middle line and column, and in the middle itself. */
  const tour = (tensor: PixelTensor) => ({
    left: colourAt(tensor, 3, 32),
    middle: colourAt(tensor, 32, 32),
    right: colourAt(tensor, 60, 32),
    top: colourAt(tensor, 32, 3),
    bottom: colourAt(tensor, 32, 60),
  });

  // Smaller than the square, and so large that a copy is read of which a part is then read again.
  it.each([16, 400])("is seen as each policy lays it out, from squares of %i pixels", async (side) => {
    const bytes = await threeSquares(side);
    const colours = { left: red, middle: green, right: blue };
    expect(tour(await read(cover(SIZE), bytes))).toEqual({
      left: green,
      middle: green,
      right: green,
      top: green,
      bottom: green,
    });
    expect(tour(await read("stretch", bytes))).toEqual({ ...colours, top: green, bottom: green });
    expect(tour(await read("contain", bytes))).toEqual({ ...colours, top: white, bottom: white });
  });

  it("is interpolated as told: at an edge, cubic goes beyond both its sides and linear never does", async () => {
    const edge = await sharp(
      Uint8Array.from({ length: 16 * 16 }, (_, i) => (i % 16 < 8 ? 64 : 192)),
      {
        raw: { width: 16, height: 16, channels: 1 },
      },
    )
      .png()
      .toBuffer();
    const range = async (resample?: "linear" | "cubic" | "lanczos3") => {
      const reader = createImageReader({ inputSize: SIZE, resizePolicy: "stretch", resample });
      const { data } = await reader.toTensor(edge);
      return [Math.min(...data), Math.max(...data)] as const;
    };
    expect(await range("linear")).toEqual([64, 192]);
    const [lowest, highest] = await range("cubic");
    expect(lowest).toBeLessThan(64);
    expect(highest).toBeGreaterThan(192);
    expect(await range()).toEqual(await range("lanczos3"));
  });
});
