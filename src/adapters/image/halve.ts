import type { Pixels } from "./decode.js";
import { runOnPixels } from "./pixel-kernel.js";

/** The picture at half its size, rounded up. A pipeline of sharp's takes several times as long, only to start and end. */
export function halve({ data, width, height }: Pixels): Pixels {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const halved = runOnPixels([data], half.width * half.height * 3, (kernel, to, from) =>
    kernel.halve(width, height, from, to),
  );
  return { data: halved, ...half };
}
