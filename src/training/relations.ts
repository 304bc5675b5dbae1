import type { Attributes } from "../core/design.js";
import { attributeText } from "../core/filter.js";
import { AppError } from "../errors.js";
import type { LabelledPair } from "./pairs.js";

/** Which designs of a list are similar, designs being told by their index. */
export interface Relations {
  /**
   * Designs that labels connect, of two or more each; no design is in two of them. Designs of different families are told
   * apart only by what {@link Relations.similarity} says.
   */
  readonly families: readonly (readonly number[])[];
  /** How similar two designs are, 0 to 1; null when the labels leave it open. Symmetric. */
  readonly similarity: (a: number, b: number) => number | null;
  /** The designs that a label sets apart from this one. */
  readonly apart: (design: number) => readonly number[];
}

/** Designs with the same value of the attribute `name` are similar; one without it is similar to none. */
export function relationsByAttribute(
  designs: readonly { readonly attributes: Attributes }[],
  name: string,
): Relations {
  const values = designs.map(({ attributes }) =>
    Object.hasOwn(attributes, name) ? attributeText(attributes[name]!) : null,
  );
  const members = new Map<string, number[]>();
  for (const [index, value] of values.entries()) {
    if (value === null || value === "") continue;
    const own = members.get(value);
    if (own) own.push(index);
    else members.set(value, [index]);
  }
  if (members.size === 0) {
    throw new AppError(
      "INVALID_REQUEST",
      `A head learns from an attribute that designs of the catalog have; none has "${name}".`,
    );
  }
  return {
    families: [...members.values()].filter((own) => own.length > 1),
    similarity: (a, b) => (values[a] !== null && values[a] === values[b] ? 1 : 0),
    apart: () => [],
  };
}

/**
 * Labelled pairs, of which the last word on two designs counts. Similarities are divided by the largest when that is above
 * 1. Designs connected through others are left open unless a pair names them; all others are not similar.
 *
 * @throws AppError INVALID_REQUEST for a pair of designs that the catalog lacks.
 */
export function relationsByPairs(ids: readonly string[], pairs: readonly LabelledPair[]): Relations {
  const indexes = new Map(ids.map((id, index) => [id, index]));
  const largest = pairs.reduce((most, { similar }) => Math.max(most, similar), 1);
  const labels = new Map<number, Map<number, number>>();
  const label = (from: number, to: number, similarity: number) => {
    const own = labels.get(from);
    if (own) own.set(to, similarity);
    else labels.set(from, new Map([[to, similarity]]));
  };
  for (const { line, a, b, similar } of pairs) {
    const missing = [a, b].find((id) => !indexes.has(id));
    if (missing !== undefined) {
      throw new AppError(
        "INVALID_REQUEST",
        `Pairs are of designs in the catalog; line ${line} names "${missing}", which it lacks. Import it, or remove the line.`,
      );
    }
    label(indexes.get(a)!, indexes.get(b)!, similar / largest);
    label(indexes.get(b)!, indexes.get(a)!, similar / largest);
  }
  const families = connectedDesigns(labels);
  const familyOf = new Map(families.flatMap((family, i) => family.map((design) => [design, i] as const)));
  return {
    families,
    similarity(a, b) {
      const told = labels.get(a)?.get(b);
      if (told !== undefined) return told;
      const family = familyOf.get(a);
      return family !== undefined && family === familyOf.get(b) ? null : 0;
    },
    apart: (design) =>
      [...(labels.get(design) ?? [])].flatMap(([other, similarity]) => (similarity === 0 ? other : [])),
  };
}

/** Designs that pairs of some similarity connect, directly or through others. */
function connectedDesigns(labels: ReadonlyMap<number, ReadonlyMap<number, number>>): number[][] {
  const seen = new Set<number>();
  const families: number[][] = [];
  for (const start of labels.keys()) {
    if (seen.has(start)) continue;
    seen.add(start);
    const family = [start];
    // The list grows while it is walked.
    for (const design of family) {
      for (const [other, similarity] of labels.get(design)!) {
        if (similarity === 0 || seen.has(other)) continue;
        seen.add(other);
        family.push(other);
      }
    }
    if (family.length > 1) families.push(family);
  }
  return families;
}
