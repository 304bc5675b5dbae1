import type { PackInput } from "../models/manifest.js";
import { Tensor } from "./runtime.js";

/**
 * The network's input tensor for a batch of pictures.
 *
 * @param pixels unsigned 8-bit RGB, `[batchSize, size, size, 3]`, in one piece.
 */
export function networkInput(pixels: Uint8Array, batchSize: number, input: PackInput): Tensor {
  const { size, layout, channelOrder, scale } = input;
  const dims = layout === "NHWC" ? [batchSize, size, size, 3] : [batchSize, 3, size, size];
  if (scale.elementType === "uint8") {
    const unchanged = layout === "NHWC" && channelOrder === "RGB";
    const values = unchanged ? pixels : arrange(pixels, new Uint8Array(pixels.length), input);
    return new Tensor("uint8", values, dims);
  }
  const values = arrange(pixels, new Float32Array(pixels.length), input, (value, channel) => {
    return (value - scale.mean[channel]!) / scale.std[channel]!;
  });
  return new Tensor("float32", values, dims);
}

/** Copies the pixels into the layout and the order of channels that the network takes. */
function arrange<T extends Uint8Array | Float32Array>(
  pixels: Uint8Array,
  target: T,
  { size, layout, channelOrder }: PackInput,
  convert: (value: number, channel: number) => number = (value) => value,
): T {
  const plane = size * size;
  for (let i = 0; i < pixels.length; i++) {
    const rgb = i % 3;
    const pixel = (i - rgb) / 3;
    const channel = channelOrder === "RGB" ? rgb : 2 - rgb;
    const picture = Math.floor(pixel / plane);
    const at =
      layout === "NHWC" ? 3 * pixel + channel : plane * (3 * picture + channel) + (pixel - picture * plane);
    target[at] = convert(pixels[i]!, channel);
  }
  return target;
}
