import { AppError } from "../errors.js";
import { type Attributes, type AttributeValue, attributeValue } from "./design.js";

/**
 * One condition on an attribute.
 *
 * - `=`: the attribute, written as text, is one of `values`. `!=`: it is none of them, or the design lacks it.
 * - `>=`, `>`, `<=`, `<`: the attribute is a number and compares so with `value`, which is finite.
 */
export type Condition =
  | { readonly key: string; readonly operator: "=" | "!="; readonly values: readonly string[] }
  | { readonly key: string; readonly operator: ">=" | ">" | "<=" | "<"; readonly value: number };

/** Conditions that must all hold. */
export type Filter = readonly Condition[];

/** Of one filter; more than any page or person makes. */
const MOST_CONDITIONS = 200;
/** Of one condition, in characters. */
const LONGEST_CONDITION = 20_000;

const conditionPattern = /^(?<key>[^=<>!|]+)(?<operator>>=|<=|!=|=|>|<)(?<operand>.*)$/su;

/**
 * Reads one condition as a person types it: `colour=red`, `colour=red|blue`, `season!=SS25`, `price>=10`.
 *
 * @throws AppError INVALID_REQUEST when the text is no condition, is too long, or compares with what is no number.
 */
export function parseCondition(text: string): Condition {
  if (text.length > LONGEST_CONDITION) {
    throw new AppError(
      "INVALID_REQUEST",
      `A filter's condition has at most ${LONGEST_CONDITION} characters; received ${text.length}.`,
    );
  }
  const groups = conditionPattern.exec(text)?.groups;
  const key = groups?.key?.trim();
  if (!groups || !key) {
    throw new AppError(
      "INVALID_REQUEST",
      `A filter is written key=value, key=a|b, key!=value or key>=number; received "${text}".`,
    );
  }
  const operator = groups.operator as Condition["operator"];
  const operand = groups.operand!.trim();
  if (operator === "=" || operator === "!=") {
    return { key, operator, values: operand.split("|").flatMap(spellingsOf) };
  }
  const value = Number(operand);
  if (operand === "" || !Number.isFinite(value)) {
    throw new AppError(
      "INVALID_REQUEST",
      `The filter "${text}" compares with a number; received "${operand}".`,
    );
  }
  return { key, operator, value };
}

/** A value as it is typed, and as the number that it is where it is one: `12.50` is an attribute of 12.5, too. */
function spellingsOf(typed: string): string[] {
  const value = typed.trim();
  return [...new Set([value, attributeText(attributeValue(value))])];
}

/**
 * Reads conditions that must all hold, except that an attribute which several `=` name may be any of theirs: it could never be
 * both.
 *
 * @throws AppError as {@link parseCondition}; INVALID_REQUEST for more conditions than a filter may have.
 */
export function parseFilter(texts: readonly string[]): Filter {
  if (texts.length > MOST_CONDITIONS) {
    throw new AppError(
      "INVALID_REQUEST",
      `A filter has at most ${MOST_CONDITIONS} conditions; received ${texts.length}, so write several values as key=a|b.`,
    );
  }
  const chosen = new Map<string, readonly string[]>();
  const others: Condition[] = [];
  for (const condition of texts.map(parseCondition)) {
    if (condition.operator !== "=") others.push(condition);
    else chosen.set(condition.key, [...(chosen.get(condition.key) ?? []), ...condition.values]);
  }
  const equalities = [...chosen].map(([key, values]): Condition => ({ key, operator: "=", values }));
  return [...equalities, ...others];
}

/** The text form of an attribute, by which `=` compares: a number in its shortest decimal notation. */
export function attributeText(value: AttributeValue): string {
  return String(value);
}

/** Whether a design with these attributes satisfies every condition. */
export function matchesFilter(attributes: Attributes, filter: Filter): boolean {
  return filter.every((condition) => matchesCondition(attributes, condition));
}

function matchesCondition(attributes: Attributes, condition: Condition): boolean {
  const attribute = Object.hasOwn(attributes, condition.key) ? attributes[condition.key] : undefined;
  switch (condition.operator) {
    case "=":
      return attribute !== undefined && condition.values.includes(attributeText(attribute));
    case "!=":
      return attribute === undefined || !condition.values.includes(attributeText(attribute));
    case ">=":
      return typeof attribute === "number" && attribute >= condition.value;
    case ">":
      return typeof attribute === "number" && attribute > condition.value;
    case "<=":
      return typeof attribute === "number" && attribute <= condition.value;
    case "<":
      return typeof attribute === "number" && attribute < condition.value;
  }
}
