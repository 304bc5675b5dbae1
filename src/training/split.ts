import { createRandom, shuffle } from "../core/random.js";
import { AppError } from "../errors.js";

/** Designs that are similar to one another, by index: a family or a part of one. */
export type Group = readonly number[];

/** What is learnt from, what tells when to stop, and what nothing is decided by. No design is in two. */
export type Parts = Readonly<Record<"train" | "validation" | "test", readonly Group[]>>;

export interface Split extends Parts {
  /** Whether whole families were held out; else designs of each. */
  readonly holdsWholeFamilies: boolean;
}

/** Shares of the validation and of the test. */
const HELD_OUT = 0.2;

/** From so many families on whole families are held out; with fewer, designs of each. */
const WHOLE_FAMILIES = 20;

/** What a held-out part of a family must have: a design to search with and two to find. */
const LEAST_PART = 3;

/**
 * Splits families at random. With few of them (such as the categories of garments) each family is split itself, so that
 * every kind is learnt from; then a family is used when it has 15 designs or more.
 *
 * @throws AppError INVALID_REQUEST when there are too few to hold any out.
 */
export function splitFamilies(families: readonly Group[], seed: number): Split {
  const random = createRandom(seed);
  if (families.length >= WHOLE_FAMILIES) {
    return { ...cut(shuffle(families, random)), holdsWholeFamilies: true };
  }
  const large = families.filter((family) => family.length * HELD_OUT >= LEAST_PART);
  if (large.length < 2) {
    throw new AppError(
      "INVALID_REQUEST",
      `A head learns from ${WHOLE_FAMILIES} groups of similar designs or more, or from two or more of ${LEAST_PART / HELD_OUT} designs each; received ${families.length}, of which ${large.length} are so large. Label more designs.`,
    );
  }
  const parts = large.map((family) => cut(shuffle(family, random)));
  return {
    train: parts.map(({ train }) => train),
    validation: parts.map(({ validation }) => validation),
    test: parts.map(({ test }) => test),
    holdsWholeFamilies: false,
  };
}

function cut<T>(items: readonly T[]): { train: T[]; validation: T[]; test: T[] } {
  const size = Math.floor(items.length * HELD_OUT);
  return {
    test: items.slice(0, size),
    validation: items.slice(size, 2 * size),
    train: items.slice(2 * size),
  };
}
