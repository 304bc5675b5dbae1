import type { Random } from "../random.js";
import type {
  LegsDetails,
  LegsSilhouette,
  SkirtDetails,
  SkirtSilhouette,
  TopCategory,
  TopDetails,
  TopSilhouette,
} from "./model.js";

type Range = readonly [number, number];

/** The usual measures of a category: half widths at chest, and lengths, in centimetres. */
interface Block {
  chest: Range;
  /** How much narrower the waist is than the chest. */
  shaping: Range;
  /** How much wider the hem is than the waist. */
  flare: Range;
  length: Range;
  /** How much narrower the shoulders are than the chest. */
  inset: Range;
  neck: Range;
}

const blocks: Record<TopCategory, Block> = {
  tee: {
    chest: [23, 30],
    shaping: [0, 2.4],
    flare: [0, 1.6],
    length: [52, 76],
    inset: [3, 5.4],
    neck: [8, 9.6],
  },
  polo: {
    chest: [23.5, 28.5],
    shaping: [0, 2],
    flare: [0, 1.2],
    length: [62, 76],
    inset: [3, 5],
    neck: [7.6, 8.6],
  },
  shirt: {
    chest: [24, 30],
    shaping: [0.3, 3.2],
    flare: [0.3, 2.8],
    length: [62, 82],
    inset: [2.8, 4.8],
    neck: [7.6, 8.6],
  },
  hoodie: {
    chest: [26, 31.5],
    shaping: [0, 1.2],
    flare: [0, 0.8],
    length: [56, 72],
    inset: [3.4, 5.4],
    neck: [8.6, 10],
  },
  bomber: {
    chest: [26, 31],
    shaping: [0, 1],
    flare: [0, 0.8],
    length: [56, 69],
    inset: [3.6, 5.6],
    neck: [8, 9],
  },
  coat: {
    chest: [25, 29.5],
    shaping: [0.4, 4],
    flare: [2, 10],
    length: [86, 122],
    inset: [3, 5],
    neck: [8, 9],
  },
  vest: {
    chest: [23.5, 28],
    shaping: [0, 2.6],
    flare: [0, 1.6],
    length: [54, 70],
    inset: [6.4, 8.4],
    neck: [7.8, 9],
  },
  tank: {
    chest: [20.5, 25],
    shaping: [0, 3],
    flare: [0, 3.4],
    length: [50, 74],
    inset: [7.2, 9.6],
    neck: [8, 9.6],
  },
  dress: {
    chest: [20.5, 23.5],
    shaping: [2.8, 5.2],
    flare: [5, 28],
    length: [84, 126],
    inset: [3.4, 5],
    neck: [7.6, 9],
  },
};

const sleeveLengths = {
  sleeveless: [0, 0],
  cap: [6, 9],
  short: [17, 26],
  "three-quarter": [36, 44],
  long: [56, 63],
} as const;

export function topSilhouette(random: Random, category: TopCategory, details: TopDetails): TopSilhouette {
  const block = blocks[category];
  const range = ([low, high]: Range): number => random.uniform(low, high);
  const chest = range(block.chest);
  const roomy = (chest - block.chest[0]) / (block.chest[1] - block.chest[0]);
  const length = details.hem === "rib" ? Math.min(range(block.length), 68) : range(block.length);
  const waist = chest - range(block.shaping);
  const flare = details.skirt === "straight" ? random.uniform(0.5, 5) : range(block.flare);
  const hem = details.hem === "rib" ? chest - random.uniform(0, 0.6) : waist + flare;
  const armhole = random.uniform(21, 24) + roomy * 2.5;
  const shoulder = chest - range(block.inset);
  const sleeveLength = range(sleeveLengths[details.sleeve]);
  const cuff = cuffWidth(random, details, roomy);
  return {
    neckWidth: range(block.neck) + necklineWidth(random, details),
    neckDepth: necklineDepth(random, details, category),
    shoulder,
    slope: random.uniform(3.6, 5.6),
    armhole,
    chest,
    waist: details.hem === "rib" ? chest : waist,
    waistHeight: random.uniform(38, 44),
    hem,
    length,
    sleeveLength,
    cuff,
    sleeveAngle: sleeveAngle(random, details, sleeveLength, (chest + cuff - shoulder) / sleeveLength),
  };
}

