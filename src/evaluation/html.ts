/** Text that is HTML already. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

type Part = Html | string | number | readonly Html[];

/** A template whose values are escaped, so that an id or a message is shown as it is; those that are {@link Html} are not. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, i) => text + toHtml(parts[i - 1]!) + string));
}

function toHtml(part: Part): string {
  if (part instanceof Html) return part.toString();
  if (typeof part === "object") return part.join("");
  return String(part).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
