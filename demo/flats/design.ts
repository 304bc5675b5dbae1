import { mixSeeds, Random } from "../random.js";
import { drawColourway } from "./colours.js";
import { legsDetails, skirtDetails, topDetails } from "./details.js";
import { type Category, categories, type FlatDesign, type Print, type TopDesign } from "./model.js";
import { drawPrint } from "./printing.js";
import { legsSilhouette, skirtSilhouette, topSilhouette } from "./proportions.js";

export * from "./model.js";

const codes: Record<Category, string> = {
  tee: "TEE",
  polo: "POL",
  shirt: "SHT",
  hoodie: "HOD",
  bomber: "BMB",
  coat: "COT",
  vest: "VST",
  tank: "TNK",
  skirt: "SKT",
  dress: "DRS",
  shorts: "SRT",
  trousers: "TRS",
};

const seasons = ["SS24", "AW24", "SS25", "AW25", "SS26", "AW26"] as const;

/** The design of an index: each stands alone, so any part of a catalogue can be drawn by itself. */
export function createFlatDesign(seed: number, index: number): FlatDesign {
  const own = mixSeeds(seed, index);
  const random = new Random(own);
  const category = categories[index % categories.length] as Category;
  const colourway = drawColourway(random);
  const base = {
    id: `${codes[category]}-${String(index + 1).padStart(4, "0")}-${colourway.code}`,
    seed: own,
    colourway,
    season: random.pick(seasons),
  };
  switch (category) {
    case "skirt": {
      const details = skirtDetails(random);
      return {
        ...base,
        category,
        details,
        silhouette: skirtSilhouette(random, details),
        print: drawPrint(random, category),
      };
    }
    case "shorts":
    case "trousers": {
      const details = legsDetails(random, category);
      return {
        ...base,
        category,
        details,
        silhouette: legsSilhouette(random, category, details),
        print: drawPrint(random, category),
      };
    }
    default: {
      const details = topDetails(random, category);
      const print = drawPrint(random, category, details);
      return { ...base, category, details, silhouette: topSilhouette(random, category, details), print };
    }
  }
}

/** A short mark that tells variants of one style apart. */
const markOf = (seed: number): string => (seed % 46656).toString(36).toUpperCase().padStart(3, "0");

const styleOf = (id: string): string => id.split("-").slice(0, 2).join("-");

/** The same garment in another colour and, half of the time, another print. */
export function recolour(design: FlatDesign, seed: number): FlatDesign {
  const own = mixSeeds(design.seed, seed, 0x72656364);
  const random = new Random(own);
  const colourway = drawColourway(random, design.colourway.name);
  const print = random.chance(0.5) ? drawPrint(random, design.category, topDetailsOf(design)) : design.print;
  const id = `${styleOf(design.id)}-${colourway.code}-${markOf(own)}`;
  return { ...design, id, seed: own, colourway, print };
}

/** The same garment with the same print, in another colour. */
export function dye(design: FlatDesign, seed: number): FlatDesign {
  const own = mixSeeds(design.seed, seed, 0x64796564);
  const colourway = drawColourway(new Random(own), design.colourway.name);
  return { ...design, id: `${styleOf(design.id)}-${colourway.code}-D${markOf(own)}`, seed: own, colourway };
}

/** A design cut on the same construction, with other proportions, colour and print. */
export function sibling(design: FlatDesign, seed: number): FlatDesign {
  const own = mixSeeds(design.seed, seed, 0x7369626c);
  const random = new Random(own);
  const colourway = drawColourway(random);
  const print: Print = drawPrint(random, design.category, topDetailsOf(design));
  const id = `${styleOf(design.id)}-${colourway.code}-S${markOf(own)}`;
  const base = { id, seed: own, colourway, print, season: random.pick(seasons) };
  switch (design.category) {
    case "skirt":
      return { ...design, ...base, silhouette: skirtSilhouette(random, design.details) };
    case "shorts":
    case "trousers":
      return { ...design, ...base, silhouette: legsSilhouette(random, design.category, design.details) };
    default:
      return { ...design, ...base, silhouette: topSilhouette(random, design.category, design.details) };
  }
}

function topDetailsOf(design: FlatDesign): TopDesign["details"] | undefined {
  switch (design.category) {
    case "skirt":
    case "shorts":
    case "trousers":
      return undefined;
    default:
      return design.details;
  }
}

/** What a catalogue says about a design. */
export function attributesOf(design: FlatDesign): Record<string, string | number> {
  const top = topDetailsOf(design);
  return {
    category: design.category,
    neckline: top?.neckline ?? "none",
    sleeve: top === undefined ? "none" : top.armhole === "raglan" ? `${top.sleeve} raglan` : top.sleeve,
    closure: design.details.closure,
    print: design.print.kind,
    colour: design.colourway.name,
    season: design.season,
  };
}
