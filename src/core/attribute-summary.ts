import type { Attributes } from "./design.js";
import { attributeText } from "./filter.js";

/** What designs have as one of their attributes: what a person can choose from to filter. */
export interface AttributeSummary {
  readonly key: string;
  /** How many designs have it. */
  readonly designs: number;
  /** Its values, as text, by how many designs have them, most first; the first {@link MOST_VALUES} of them. */
  readonly values: readonly { readonly value: string; readonly designs: number }[];
  /** Whether `values` are all there are. */
  readonly complete: boolean;
  /** From the least to the greatest where all values are numbers, else null. */
  readonly range: { readonly min: number; readonly max: number } | null;
}

/** Values of an attribute that are told. */
export const MOST_VALUES = 50;

/** Keys, and values of a key, that are counted: beyond, an attribute is no choice but a text of its own for each design. */
const MOST_COUNTED = { keys: 100, values: 2000 };

interface Counted {
  designs: number;
  readonly values: Map<string, number>;
  complete: boolean;
  min: number;
  max: number;
  isNumber: boolean;
}

/** Counts attributes of designs, one design after the other, in memory that does not grow with their number. */
export class AttributeCounter {
  readonly #keys = new Map<string, Counted>();

  add(attributes: Attributes): void {
    for (const [key, value] of Object.entries(attributes)) {
      const counted = this.#of(key);
      if (!counted) continue;
      counted.designs += 1;
      const text = attributeText(value);
      const before = counted.values.get(text);
      if (before === undefined && counted.values.size >= MOST_COUNTED.values) counted.complete = false;
      else counted.values.set(text, (before ?? 0) + 1);
      if (typeof value === "number") {
        counted.min = Math.min(counted.min, value);
        counted.max = Math.max(counted.max, value);
      } else counted.isNumber = false;
    }
  }

  /** Those that most designs have come first, then by their keys. */
  summary(): AttributeSummary[] {
    return [...this.#keys]
      .map(([key, { designs, values, complete, isNumber, min, max }]) => ({
        key,
        designs,
        values: [...values]
          .map(([value, count]) => ({ value, designs: count }))
          .sort((a, b) => b.designs - a.designs || compare(a.value, b.value))
          .slice(0, MOST_VALUES),
        complete: complete && values.size <= MOST_VALUES,
        range: isNumber ? { min, max } : null,
      }))
      .sort((a, b) => b.designs - a.designs || compare(a.key, b.key));
  }

  #of(key: string): Counted | undefined {
    const known = this.#keys.get(key);
    if (known || this.#keys.size >= MOST_COUNTED.keys) return known;
    const counted: Counted = {
      designs: 0,
      values: new Map(),
      complete: true,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      isNumber: true,
    };
    this.#keys.set(key, counted);
    return counted;
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
