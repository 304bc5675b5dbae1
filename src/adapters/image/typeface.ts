import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import opentype, { type Font, type Glyph } from "opentype.js";
import decompress from "woff2-encoder/decompress";

/** Weights that are used; the font has every weight from 100 to 900. */
export type FontWeight = 400 | 500 | 600;

/** A character drawn: lengths in thousandths of the font size. */
export interface DrawnGlyph {
  readonly advance: number;
  /** The `d` attribute of an SVG path, origin on the baseline, y downwards; empty for a space. */
  readonly path: string;
  /** Where kerning asks: the subset that the glyph is from; null for a stand-in. */
  readonly origin: { readonly font: Font; readonly glyph: Glyph } | null;
}

/**
 * Noto Sans TC (Latin, Cyrillic, Vietnamese, kana, 16,000 characters in all) as outlines, so that text looks the same on a
 * machine without fonts. The package holds the font in some hundred subsets; a subset is read when one of its
 * characters is first asked for, and stays.
 */
export class Typeface {
  /** Subset names, most preferred first, with their ranges of code points. */
  readonly #subsets: Promise<readonly Subset[]>;
  readonly #fonts = new Map<string, Promise<Font>>();
  readonly #glyphs = new Map<string, DrawnGlyph>();

  constructor() {
    this.#subsets = readSubsets();
    // Told again to whoever asks for a glyph.
    this.#subsets.catch(() => {});
  }

  /** Draws one character (one code point); a character that the font lacks becomes a box with its code in it. */
  async draw(character: string, weight: FontWeight): Promise<DrawnGlyph> {
    const key = `${weight}${character}`;
    const known = this.#glyphs.get(key);
    if (known) return known;
    const drawn = await this.#drawAnew(character, weight);
    // A million different characters cannot come, but names are given by strangers: the memory has a bound.
    if (this.#glyphs.size >= MOST_GLYPHS_KEPT) this.#glyphs.clear();
    this.#glyphs.set(key, drawn);
    return drawn;
  }

  async #drawAnew(character: string, weight: FontWeight): Promise<DrawnGlyph> {
    const codePoint = character.codePointAt(0)!;
    const subsets = await this.#subsets;
    for (const { name } of subsets.filter((subset) => includes(subset, codePoint))) {
      const font = await this.#font(name);
      const glyph = font.charToGlyph(character);
      if (glyph.index === 0) continue;
      const options = { variation: { wght: weight } };
      // The path before the advance: opentype.js learns a glyph's advance at this weight by drawing it.
      const path = font.getPath(character, 0, 0, EM, options).toPathData(0);
      return { advance: font.getAdvanceWidth(character, EM, options), path, origin: { font, glyph } };
    }
    return this.#drawCode(codePoint, weight);
  }

  /** A box of the height of a capital with the character's code in two lines of small digits. */
  async #drawCode(codePoint: number, weight: FontWeight): Promise<DrawnGlyph> {
    const digits = codePoint.toString(16).toUpperCase().padStart(4, "0");
    const perLine = Math.ceil(digits.length / 2);
    const font = await this.#font("latin");
    const options = { variation: { wght: weight } };
    const size = 380;
    const line = (text: string, baseline: number): string => {
      // Drawn once for the width alone: see above.
      font.getPath(text, 0, 0, size, options);
      const inset = (CODE_BOX.width - font.getAdvanceWidth(text, size, options)) / 2;
      return font.getPath(text, inset, baseline, size, options).toPathData(0);
    };
    const { left, right, top, bottom, stroke } = CODE_BOX;
    const frame =
      `M${left} ${top}H${right}V${bottom}H${left}Z` +
      `M${left + stroke} ${top + stroke}V${bottom - stroke}H${right - stroke}V${top + stroke}Z`;
    const path = frame + line(digits.slice(0, perLine), -415) + line(digits.slice(perLine), -60);
    return { advance: CODE_BOX.width, path, origin: null };
  }

  #font(subset: string): Promise<Font> {
    let font = this.#fonts.get(subset);
    if (!font) {
      font = readFont(subset);
      this.#fonts.set(subset, font);
    }
    return font;
  }
}

/** Units to an em, the unit of every length in a {@link DrawnGlyph}. */
export const EM = 1000;

const MOST_GLYPHS_KEPT = 8192;
const CODE_BOX = { width: 860, left: 50, right: 810, top: -770, bottom: 10, stroke: 36 };
const PACKAGE = "@fontsource-variable/noto-sans-tc";

interface Subset {
  readonly name: string;
  /** First and last code point of each range. */
  readonly ranges: readonly (readonly [number, number])[];
}

function includes({ ranges }: Subset, codePoint: number): boolean {
  return ranges.some(([first, last]) => codePoint >= first && codePoint <= last);
}

function packageFolder(): string {
  return dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/unicode.json`));
}

/** The package tells the characters of each subset as CSS does: `"[12]": "U+3401,U+4E00-4E05"`. */
async function readSubsets(): Promise<readonly Subset[]> {
  const text = await readFile(join(packageFolder(), "unicode.json"), "utf8");
  const subsets = Object.entries(JSON.parse(text) as Record<string, string>).map(([key, ranges]) => ({
    name: key.replaceAll(/[[\]]/gu, ""),
    ranges: ranges.split(",").map((range) => {
      const [first, last] = range.slice("U+".length).split("-");
      return [Number.parseInt(first!, 16), Number.parseInt(last ?? first!, 16)] as const;
    }),
  }));
  // Characters in more than one subset are drawn from Latin, so that a name's letters and digits are of one piece.
  return subsets.sort((a, b) => Number(b.name === "latin") - Number(a.name === "latin"));
}

async function readFont(subset: string): Promise<Font> {
  const compressed = await readFile(
    join(packageFolder(), "files", `noto-sans-tc-${subset}-wght-normal.woff2`),
  );
  const sfnt = await decompress(compressed);
  return opentype.parse(sfnt.slice().buffer);
}
