import type { Random } from "../random.js";
import type { LegsDetails, SkirtDetails, TopCategory, TopClosure, TopDetails } from "./model.js";

const plainTop: TopDetails = {
  neckline: "crew",
  sleeve: "short",
  armhole: "set-in",
  cuff: "plain",
  closure: "none",
  hem: "straight",
  pocket: "none",
  front: "plain",
  back: "plain",
  vent: false,
  belt: "none",
  epaulettes: false,
  buttons: 6,
  skirt: "none",
};

type Sampler = (random: Random) => Partial<TopDetails>;

const samplers: Record<TopCategory, Sampler> = {
  tee: (r) => {
    const neckline = r.pick(["crew", "crew", "v-neck", "scoop", "boat", "mock"]);
    const sleeve = r.pick(["cap", "short", "short", "short", "three-quarter", "long"]);
    return {
      neckline,
      sleeve,
      armhole: neckline !== "boat" && sleeve !== "cap" && r.chance(0.3) ? "raglan" : "set-in",
      cuff: sleeve === "cap" ? "plain" : r.pick(["plain", "plain", "rib", "turn-up"]),
      closure: neckline === "crew" && r.chance(0.3) ? "half placket" : "none",
      buttons: r.integer(2, 4),
      hem: r.pick(["straight", "straight", "split", "high-low"]),
      pocket: r.pick(["none", "none", "none", "chest"]),
      front: r.pick(["plain", "plain", "plain", "chest seam"]),
      back: r.pick(["plain", "plain", "yoke", "centre seam"]),
    };
  },
  polo: (r) => ({
    neckline: "polo collar",
    sleeve: r.pick(["short", "short", "short", "three-quarter", "long"]),
    cuff: r.pick(["rib", "rib", "plain"]),
    closure: r.pick(["half placket", "half placket", "half zip"]),
    buttons: r.integer(2, 4),
    hem: r.pick(["straight", "split", "split"]),
    pocket: r.pick(["none", "none", "chest"]),
    front: r.pick(["plain", "plain", "chest seam"]),
    back: r.pick(["plain", "yoke"]),
  }),
  shirt: (r) => {
    const sleeve = r.pick(["short", "long", "long", "long"]);
    return {
      neckline: r.pick(["shirt collar", "shirt collar", "shirt collar", "mandarin"]),
      sleeve,
      cuff: sleeve === "long" ? "buttoned" : r.pick(["plain", "turn-up"]),
      closure: r.pick(["buttons", "buttons", "buttons", "snaps", "concealed"]),
      buttons: r.integer(6, 8),
      hem: r.pick(["shirt-tail", "shirt-tail", "straight", "split"]),
      pocket: r.pick(["none", "chest", "two chest", "flap chest"]),
      front: r.pick(["plain", "plain", "yoke", "darts"]),
      back: r.pick(["yoke", "pleated yoke", "pleated yoke", "darts"]),
    };
  },
  hoodie: (r) => ({
    neckline: "hood",
    sleeve: "long",
    armhole: r.chance(0.35) ? "raglan" : "set-in",
    cuff: r.pick(["rib", "rib", "rib", "plain"]),
    closure: r.pick(["none", "none", "zip"]),
    hem: r.pick(["rib", "rib", "rib", "split"]),
    pocket: r.pick(["kangaroo", "kangaroo", "kangaroo", "welt"]),
    front: r.pick(["plain", "plain", "plain", "chest seam"]),
    back: r.pick(["plain", "yoke", "centre seam"]),
  }),
  bomber: (r) => {
    const closure: TopClosure = r.pick(["zip", "zip", "snaps", "buttons"]);
    return {
      neckline: r.pick(["rib collar", "rib collar", "mandarin", "shirt collar"]),
      sleeve: "long",
      armhole: r.chance(0.35) ? "raglan" : "set-in",
      cuff: "rib",
      closure,
      buttons: r.integer(5, 7),
      hem: "rib",
      pocket: r.pick(["welt", "zip", "welt", "flap chest"]),
      front: r.pick(["plain", "plain", "yoke", "quilted", "princess"]),
      back: r.pick(["plain", "yoke", "centre seam", "princess"]),
    };
  },
  coat: (r) => {
    const neckline = r.pick([
      "notched lapel",
      "notched lapel",
      "shawl collar",
      "shirt collar",
      "mandarin",
      "hood",
    ]);
    const tailored = neckline === "notched lapel" || neckline === "shawl collar";
    return {
      neckline,
      sleeve: "long",
      armhole: !tailored && r.chance(0.4) ? "raglan" : "set-in",
      cuff: r.pick(["plain", "plain", "turn-up"]),
      closure: tailored
        ? r.pick(["buttons", "double-breasted"])
        : r.pick(["buttons", "zip", "concealed", "snaps"]),
      buttons: r.integer(3, 6),
      pocket: r.pick(["welt", "flap", "patch", "zip"]),
      front: tailored
        ? r.pick(["plain", "plain", "princess"])
        : r.pick(["plain", "yoke", "quilted", "princess"]),
      back: r.pick(["centre seam", "centre seam", "yoke", "princess", "pleated yoke"]),
      vent: r.chance(0.6),
      belt: r.pick(["none", "none", "tie", "buckle"]),
      epaulettes: r.chance(0.2),
    };
  },
  vest: (r) => {
    const closure: TopClosure = r.pick(["zip", "zip", "buttons", "buttons", "none"]);
    const padded = closure === "zip";
    return {
      neckline: padded ? r.pick(["mandarin", "rib collar", "hood"]) : "v-neck",
      sleeve: "sleeveless",
      closure,
      buttons: r.integer(4, 6),
      hem: r.pick(closure === "none" ? ["rib", "rib", "straight"] : ["straight", "straight", "rib"]),
      pocket: closure === "none" ? "none" : r.pick(["welt", "zip", "flap", "patch"]),
      front: padded
        ? r.pick(["quilted", "quilted", "yoke"])
        : closure === "none"
          ? "plain"
          : r.pick(["princess", "darts"]),
      back: r.pick(["plain", "yoke", "centre seam"]),
    };
  },
  tank: (r) => ({
    neckline: r.pick(["scoop", "scoop", "v-neck", "square"]),
    sleeve: "sleeveless",
    closure: r.pick(["none", "none", "none", "half placket"]),
    buttons: r.integer(3, 4),
    hem: r.pick(["straight", "straight", "split", "high-low"]),
    pocket: r.pick(["none", "none", "chest"]),
    front: r.pick(["plain", "plain", "princess", "darts", "chest seam"]),
    back: r.pick(["plain", "racer", "centre seam"]),
  }),
  dress: (r) => {
    const neckline = r.pick(["crew", "v-neck", "scoop", "square", "boat", "shirt collar", "mandarin"]);
    const collared = neckline === "shirt collar" || neckline === "mandarin";
    const sleeve = r.pick(["sleeveless", "cap", "short", "three-quarter", "long"]);
    const skirt = r.pick(["straight", "flared", "flared", "pleated", "tiered", "gathered"]);
    return {
      neckline,
      sleeve,
      cuff: sleeve === "long" ? r.pick(["plain", "buttoned"]) : r.pick(["plain", "turn-up"]),
      closure: collared ? "buttons" : neckline === "v-neck" && r.chance(0.4) ? "buttons" : "none",
      buttons: r.integer(8, 11),
      pocket: collared ? r.pick(["none", "chest", "two chest"]) : "none",
      front: collared ? "plain" : r.pick(["plain", "darts"]),
      back: collared ? "yoke" : r.pick(["centre seam", "darts", "centre seam"]),
      belt: r.pick(["none", "none", "tie", "buckle"]),
      skirt,
    };
  },
};

