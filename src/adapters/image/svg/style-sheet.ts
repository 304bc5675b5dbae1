import { plainCss, spelled } from "./css.js";
import { declared, type Reference } from "./references.js";

/** What selectors ask of an element. */
export interface Styled {
  readonly name: string;
  readonly id: string | undefined;
  readonly classes: readonly string[];
  readonly parent: Styled | null;
}

/** What a selector asks of one element; null and none where it asks nothing, or something that is not looked at. */
type Asked = {
  readonly name: string | null;
  readonly id: string | null;
  readonly classes: readonly string[];
};

/** A rule of a style sheet that refers to something. */
export interface Rule {
  /** Of the element itself, then of those around it, from the inside out. */
  readonly asked: readonly Asked[];
  readonly references: readonly Reference[];
}

/** Whether the rule may be for the element. */
export function mayMeet({ asked }: Rule, element: Styled): boolean {
  if (!fits(asked[0]!, element)) return false;
  let met = 1;
  for (let around = element.parent; around && met < asked.length; around = around.parent) {
    if (fits(asked[met]!, around)) met += 1;
  }
  return met === asked.length;
}

function fits({ name, id, classes }: Asked, element: Styled): boolean {
  if ((name !== null && name !== element.name) || (id !== null && id !== element.id)) return false;
  return classes.every((each) => element.classes.includes(each));
}

/**
 * @returns the rules that refer to something, and how many there are in all.
 * @throws Error with a sentence's second half when it brings in another, which nobody has looked at.
 */
export function readStyleSheet(css: string): { readonly rules: readonly Rule[]; readonly count: number } {
  const plain = plainCss(css);
  if (plain.split(/[{};]/u).some(importsData)) throw new Error(FOREIGN_STYLE);
  const rules: Rule[] = [];
  let count = 0;
  // Split and not matched: what may begin anywhere and never ends would be looked at again from everywhere.
  for (const rule of plain.split("}")) {
    const [before = "", ...declarations] = rule.split("{");
    const selectors = selectorsOf(before);
    count += selectors.length;
    const references = declared(declarations.join(";"));
    if (references.length > 0)
      rules.push(...selectors.map((selector) => ({ asked: askedBy(selector), references })));
  }
  return { rules, count };
}

/** Of a style sheet in a data URL: any other is neither read nor asked for. */
export const FOREIGN_STYLE = "It takes a style sheet from a data URL";

function importsData(statement: string): boolean {
  const folded = statement.toLowerCase();
  return folded.includes("@import") && folded.includes("data:");
}

/**
 * The selectors of a rule, without what they hold in brackets; one of any element where that cannot be told. None of a rule for
 * fonts, media and the like, which librsvg passes over.
 */
function selectorsOf(before: string): string[] {
  const statements = before.replaceAll(/"[^"]*"|'[^']*'|<!--|-->/gu, " ").split(";");
  const statement = statements.at(-1)!.trim();
  if (statement.startsWith("@")) return [];
  let kept = "";
  let depth = 0;
  for (const character of statement) {
    if (character === "(" || character === "[") depth += 1;
    if (depth === 0) kept += character;
    if (character === ")" || character === "]") depth -= 1;
  }
  return depth === 0 ? kept.split(",") : ["*"];
}

function askedBy(selector: string): Asked[] {
  const plain = selector.trim().split(/\s+/u).join(" ");
  const around = plain.replaceAll(/ ?([>+~]) ?/gu, "$1").split(/[ >]/u);
  // Of those beside an element nothing is asked, but for what is around them all.
  return around.reverse().map((beside) => {
    const own = beside.split(/[+~]/u).at(-1)!;
    const named = (mark: RegExp) => [...own.matchAll(mark)].map(([, name]) => spelled(name!));
    const [name = null] = named(/^([a-z]+)/giu);
    const [id = null] = named(/#([^.#:*]+)/gu);
    return { name, id, classes: named(/\.([^.#:*]+)/gu) };
  });
}
