import { plainCss, spelled } from "./css.js";

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

/** What the element's attributes refer to. */
export function referencesOf(
  element: string,
  attributes: Iterable<readonly [name: string, value: string]>,
): Reference[] {
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

/** What declarations of CSS, without comments and escapes, refer to. */
export function declared(declarations: string): Reference[] {
  return declarations.split(";").flatMap((declaration) => {
    const [name = "", ...rest] = declaration.split(":");
    const value = rest.join(":");
    const property = name.trim().toLowerCase();
    const drawn = drawnBy(property);
    const found = [...value.matchAll(/url\(\s*['"]?#([^'")\s]+)/giu)].map(
      ([, id]): Reference => ({ id: spelled(id!), drawn }),
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