export function topDetails(random: Random, category: TopCategory): TopDetails {
  const details = { ...plainTop, ...samplers[category](random) };
  // Padding runs round the body.
  return details.front === "quilted" ? { ...details, back: "quilted" } : details;
}

export function skirtDetails(random: Random): SkirtDetails {
  const shape = random.pick(["straight", "straight", "flared", "pleated", "tiered", "gathered"]);
  const soft = shape === "tiered" || shape === "gathered";
  const closure = soft
    ? random.pick(["elastic", "side zip"])
    : shape === "straight"
      ? random.pick(["back zip", "buttons", "fly", "wrap"])
      : random.pick(["back zip", "side zip", "wrap", "buttons"]);
  return {
    shape,
    waistband:
      closure === "elastic"
        ? "elastic"
        : closure === "wrap"
          ? "tie"
          : random.pick(["plain", "plain", "yoke"]),
    closure: shape === "pleated" && closure !== "back zip" ? "side zip" : closure,
    pocket:
      shape === "straight" || shape === "flared" ? random.pick(["none", "slant", "patch", "flap"]) : "none",
    folds: random.integer(3, 6),
    slit: shape === "straight" && closure !== "buttons" && random.chance(0.5),
  };
}

export function legsDetails(random: Random, category: "shorts" | "trousers"): LegsDetails {
  const soft = random.chance(0.35);
  const base = soft
    ? ({ waistband: "elastic", closure: "drawcord" } as const)
    : {
        waistband: random.pick(["plain", "plain", "belted"]),
        closure: random.pick(["fly", "fly", "side zip", "button fly"]),
      };
  const long = category === "trousers";
  const pocket = soft
    ? random.pick(["slant", "cargo", "slant", "none"])
    : random.pick(["slant", "jean", "jean", "cargo", "welt"]);
  const tailored = !soft && (pocket === "slant" || pocket === "welt");
  return {
    ...base,
    pocket,
    backPocket: tailored ? "welt" : random.pick(["patch", "patch", "flap", "none"]),
    pleats: tailored ? random.integer(0, 2) : 0,
    crease: tailored && random.chance(0.6),
    knee: long && !tailored ? random.pick(["none", "none", "seam", "patch"]) : "none",
    hem: long
      ? soft
        ? random.pick(["rib", "plain"])
        : random.pick(["plain", "plain", "turn-up"])
      : random.pick(["plain", "turn-up", "split"]),
  };
}
