import { AppError } from "../../errors.js";
import type { Pixels } from "./decode.js";

/**
 * The most that a channel of an empty sheet varies by, in levels of 255. A flat drawn with a fiftieth of the ink of a black one varies by
 * 6, also as a JPEG of quality 70; a plain sheet does not vary at all, whatever JPEG makes of it.
 */
const MOST_VARIATION = 2;

/**
 * Nothing is like a picture of nothing: what a search would find for it has no meaning.
 *
 * @throws AppError IMAGE_BLANK when all pixels have one colour.
 */
export function requireContent({ data }: Pixels): void {
  const [red, green, blue] = data as unknown as [number, number, number];
  const lowest = [red, green, blue];
  const highest = [red, green, blue];
  // From the middle on, round to it again: most pictures show something there at once, and above it nothing but margin.
  const middle = 3 * Math.floor(data.length / 6);
  for (let i = 0; i < data.length; i += 3) {
    const at = (middle + i) % data.length;
    if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) continue;
    for (let channel = 0; channel < 3; channel++) {
      const value = data[at + channel]!;
      if (value < lowest[channel]!) lowest[channel] = value;
      if (value > highest[channel]!) highest[channel] = value;
      if (highest[channel]! - lowest[channel]! > MOST_VARIATION) return;
    }
  }
  const colour = Buffer.from(data.subarray(0, 3)).toString("hex");
  throw new AppError(
    "IMAGE_BLANK",
    `A picture, or the crop of it, must show a design; this one is transparent or has the one colour #${colour} all over: choose another.`,
  );
}
