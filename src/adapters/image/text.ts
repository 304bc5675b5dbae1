import { type DrawnGlyph, EM, type FontWeight, Typeface } from "./typeface.js";

export interface TextStyle {
  /** Font size in pixels. */
  readonly size: number;
  /** Default 400. */
  readonly weight?: FontWeight;
  /** Pixels that the text may take; default unlimited. */
  readonly maxWidth?: number;
  /** What gives way to an ellipsis in a text that is too wide: default its end. File names differ at both ends. */
  readonly shorten?: "end" | "middle";
}

/** One line of text as outlines. */
export interface TextLine {
  /** In pixels. */
  readonly width: number;
  /** SVG for the line in a colour, its baseline beginning at (x, y). Holds numbers only: no text that needs escaping. */
  at(x: number, y: number, colour: string): string;
}

/** Read once for the whole process: its subsets and glyphs are the same for every sheet. */
let typeface: Typeface | undefined;

/** Sets one line of text; see {@link Typeface} for the characters it can draw. */
export async function setLine(text: string, style: TextStyle): Promise<TextLine> {
  typeface ??= new Typeface();
  const { size, weight = 400, maxWidth = Number.POSITIVE_INFINITY } = style;
  const face = typeface;
  const draw = (characters: readonly string[]): Promise<DrawnGlyph[]> =>
    Promise.all(characters.map((character) => face.draw(character, weight)));

  const room = (maxWidth * EM) / size;
  let glyphs = await draw(characters(text));
  if (widthOf(glyphs) > room) {
    const ellipsis = await draw(ELLIPSIS);
    glyphs = shorten(glyphs, ellipsis, room, style.shorten ?? "end");
  }
  const width = (widthOf(glyphs) * size) / EM;
  return {
    width,
    at: (x, y, colour) => {
      const scale = size / EM;
      const positions = positionsOf(glyphs);
      const paths = glyphs.map(({ path }, i) =>
        path === "" ? "" : `<path transform="translate(${Math.round(positions[i]!)} 0)" d="${path}"/>`,
      );
      return `<g fill="${colour}" transform="translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale})">${paths.join("")}</g>`;
    },
  };
}

/** The font's own ellipsis is the Chinese one, at half the height of the line. */
const ELLIPSIS = [".", ".", "."];

/** Beyond these many characters no line is looked at: nobody reads them, and each costs time. */
const MOST_CHARACTERS = 500;

/** The visible characters of a line, one code point each: controls, formatting marks and lone surrogates left out. */
function characters(text: string): string[] {
  const line = text
    .slice(0, MOST_CHARACTERS)
    .normalize("NFC")
    .replaceAll(/\s+/gu, " ")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Variation_Selector}]/gu, "")
    .trim();
  return Array.from(line);
}

function shorten(
  glyphs: readonly DrawnGlyph[],
  ellipsis: readonly DrawnGlyph[],
  room: number,
  where: "end" | "middle",
): DrawnGlyph[] {
  // Of an odd number of characters the beginning keeps one more.
  const keep = (kept: number): DrawnGlyph[] => {
    const head = where === "end" ? kept : Math.ceil(kept / 2);
    return [...glyphs.slice(0, head), ...ellipsis, ...glyphs.slice(glyphs.length - (kept - head))];
  };
  let [fits, tooMany] = [0, glyphs.length];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (widthOf(keep(middle)) <= room) fits = middle;
    else tooMany = middle;
  }
  return keep(fits);
}

function widthOf(glyphs: readonly DrawnGlyph[]): number {
  return (positionsOf(glyphs).at(-1) ?? 0) + (glyphs.at(-1)?.advance ?? 0);
}

/** Where each glyph begins, in thousandths of the font size. */
function positionsOf(glyphs: readonly DrawnGlyph[]): number[] {
  let position = 0;
  return glyphs.map((glyph, i) => {
    const previous = glyphs[i - 1];
    if (previous) position += previous.advance + kerning(previous, glyph);
    return position;
  });
}

function kerning({ origin: left }: DrawnGlyph, { origin: right }: DrawnGlyph): number {
  if (left === null || right === null || left.font !== right.font) return 0;
  return left.font.getKerningValue(left.glyph, right.glyph);
}
