/** A comment, a string, which ends with its line at the latest, an address without quotes, or an escape: whichever begins first. */
const PART =
  /\/\*[\s\S]*?(?:\*\/|$)|"[^"\\\n\r\f]*(?:\\[\s\S][^"\\\n\r\f]*)*"?|'[^'\\\n\r\f]*(?:\\[\s\S][^'\\\n\r\f]*)*'?|(?<![-\w\u0080-\u{10ffff}])url\(\s*(?!["'\s])[^)\\]*(?:\\[\s\S][^)\\]*)*|\\(?:[0-9a-f]{1,6}\s?|[\s\S])/giu;
const ESCAPE = /\\(?:([0-9a-f]{1,6})\s?|([\s\S]))/giu;

/** Where characters of ASCII stand that are no marks, though they look like them: nobody uses those of this plane. */
const PLAIN = 0x10ff00;

/** Without comments and escapes. What then looks like a mark of CSS is one; {@link spelled} gives the names back. */
export function plainCss(css: string): string {
  return css.replaceAll(PART, (part) => {
    if (part.startsWith("/*")) return " ";
    const looksLikeMark = part.startsWith("\\") ? /[^-\w\u0080-\u{10ffff}]/gu : /[{};]/gu;
    return withoutEscapes(part).replaceAll(looksLikeMark, (character) =>
      String.fromCodePoint(PLAIN + character.charCodeAt(0)),
    );
  });
}

/** A name in plain CSS as it is spelled elsewhere. */
export function spelled(name: string): string {
  return name.replaceAll(/[\u{10ff00}-\u{10ff7f}]/gu, (character) =>
    String.fromCharCode(character.codePointAt(0)! - PLAIN),
  );
}

function withoutEscapes(text: string): string {
  return text.replaceAll(ESCAPE, (_, code?: string, character?: string) =>
    code === undefined ? character! : String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff)),
  );
}
