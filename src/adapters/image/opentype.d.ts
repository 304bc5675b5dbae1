/** The part of opentype.js 2.0 that is used here; the package carries no types of its own. */
declare module "opentype.js" {
  export interface Path {
    /** The `d` attribute of an SVG path, y downwards. */
    toPathData(decimalPlaces: number): string;
  }

  export interface Glyph {
    /** Place in the font; 0 is the glyph for characters that the font lacks. */
    readonly index: number;
  }

  export interface RenderOptions {
    /** Where on its axes a variable font is drawn, e.g. `{ wght: 600 }`. */
    variation?: Record<string, number>;
  }

  export interface Font {
    charToGlyph(character: string): Glyph;
    getPath(text: string, x: number, y: number, fontSize: number, options?: RenderOptions): Path;
    getAdvanceWidth(text: string, fontSize: number, options?: RenderOptions): number;
    /** Space to add between two glyphs, in font units. */
    getKerningValue(left: Glyph, right: Glyph): number;
  }

  /** Node takes the package's CommonJS build, which has a default export only. */
  const opentype: { parse(buffer: ArrayBuffer): Font };
  export default opentype;
}
