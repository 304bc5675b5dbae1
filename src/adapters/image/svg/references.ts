/** What one element says of another that has to be drawn for it. */
export interface Reference {
  /** Null for a step of a filter that is written in place, as `blur(2px)`. */
  readonly id: string | null;
  /**
   * - `once`: drawn once, as by use, mask, clip-path and filter.
   * - `element`: handed down, and drawn for every element that inherits it, as by fill and stroke.
   * - `vertex`: handed down, and drawn at every vertex of a path, as by marker.
   */
  readonly drawn: "once" | "element" | "vertex";
}

/** Elements whose link is for people to follow, not to be drawn. */
const LINKS = new Set(["a", "script", "mpath", "animate", "animateMotion", "animateTransform", "set"]);

/** What the element's attributes refer to, by their names without prefix. */
export function referencesOf(element: string, attributes: ReadonlyMap<string, string>): Reference[] {
  const found: Reference[] = [];
  for (const [name, value] of attributes) {
    if (name === "href") {
      if (value.trim().startsWith("#") && !LINKS.has(element))
        found.push({ id: value.trim().slice(1), drawn: "once" });
    } else if (name === "style") found.push(...declared(plainCss(value)));
    else if (value.includes("(") && name !== "d") found.push(...declared(`${name}:${plainCss(value)}`));
  }
  return found;
}

/** The rules of a style sheet that refer to something. */
export interface Rule {
  /** Classes that the selector names, of which an element has one; it may have any where there are none. */
  readonly classes: readonly string[];
  /** The kind of element; null for any. */
  readonly element: string | null;
  readonly references: readonly Reference[];
}

/** Whether the rule may be for the element; of what its selector tells of others nothing is asked. */
export function mayMeet(rule: Rule, name: string, classes: readonly string[]): boolean {
  if (rule.element !== null && rule.element !== name) return false;
  return rule.classes.length === 0 || rule.classes.some((each) => classes.includes(each));
}

/** @returns the rules that refer to something, and how many there are in all. */
export function readStyleSheet(css: string): { readonly rules: readonly Rule[]; readonly count: number } {
  // Split and not matched: what may begin anywhere and never ends would be looked at again from everywhere.
  const all = plainCss(css).split("}");
  const rules = all.flatMap((rule): Rule[] => {
    const [selector = "", ...declarations] = rule.split("{");
    const references = declared(declarations.join(";"));
    if (references.length === 0) return [];
    return selector.split(",").map((each) => ({
      classes: [...each.matchAll(/\.([^\s.#:>+~[\]*]+)/gu)].map(([, name]) => name!),
      element:
        /^[a-z]+/iu.exec(
          each
            .trim()
            .split(/[\s>+~]+/u)
            .at(-1)!,
        )?.[0] ?? null,
      references,
    }));
  });
  return { rules, count: all.length };
}

function declared(declarations: string): Reference[] {
  return declarations.split(";").flatMap((declaration) => {
    const [name = "", ...rest] = declaration.split(":");
    const value = rest.join(":");
    const property = name.trim().toLowerCase();
    const drawn = drawnBy(property);
    const found = [...value.matchAll(/url\(\s*['"]?#([^'")\s]+)/giu)].map(
      ([, id]): Reference => ({ id: id!, drawn }),
    );
    if (property !== "filter") return found;
    const steps = Math.max(0, value.split("(").length - 1 - found.length);
    return [...found, ...Array.from({ length: steps }, (): Reference => ({ id: null, drawn }))];
  });
}

function drawnBy(property: string): Reference["drawn"] {
  if (property === "fill" || property === "stroke") return "element";
  return property.startsWith("marker") ? "vertex" : "once";
}

/** Without comments, escapes, and strings that hold braces or semicolons. */
function plainCss(css: string): string {
  return css
    .replaceAll(/\/\*[\s\S]*?(?:\*\/|$)/gu, " ")
    .replaceAll(/\\(?:([0-9a-f]{1,6})\s?|(.))/giu, (_, code?: string, character?: string) =>
      code === undefined ? character! : String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff)),
    )
    .replaceAll(/"[^"]*"|'[^']*'/gu, (text) => (/[{};]/u.test(text) ? '""' : text));
}
