/** What a design is made of: plain data, from which both pictures are drawn. Lengths are centimetres. */
export const categories = [
  "tee",
  "shirt",
  "hoodie",
  "skirt",
  "polo",
  "coat",
  "trousers",
  "dress",
  "bomber",
  "tank",
  "shorts",
  "vest",
] as const;
export type Category = (typeof categories)[number];
export type View = "front" | "back";

export type Neckline =
  | "crew"
  | "v-neck"
  | "scoop"
  | "boat"
  | "square"
  | "mock"
  | "mandarin"
  | "shirt collar"
  | "polo collar"
  | "notched lapel"
  | "shawl collar"
  | "rib collar"
  | "hood";
export type Sleeve = "sleeveless" | "cap" | "short" | "three-quarter" | "long";
export type TopClosure =
  | "none"
  | "buttons"
  | "concealed"
  | "snaps"
  | "zip"
  | "half zip"
  | "half placket"
  | "double-breasted";
export type TopHem = "straight" | "shirt-tail" | "rib" | "split" | "high-low";
export type TopPocket =
  | "none"
  | "chest"
  | "two chest"
  | "flap chest"
  | "kangaroo"
  | "patch"
  | "welt"
  | "zip"
  | "flap";
export type SkirtShape = "straight" | "flared" | "pleated" | "tiered" | "gathered";

export interface TopSilhouette {
  neckWidth: number;
  neckDepth: number;
  shoulder: number;
  slope: number;
  armhole: number;
  chest: number;
  waist: number;
  waistHeight: number;
  hem: number;
  length: number;
  sleeveLength: number;
  cuff: number;
  /** Degrees between the sleeve and the vertical. */
  sleeveAngle: number;
}

export interface TopDetails {
  neckline: Neckline;
  sleeve: Sleeve;
  armhole: "set-in" | "raglan";
  cuff: "plain" | "rib" | "buttoned" | "turn-up";
  closure: TopClosure;
  hem: TopHem;
  pocket: TopPocket;
  front: "plain" | "yoke" | "princess" | "darts" | "quilted" | "chest seam";
  back: "plain" | "yoke" | "pleated yoke" | "centre seam" | "princess" | "darts" | "quilted" | "racer";
  vent: boolean;
  belt: "none" | "tie" | "buckle";
  epaulettes: boolean;
  buttons: number;
  /** The skirt of a dress below its waist seam. */
  skirt: SkirtShape | "none";
}

export interface SkirtSilhouette {
  waist: number;
  hip: number;
  hipHeight: number;
  hem: number;
  length: number;
  hemCurve: number;
  band: number;
}

export interface SkirtDetails {
  shape: SkirtShape;
  waistband: "plain" | "elastic" | "yoke" | "tie";
  closure: "back zip" | "side zip" | "buttons" | "fly" | "wrap" | "elastic";
  pocket: "none" | "slant" | "patch" | "flap";
  folds: number;
  slit: boolean;
}

export interface LegsSilhouette {
  waist: number;
  hip: number;
  rise: number;
  length: number;
  /** How far the knee stands out from the straight line between hip and hem. */
  bow: number;
  hem: number;
  /** How far the inner edge of a hem stands from the middle. */
  gap: number;
  band: number;
}

export interface LegsDetails {
  waistband: "plain" | "elastic" | "belted";
  closure: "fly" | "drawcord" | "side zip" | "button fly";
  pocket: "slant" | "jean" | "cargo" | "welt" | "none";
  backPocket: "patch" | "welt" | "flap" | "none";
  pleats: number;
  crease: boolean;
  knee: "none" | "seam" | "patch";
  hem: "plain" | "turn-up" | "rib" | "split";
}

export type PrintKind =
  | "plain"
  | "horizontal stripes"
  | "vertical stripes"
  | "check"
  | "plaid"
  | "dots"
  | "chest graphic"
  | "back graphic"
  | "motif"
  | "colour block"
  | "side stripes";

export interface Print {
  kind: PrintKind;
  /** The repeat of an allover print, or the width of a placed graphic. */
  size: number;
  /** The share of the repeat that is printed. */
  weight: number;
  /** Which of the motifs or layouts of this kind. */
  variant: number;
  seed: number;
}

export interface Colourway {
  name: string;
  code: string;
  body: string;
  accent: string;
  second: string;
  /** Ribs, collars and bindings. */
  trim: string;
}

interface DesignBase {
  id: string;
  seed: number;
  print: Print;
  colourway: Colourway;
  season: string;
}

export type TopCategory = Exclude<Category, "skirt" | "shorts" | "trousers">;

export interface TopDesign extends DesignBase {
  category: TopCategory;
  silhouette: TopSilhouette;
  details: TopDetails;
}

export interface SkirtDesign extends DesignBase {
  category: "skirt";
  silhouette: SkirtSilhouette;
  details: SkirtDetails;
}

export interface LegsDesign extends DesignBase {
  category: "shorts" | "trousers";
  silhouette: LegsSilhouette;
  details: LegsDetails;
}

export type FlatDesign = TopDesign | SkirtDesign | LegsDesign;