/** Long sleeves hang as close to the body as the cuffs leave room for; short ones stand off. */
function sleeveAngle(random: Random, { sleeve }: TopDetails, length: number, reach: number): number {
  if (sleeve === "cap") return random.uniform(44, 54);
  if (sleeve === "short") return random.uniform(40, 54);
  if (sleeve === "sleeveless") return 0;
  const closest = (Math.asin(Math.min(0.6, reach + 2 / length)) * 180) / Math.PI;
  return closest + random.uniform(0, sleeve === "long" ? 6 : 9);
}

function necklineWidth(random: Random, { neckline, sleeve }: TopDetails): number {
  if (neckline === "boat") return random.uniform(3, 5);
  if (neckline === "scoop" || neckline === "square")
    return sleeve === "sleeveless" ? random.uniform(0, 1) : random.uniform(1, 3);
  return 0;
}

function necklineDepth(random: Random, { neckline, closure }: TopDetails, category: TopCategory): number {
  switch (neckline) {
    case "v-neck":
      return category === "vest" ? random.uniform(20, 30) : random.uniform(13, 22);
    case "scoop":
      return random.uniform(13, 20);
    case "square":
      return random.uniform(12, 17);
    case "boat":
      return random.uniform(4, 6);
    case "notched lapel":
    case "shawl collar":
      return closure === "double-breasted" ? random.uniform(24, 34) : random.uniform(26, 42);
    case "mock":
      return random.uniform(5, 6.5);
    case "mandarin":
    case "rib collar":
      return random.uniform(6.5, 8.5);
    case "hood":
      return random.uniform(7.5, 10);
    default:
      return random.uniform(7, 10);
  }
}

function cuffWidth(random: Random, { sleeve, cuff }: TopDetails, roomy: number): number {
  switch (sleeve) {
    case "long":
      return cuff === "plain" ? random.uniform(11, 15.5) : random.uniform(9, 10.8);
    case "three-quarter":
      return random.uniform(12, 17);
    default:
      return random.uniform(15, 18) + roomy * 3;
  }
}

export function skirtSilhouette(random: Random, { shape }: SkirtDetails): SkirtSilhouette {
  const waist = random.uniform(16.5, 20);
  const hip = waist + random.uniform(4, 6.5);
  const flares: Record<SkirtDetails["shape"], Range> = {
    straight: [-2.5, 3],
    flared: [8, 22],
    pleated: [3, 12],
    tiered: [5, 16],
    gathered: [6, 16],
  };
  const length = random.uniform(38, 84);
  // A long skirt flares further than a short one of the same cut.
  const hem = hip + random.uniform(...flares[shape]) * (0.45 + length / 130);
  return {
    waist,
    hip,
    hipHeight: Math.min(random.uniform(17, 21), length * 0.4),
    hem,
    length,
    hemCurve: 0.8 + Math.max(0, hem - hip) * 0.24,
    band: random.uniform(2.6, 5),
  };
}

export function legsSilhouette(
  random: Random,
  category: "shorts" | "trousers",
  { hem }: LegsDetails,
): LegsSilhouette {
  const waist = random.uniform(19, 22);
  const hip = waist + random.uniform(3.6, 5.6);
  const rise = random.uniform(25, 31);
  const band = random.uniform(3.4, 4.6);
  if (category === "shorts") {
    const gap = random.uniform(1.6, 3.4);
    const width = hip + random.uniform(0, 5) - gap;
    return { waist, hip, rise, length: rise + random.uniform(8, 27), bow: 0, hem: width, gap, band };
  }
  const width = hem === "rib" ? random.uniform(10.5, 13.5) : random.uniform(13.5, 30);
  return {
    waist,
    hip,
    rise,
    length: random.uniform(90, 108),
    bow: hem === "rib" ? random.uniform(1, 3) : random.uniform(-0.8, 1.2),
    hem: width,
    gap: random.uniform(4, 7.5),
    band,
  };
}
