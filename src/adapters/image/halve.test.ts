import fc from "fast-check";
import { expect, it } from "vitest";
import { RandomNumbers } from "../../../test/fixtures/random-numbers.js";
import { halve } from "./halve.js";

const grey = (width: number, ...levels: number[]) => ({
  data: Uint8Array.from(levels.flatMap((level) => [level, level + 1, 255 - level])),
  width,
  height: levels.length / width,
});

it("averages squares of four pixels, each channel by itself, and rounds halves up", () => {
  const picture = grey(4, 10, 20, 0, 1, 30, 40, 0, 1);
  expect(halve(picture)).toEqual({
    data: Uint8Array.of(25, 26, 230, 1, 2, 255),
    width: 2,
    height: 1,
  });
});

it("averages what there is at the sides of an odd picture", () => {
  const picture = grey(3, 10, 20, 50, 30, 40, 70, 2, 4, 8);
  expect(halve(picture)).toEqual({
    data: Uint8Array.of(25, 26, 230, 60, 61, 195, 3, 4, 252, 8, 9, 247),
    width: 2,
    height: 2,
  });
});

it.each([
  [1, 1],
  [1, 2],
  [7, 1],
])("keeps at least a pixel of %i x %i", (width, height) => {
  const picture = { data: new Uint8Array(width * height * 3).fill(77), width, height };
  const { data, ...size } = halve(picture);
  expect(size).toEqual({ width: Math.ceil(width / 2), height: Math.ceil(height / 2) });
  expect(data).toEqual(new Uint8Array(size.width * size.height * 3).fill(77));
});

it("averages pictures of any size", () => {
  const side = fc.integer({ min: 1, max: 70 });
  const property = fc.property(side, side, (width, height) => {
    const data = Uint8Array.from(new RandomNumbers(width).integers(width * height * 3, 0, 255));
    const halved = halve({ data, width, height });
    const expected = Uint8Array.from(halved.data, (_, at) => {
      const [channel, pixel] = [at % 3, Math.floor(at / 3)];
      const [x, y] = [2 * (pixel % halved.width), 2 * Math.floor(pixel / halved.width)];
      const values = [y, y + 1]
        .filter((row) => row < height)
        .flatMap((row) =>
          [x, x + 1]
            .filter((column) => column < width)
            .map((column) => data[3 * (row * width + column) + channel]!),
        );
      return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
    });
    expect(halved.data).toEqual(expected);
  });
  fc.assert(property, { seed: 3, numRuns: 60 });
});
