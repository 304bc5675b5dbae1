import { describe, expect, it } from "vitest";
import type { PackInput } from "../models/manifest.js";
import { networkInput } from "./network-input.js";

/** Two pictures of 2 x 2; the schema asks for larger ones, the function does not. Pixel p has R 3p, G 3p + 1, B 3p + 2. */
const pixels = Uint8Array.from({ length: 24 }, (_, i) => i);
const input = (given: Partial<PackInput>): PackInput => ({
  name: "input",
  size: 2,
  layout: "NHWC",
  channelOrder: "RGB",
  scale: { elementType: "uint8" },
  ...given,
});

describe("networkInput", () => {
  it("NHWC, RGB, 8 bits: the pixels as they are", () => {
    const tensor = networkInput(pixels, 2, input({}));
    expect(tensor.type).toBe("uint8");
    expect(tensor.dims).toEqual([2, 2, 2, 3]);
    expect(tensor.data).toEqual(pixels);
  });

  it("NHWC, BGR", () => {
    const { data } = networkInput(pixels.subarray(0, 12), 1, input({ channelOrder: "BGR" }));
    expect([...(data as Uint8Array)]).toEqual([2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9]);
  });

  it("NCHW: a plane for each channel of each picture", () => {
    const tensor = networkInput(pixels, 2, input({ layout: "NCHW" }));
    expect(tensor.dims).toEqual([2, 3, 2, 2]);
    expect([...(tensor.data as Uint8Array)]).toEqual([
      ...[0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11],
      ...[12, 15, 18, 21, 13, 16, 19, 22, 14, 17, 20, 23],
    ]);
  });

  it("NCHW, BGR: the planes in the other order", () => {
    const { data } = networkInput(pixels.subarray(0, 12), 1, input({ layout: "NCHW", channelOrder: "BGR" }));
    expect([...(data as Uint8Array)]).toEqual([2, 5, 8, 11, 1, 4, 7, 10, 0, 3, 6, 9]);
  });

  it("float32: less the mean, by the standard deviation, each in the order of the network's channels", () => {
    const scale: PackInput["scale"] = { elementType: "float32", mean: [1, 2, 3], std: [1, 2, 4] };
    const picture = Uint8Array.from({ length: 12 }, (_, i) => [10, 20, 30][i % 3]!);
    const rgb = networkInput(picture, 1, input({ scale }));
    expect(rgb.type).toBe("float32");
    expect([...(rgb.data as Float32Array)].slice(0, 3)).toEqual([9, 9, 6.75]);
    const bgr = networkInput(picture, 1, input({ channelOrder: "BGR", scale }));
    expect([...(bgr.data as Float32Array)].slice(0, 3)).toEqual([29, 9, 1.75]);
  });

  it("leaves the pixels as they are", () => {
    networkInput(pixels, 2, input({ layout: "NCHW", channelOrder: "BGR" }));
    expect([...pixels]).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });
});
