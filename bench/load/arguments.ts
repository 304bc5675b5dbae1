import { LOADS, type LoadName } from "./loads.js";
import { WAYS, type WayName } from "./ways.js";

const PAIRS = 300;
const KILLS = "kills";

/** What is to be measured. */
export interface Arguments {
  /** Pairs of the catalogue. */
  readonly size: number;
  readonly ways: readonly WayName[];
  readonly loads: readonly LoadName[];
  /** Whether workers are killed. */
  readonly kills: boolean;
}

/** @throws Error for a name that no way and no load has. */
export function readArguments(given: readonly string[]): Arguments {
  const words = given.filter((word) => !word.startsWith("-"));
  const sizes = words.map(Number).filter((size) => size > 0);
  const names = words.filter((word) => Number.isNaN(Number(word)));
  const ways = Object.keys(WAYS) as WayName[];
  const loads = Object.keys(LOADS) as LoadName[];
  const known: readonly string[] = [...ways, ...loads, KILLS];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`There is no "${unknown}"; there are ${known.join(", ")}.`);

  const namesLoads = names.some((name) => name === KILLS || loads.some((load) => load === name));
  const chosen = loads.filter((load) => !namesLoads || names.includes(load));
  // It is told by what saturation came to.
  const isLacking = chosen.includes("overload") && !chosen.includes("saturation");
  const namesWays = ways.some((way) => names.includes(way));
  return {
    size: sizes[0] ?? PAIRS,
    ways: chosen.length === 0 ? [] : ways.filter((way) => !namesWays || names.includes(way)),
    loads: isLacking ? ["saturation", ...chosen] : chosen,
    kills: namesLoads ? names.includes(KILLS) : !namesWays,
  };
}
