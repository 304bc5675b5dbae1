import fc from "fast-check";
import { expect, it } from "vitest";
import { RandomNumbers } from "../../../test/fixtures/random-numbers.js";
import { runOnPixels } from "./pixel-kernel.js";

it("marks what differs from a colour by more than a tolerance, and by more than an excess above it", () => {
  const level = fc.integer({ min: 0, max: 255 });
  const told = fc.record({
    pixels: fc.integer({ min: 1, max: 200 }),
    colour: fc.tuple(level, level, level),
    tolerance: fc.integer({ min: 0, max: 32 }),
    excess: fc.integer({ min: 0, max: 40 }),
  });
  const property = fc.property(told, ({ pixels, colour, tolerance, excess }) => {
    const random = new RandomNumbers(pixels);
    // Around the colour, where the bounds lie.
    const data = Uint8ClampedArray.from(
      { length: 3 * pixels },
      (_, at) => colour[at % 3]! + random.integer(-80, 80),
    );
    const marks = runOnPixels([new Uint8Array(data)], pixels, (kernel, to, from) =>
      kernel.markDifferences(pixels, from, ...colour, tolerance, excess, to),
    );
    const expected = Uint8Array.from({ length: pixels }, (_, pixel) => {
      const differences = colour.map((value, channel) => Math.abs(data[3 * pixel + channel]! - value));
      const above = Math.max(...differences) - tolerance;
      return above > excess ? 3 : above > 0 ? 1 : 0;
    });
    expect(marks).toEqual(expected);
  });
  fc.assert(property, { seed: 5, numRuns: 100 });
});

it("counts marks in square cells, of which the last are cut off", () => {
  const side = fc.integer({ min: 1, max: 40 });
  const told = fc.record({
    width: side,
    height: side,
    besides: fc.nat(5),
    cellSize: fc.integer({ min: 2, max: 9 }),
  });
  const property = fc.property(told, ({ width, height, besides, cellSize }) => {
    const stride = width + besides;
    // Marks have other flags, too, and what lies beside the lines does not count.
    const marks = Uint8Array.from(new RandomNumbers(width).integers(stride * height, 0, 3));
    const [columns, rows] = [Math.ceil(width / cellSize), Math.ceil(height / cellSize)];
    const counted = runOnPixels([marks], 4 * columns * rows, (kernel, to, from) =>
      kernel.countInCells(from, stride, width, height, cellSize, to),
    );
    const expected = new Uint32Array(columns * rows);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        expected[Math.floor(y / cellSize) * columns + Math.floor(x / cellSize)]! +=
          marks[y * stride + x]! & 1;
      }
    }
    expect(new Uint32Array(counted.buffer)).toEqual(expected);
  });
  fc.assert(property, { seed: 7, numRuns: 100 });
});

it("takes a picture that is larger than all before, and smaller ones after it", () => {
  for (const length of [10, 1_000_000, 20, 3_000_000]) {
    const given = new Uint8Array(length).fill(length % 251);
    const halved = runOnPixels([given], Math.floor(length / 2), (kernel, to, from) => {
      kernel.halve(Math.floor(length / 6) * 2, 1, from, to);
    });
    expect(halved.subarray(0, 3 * Math.floor(length / 6)).every((value) => value === length % 251)).toBe(
      true,
    );
  }
});
