import type { Random } from "../random.js";
import { graphicCount } from "./graphics.js";
import type { Category, Print, PrintKind, TopDetails } from "./model.js";
import { motifCount } from "./prints.js";

const allover = ["horizontal stripes", "vertical stripes", "check", "plaid", "dots", "motif"] as const;

function kindFor(random: Random, category: Category, details: TopDetails | undefined): PrintKind {
  if (random.chance(0.28)) return "plain";
  const kinds: [PrintKind, ...PrintKind[]] = [...allover];
  const placed = details?.closure === "none" && details.front !== "quilted" && details.skirt === "none";
  // A graphic wants a back of one piece.
  const whole = details?.back === "plain" || details?.back === "yoke";
  if (placed && (category === "tee" || category === "tank" || category === "hoodie")) {
    kinds.push("chest graphic", "chest graphic");
    if (whole) kinds.push("back graphic", "back graphic");
  }
  if (category === "bomber" && whole) kinds.push("back graphic", "back graphic", "back graphic");
  if (category !== "dress" && details?.front !== "quilted") kinds.push("colour block");
  const striped =
    details === undefined ||
    (details.sleeve === "long" && category !== "coat" && category !== "shirt" && category !== "dress");
  if (striped) kinds.push("side stripes");
  return random.pick(kinds);
}

const sizes: Record<PrintKind, readonly [number, number]> = {
  plain: [1, 1],
  "horizontal stripes": [2.2, 10],
  "vertical stripes": [1.8, 7],
  check: [2.4, 8],
  plaid: [7, 15],
  dots: [2.2, 7],
  "chest graphic": [8, 27],
  "back graphic": [22, 34],
  motif: [3.6, 9],
  "colour block": [1, 1],
  "side stripes": [1, 1],
};

export function drawPrint(random: Random, category: Category, details?: TopDetails): Print {
  const kind = kindFor(random, category, details);
  const [low, high] = sizes[kind];
  const placed = kind === "chest graphic" || kind === "back graphic";
  return {
    kind,
    size: random.uniform(low, high),
    weight: random.uniform(0.18, 0.6),
    variant: random.integer(0, placed ? graphicCount - 1 : kind === "motif" ? motifCount - 1 : 11),
    seed: random.integer(0, 0x7fffffff),
  };
}
