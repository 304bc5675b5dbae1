import type { Drawing, Element } from "./scan.js";

/** How much is drawn for an element, with everything that it refers to as often as it does. */
export interface Weight {
  readonly elements: number;
  readonly vertices: number;
  readonly filterPrimitives: number;
  readonly depth: number;
}

const NOTHING: Weight = { elements: 0, vertices: 0, filterPrimitives: 0, depth: 0 };
const FILTER_STEP: Weight = { ...NOTHING, filterPrimitives: 1 };
/** Stops of a gradient cost next to nothing, but for there being very many. */
const STOPS_PER_ELEMENT = 10;

/**
 * The weight of the whole drawing: every element once and once more for each reference to it, and so on.
 *
 * @param mostDepth beyond which nothing is looked at; the weight then has a greater depth.
 * @returns null when something refers to itself.
 */
export function weigh({ root, byId }: Pick<Drawing, "root" | "byId">, mostDepth: number): Weight | null {
  const known = new Map<Element, Weight | "under way">();
  let isCircular = false;

  const weightOf = (element: Element, above: number): Weight => {
    const before = known.get(element);
    if (before === "under way") isCircular = true;
    if (before === "under way" || isCircular) return NOTHING;
    if (before) return before;
    if (above > mostDepth) return { ...NOTHING, depth: 1 };
    known.set(element, "under way");
    const isPrimitive = element.name.startsWith("fe") && element.name !== "feMergeNode";
    let sum: Weight = {
      elements: 1,
      vertices: element.vertices,
      filterPrimitives: isPrimitive ? 1 : 0,
      depth: 0,
    };
    for (const child of element.children) sum = plus(sum, weightOf(child, above + 1));
    const own = sum;
    for (const { id, drawn } of element.references) {
      if (id === null) sum = plus(sum, FILTER_STEP);
      const target = id === null ? undefined : byId.get(id);
      if (!target) continue;
      const weight = asDrawn(target, weightOf(target, above + 1));
      // What is handed down is drawn for all that this element has drawn itself.
      const times = { once: 1, element: own.elements, vertex: own.vertices }[drawn];
      sum = plus(sum, weight, times);
      if (drawn === "once" && element.name === "use") {
        const { elements, vertices } = weight;
        sum = plus(sum, handedDown(element, byId, weightOf, above), elements + vertices);
      }
    }
    const weight = { ...sum, depth: sum.depth + 1 };
    known.set(element, weight);
    return weight;
  };

  const weight = weightOf(root, 0);
  return isCircular ? null : weight;
}

/** What a `use` hands down to what it repeats. */
function handedDown(
  { references }: Element,
  byId: ReadonlyMap<string, Element>,
  weightOf: (element: Element, above: number) => Weight,
  above: number,
): Weight {
  const targets = references.flatMap(({ id, drawn }) =>
    drawn === "once" || id === null ? [] : (byId.get(id) ?? []),
  );
  return targets.reduce((sum, target) => plus(sum, asDrawn(target, weightOf(target, above + 1))), NOTHING);
}

function asDrawn({ name }: Element, weight: Weight): Weight {
  if (name !== "linearGradient" && name !== "radialGradient") return weight;
  return { ...weight, elements: Math.floor(weight.elements / STOPS_PER_ELEMENT) };
}

function plus(sum: Weight, more: Weight, times = 1): Weight {
  return {
    elements: sum.elements + times * more.elements,
    vertices: sum.vertices + times * more.vertices,
    filterPrimitives: sum.filterPrimitives + times * more.filterPrimitives,
    depth: Math.max(sum.depth, more.depth),
  };
}
