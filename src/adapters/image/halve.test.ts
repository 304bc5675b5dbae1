import { expect, it } from "vitest";
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
