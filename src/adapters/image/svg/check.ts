import sharp from "sharp";
import { AppError } from "../../../errors.js";
import { recognise } from "../formats.js";
import { asReason } from "../reason.js";
import { applyRules, scanSvg } from "./scan.js";
import { type Weight, weigh } from "./weight.js";

/**
 * Flats that drawing programs export have some 10,000 elements; ten times as many are drawn in three seconds, and a reading process has
 * ten.
 */
const MOST_ELEMENTS = 100_000;
/** A shadow is four of them; one takes up to 20 ms on a picture of 2,048 pixels. */
const MOST_FILTER_PRIMITIVES = 400;
/** As libxml2 allows in the file itself; here with what is referred to. */
const MOST_DEPTH = 256;
/** Each selector is tried on each element: a few seconds. */
const MOST_RULE_TRIALS = 50_000_000;
/** What librsvg draws of pictures inside, less SVG: there would be no end to looking. */
const EMBEDDABLE = /^data:image\/(?:png|jpe?g|gif|webp)[;,]/iu;

/**
 * Looks at an SVG before it is drawn, for a file of a kilobyte can ask for hours of drawing.
 *
 * @param maxImagePixels of the pictures inside, together.
 * @throws AppError IMAGE_UNDECODABLE, IMAGE_TOO_LARGE.
 */
export async function checkSvg(bytes: Uint8Array, maxImagePixels: number): Promise<void> {
  const drawing = scan(bytes);
  if (drawing === "too many elements") throw tooMuch("elements", MOST_ELEMENTS, "more");
  if (drawing === "too deep") throw tooDeep();
  const trials = drawing.ruleCount * drawing.all.length;
  if (trials > MOST_RULE_TRIALS) throw tooMuch("selectors x elements", MOST_RULE_TRIALS, told(trials));
  applyRules(drawing);
  const weight = weigh(drawing, MOST_DEPTH);
  if (!weight) throw undrawable("a part of it refers to itself, so that drawing it would never end");
  requireWeight(weight);
  await checkEmbedded(drawing.embedded, maxImagePixels);
}

function scan(bytes: Uint8Array): ReturnType<typeof scanSvg> {
  try {
    return scanSvg(bytes, { elements: MOST_ELEMENTS, depth: MOST_DEPTH });
  } catch (error) {
    throw undrawable((error as Error).message, error);
  }
}

function requireWeight({ elements, filterPrimitives, depth }: Weight): void {
  if (depth > MOST_DEPTH) throw tooDeep();
  if (elements > MOST_ELEMENTS)
    throw tooMuch("elements, each counted as often as it is drawn", MOST_ELEMENTS, told(elements));
  if (filterPrimitives > MOST_FILTER_PRIMITIVES) {
    throw tooMuch(
      "filter steps, each counted as often as it is drawn",
      MOST_FILTER_PRIMITIVES,
      told(filterPrimitives),
    );
  }
}

function tooDeep(): AppError {
  return tooMuch("elements inside one another", MOST_DEPTH, "more");
}

async function checkEmbedded(urls: readonly string[], maxImagePixels: number): Promise<void> {
  let pixels = 0;
  for (const url of urls) {
    const bytes = EMBEDDABLE.test(url) ? contentOf(url) : new Uint8Array();
    const recognised = recognise(bytes);
    if (!("format" in recognised) || recognised.format === "SVG") {
      throw undrawable(`a picture inside it must be PNG, JPEG, GIF or WebP; received ${url.slice(0, 40)}`);
    }
    const { width, height } = await sharp(bytes, { limitInputPixels: false })
      .metadata()
      .catch((error: unknown) => {
        throw undrawable(`a ${recognised.format} picture inside it is damaged`, error);
      });
    pixels += width * height;
    if (pixels > maxImagePixels) throw tooMuch("pixels of pictures inside", maxImagePixels, told(pixels));
  }
}

function contentOf(url: string): Uint8Array {
  const comma = url.indexOf(",");
  const content = url.slice(comma + 1);
  if (/;\s*base64\s*$/iu.test(url.slice(0, comma))) return Buffer.from(content, "base64");
  return Buffer.from(percentDecoded(content), "latin1");
}

function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/giu, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** Counts that multiply pass what is worth telling. */
function told(count: number): string {
  return count < 1e9 ? count.toLocaleString("en-US") : "more than a billion";
}

function tooMuch(what: string, most: number, received: string): AppError {
  return new AppError(
    "IMAGE_TOO_LARGE",
    `An SVG picture may have ${told(most)} ${what}; received ${received}: simplify the drawing, or export it as PNG.`,
  );
}

function undrawable(reason: string, cause?: unknown): AppError {
  return new AppError(
    "IMAGE_UNDECODABLE",
    `The SVG picture cannot be drawn (${asReason(reason)}); export it again as plain SVG, or as PNG.`,
    { cause },
  );
}
