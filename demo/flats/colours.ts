import type { Random } from "../random.js";
import type { Colourway } from "./model.js";

/** A fabric colour with the colours that go with it. */
interface Family {
  name: string;
  code: string;
  body: string;
  partners: readonly [string, ...string[]];
}

const families: readonly [Family, ...Family[]] = [
  { name: "white", code: "WHT", body: "#fbfaf7", partners: ["#2c3b57", "#c4553b", "#5d7f6b", "#1f1f22"] },
  { name: "ecru", code: "ECR", body: "#efe6d3", partners: ["#3d4f6e", "#a5522f", "#6b7b4f", "#2a2725"] },
  { name: "oatmeal", code: "OAT", body: "#dccdb4", partners: ["#5b4636", "#f7f1e4", "#8b3f2f", "#3f5a5e"] },
  { name: "grey", code: "GRY", body: "#c3c6c8", partners: ["#2b3242", "#fafafa", "#b9472f", "#e7b84a"] },
  { name: "charcoal", code: "CHA", body: "#565b61", partners: ["#e8e4da", "#d99a4e", "#a9c1c9", "#22252a"] },
  { name: "black", code: "BLK", body: "#37373b", partners: ["#f2efe8", "#c8a24a", "#b4483c", "#9aa0a6"] },
  { name: "navy", code: "NVY", body: "#33425f", partners: ["#f1ead9", "#c65f48", "#8fb2cf", "#e0b04f"] },
  { name: "indigo", code: "IND", body: "#4f6a92", partners: ["#f5efe2", "#d7895b", "#22304a", "#c9d7e6"] },
  { name: "sky", code: "SKY", body: "#a9c8e0", partners: ["#ffffff", "#2f4566", "#e57f61", "#f3dd9a"] },
  { name: "teal", code: "TEA", body: "#3f7a7d", partners: ["#f3ebd8", "#e3a25c", "#1f3a40", "#b8d8d0"] },
  { name: "mint", code: "MNT", body: "#b9dcca", partners: ["#ffffff", "#2f5d50", "#ef9a84", "#5a6e8c"] },
  { name: "sage", code: "SAG", body: "#a3b394", partners: ["#f6f1e3", "#4b5b43", "#c97b55", "#2f3b3a"] },
  { name: "olive", code: "OLV", body: "#75764c", partners: ["#efe7cf", "#d68a3f", "#3a3d2a", "#b8c19a"] },
  { name: "forest", code: "FOR", body: "#3a5a46", partners: ["#f0e8d4", "#d9a441", "#a8c3a0", "#b4523c"] },
  { name: "mustard", code: "MUS", body: "#dcae45", partners: ["#fff8e6", "#37475f", "#8c3f2a", "#5b5b3b"] },
  { name: "butter", code: "BUT", body: "#f5e3a6", partners: ["#ffffff", "#597a8f", "#d9744f", "#6f7d4c"] },
  { name: "camel", code: "CAM", body: "#c39a6b", partners: ["#f7eede", "#4a3527", "#2f4157", "#8f3b2e"] },
  { name: "rust", code: "RST", body: "#b55f3c", partners: ["#f6e7d3", "#33465a", "#e6ad6a", "#5a2f22"] },
  { name: "brown", code: "BRN", body: "#76543f", partners: ["#f0e2cc", "#c98f5a", "#9fb0a8", "#3a2a20"] },
  { name: "red", code: "RED", body: "#c8423b", partners: ["#fff5ea", "#26324d", "#f0b7a4", "#f2c45c"] },
  { name: "burgundy", code: "BUR", body: "#7a3443", partners: ["#f3e3d6", "#d8a06a", "#c98a96", "#35222c"] },
  { name: "coral", code: "COR", body: "#ee8b72", partners: ["#fff4e8", "#3a5068", "#fbd29b", "#8c3a36"] },
  { name: "blush", code: "BLS", body: "#f0c8bf", partners: ["#ffffff", "#a24f55", "#5d6f63", "#7c5c74"] },
  { name: "lilac", code: "LIL", body: "#c7b7dc", partners: ["#ffffff", "#5a4a7c", "#f0c98d", "#5f8a80"] },
  { name: "plum", code: "PLM", body: "#664762", partners: ["#f2e4e4", "#d79bb0", "#d9b36a", "#2f2233"] },
];

function channels(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Moves a colour towards another one. */
export function blend(hex: string, towards: string, share: number): string {
  const from = channels(hex);
  const to = channels(towards);
  const mixed = from.map((value, i) => Math.round(value + ((to[i] as number) - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** Perceived lightness from 0 to 1. */
export function lightness(hex: string): number {
  const [red, green, blue] = channels(hex);
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}

/** Draws a colourway; `avoid` names a colour it must not have. */
export function drawColourway(random: Random, avoid?: string): Colourway {
  let family = random.pick(families);
  while (family.name === avoid) family = random.pick(families);
  const accent = random.pick(family.partners);
  let second = random.pick(family.partners);
  while (second === accent) second = random.pick(family.partners);
  // Dye lots differ: the same colour name is never quite the same shade.
  const body = blend(family.body, random.pick(["#ffffff", "#000000", accent]), random.uniform(0, 0.07));
  const trim = random.chance(0.62) ? body : random.chance(0.5) ? blend(body, "#000000", 0.18) : accent;
  return { name: family.name, code: family.code, body, accent, second, trim };
}
