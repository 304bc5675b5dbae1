import sharp from "sharp";
import { mixSeeds, Random } from "./random.js";

/** What befalls a picture on its way from the designer's screen to the search. */
export const perturbations = [
  "rotate",
  "scale",
  "shift",
  "crop",
  "scanNoise",
  "jpeg30",
  "greyBackground",
  "slant",
  "mirror",
  "blur",
  "mild",
] as const;
export type Perturbation = (typeof perturbations)[number];

const white = "#ffffff";

interface Size {
  width: number;
  height: number;
}

async function sizeOf(picture: Buffer): Promise<Size> {
  const { width, height } = await sharp(picture).metadata();
  return { width, height };
}

/** Puts a picture on a white sheet of the given size, where it may stick out over the edges. */
async function place(picture: Buffer, sheet: Size, left: number, top: number): Promise<Buffer> {
  const { width, height } = await sizeOf(picture);
  const margin = { left: Math.max(0, left), top: Math.max(0, top) };
  const hidden = { left: Math.max(0, -left), top: Math.max(0, -top) };
  const visible = await sharp(picture)
    .extract({
      ...hidden,
      width: Math.min(width - hidden.left, sheet.width - margin.left),
      height: Math.min(height - hidden.top, sheet.height - margin.top),
    })
    .toBuffer();
  return sharp({ create: { ...sheet, channels: 3, background: white } })
    .composite([{ input: visible, ...margin }])
    .png()
    .toBuffer();
}

const centred = (picture: Size, sheet: Size): [left: number, top: number] => [
  Math.round((sheet.width - picture.width) / 2),
  Math.round((sheet.height - picture.height) / 2),
];

async function rotated(png: Buffer, degrees: number): Promise<Buffer> {
  const sheet = await sizeOf(png);
  const turned = await sharp(png)
    .flatten({ background: white })
    .rotate(degrees, { background: white })
    .png()
    .toBuffer();
  return place(turned, sheet, ...centred(await sizeOf(turned), sheet));
}

async function scaled(png: Buffer, factor: number, shift: { x: number; y: number }): Promise<Buffer> {
  const sheet = await sizeOf(png);
  const small = await sharp(png)
    .flatten({ background: white })
    .resize(Math.round(sheet.width * factor), Math.round(sheet.height * factor))
    .png()
    .toBuffer();
  const [left, top] = centred(await sizeOf(small), sheet);
  return place(
    small,
    sheet,
    left + Math.round(shift.x * sheet.width),
    top + Math.round(shift.y * sheet.height),
  );
}

async function slanted(png: Buffer, random: Random): Promise<Buffer> {
  const sheet = await sizeOf(png);
  const lean = () => random.uniform(0.05, 0.13) * random.pick([-1, 1]);
  const leaning = await sharp(png)
    .flatten({ background: white })
    .affine([random.uniform(0.84, 0.97), lean(), lean(), random.uniform(0.88, 1)], { background: white })
    .png()
    .toBuffer();
  return sharp(leaning)
    .resize({ ...sheet, fit: "contain", background: white })
    .png()
    .toBuffer();
}

interface Raster extends Size {
  data: Buffer;
}

async function rasterOf(png: Buffer): Promise<Raster> {
  const { data, info } = await sharp(png)
    .flatten({ background: white })
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

const pngOf = ({ data, width, height }: Raster): Promise<Buffer> =>
  sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();

/** Grain, streaks along the scan and a yellowish sheet. */
async function scanned(png: Buffer, random: Random): Promise<Buffer> {
  const raster = await rasterOf(png);
  const { data, width, height } = raster;
  const streaks = Array.from({ length: width }, () => random.uniform(-5, 5));
  const grain = random.uniform(14, 26);
  const age = random.uniform(0.03, 0.08);
  const sheet = [1 - age * 0.3, 1 - age * 0.5, 1 - age * 1.3];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const noise = (random.next() + random.next() - 1) * grain + (streaks[x] as number);
      for (let c = 0; c < 3; c += 1) {
        const i = (y * width + x) * 3 + c;
        data[i] = Math.min(255, Math.max(0, Math.round((data[i] as number) * (sheet[c] as number) + noise)));
      }
    }
  }
  return pngOf(raster);
}

/** Recolours the paper around the garment, and only that: white inside the outline stays. */
async function onGrey(png: Buffer, random: Random): Promise<Buffer> {
  const raster = await rasterOf(png);
  const { data, width, height } = raster;
  const grey = Math.round(random.uniform(170, 222));
  const seen = new Uint8Array(width * height);
  const isPaper = (i: number): boolean => Math.min(data[i * 3]!, data[i * 3 + 1]!, data[i * 3 + 2]!) > 246;
  const open: number[] = [];
  const visit = (i: number): void => {
    if (seen[i] === 1 || !isPaper(i)) return;
    seen[i] = 1;
    open.push(i);
  };
  for (let x = 0; x < width; x += 1) {
    visit(x);
    visit((height - 1) * width + x);
  }
  for (let y = 0; y < height; y += 1) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    const x = i % width;
    if (x > 0) visit(i - 1);
    if (x < width - 1) visit(i + 1);
    if (i >= width) visit(i - width);
    if (i < (height - 1) * width) visit(i + width);
  }
  seen.forEach((paper, i) => {
    if (paper === 1) data.fill(grey, i * 3, i * 3 + 3);
  });
  return pngOf(raster);
}

async function cropped(png: Buffer, random: Random): Promise<Buffer> {
  const sheet = await sizeOf(png);
  const width = Math.round(sheet.width * 0.85);
  const height = Math.round(sheet.height * 0.85);
  const left = random.integer(0, sheet.width - width);
  const top = random.integer(0, sheet.height - height);
  return sharp(png).extract({ left, top, width, height }).png().toBuffer();
}

const jpeg = (picture: Buffer, quality: number): Promise<Buffer> =>
  sharp(picture).flatten({ background: white }).jpeg({ quality }).toBuffer();

const drift = (random: Random, reach: number): { x: number; y: number } => ({
  x: random.uniform(reach * 0.3, reach) * random.pick([-1, 1]),
  y: random.uniform(reach * 0.3, reach) * random.pick([-1, 1]),
});

/** The picture as it might come back; the same seed always gives the same bytes (PNG, or JPEG where recompressed). */
export async function perturb(png: Buffer, kind: Perturbation, seed: number): Promise<Buffer> {
  const random = new Random(mixSeeds(seed, perturbations.indexOf(kind)));
  switch (kind) {
    case "rotate":
      return rotated(png, random.uniform(2, 7) * random.pick([-1, 1]));
    case "scale":
      return scaled(png, random.uniform(0.6, 0.9), { x: 0, y: 0 });
    case "shift":
      return scaled(png, 1, drift(random, 0.06));
    case "crop":
      return cropped(png, random);
    case "scanNoise":
      return scanned(png, random);
    case "jpeg30":
      return jpeg(png, 30);
    case "greyBackground":
      return onGrey(png, random);
    case "slant":
      return slanted(png, random);
    case "mirror":
      return sharp(png).flop().png().toBuffer();
    case "blur":
      return sharp(png)
        .blur({ sigma: random.uniform(1.2, 2.4), precision: "float" })
        .png()
        .toBuffer();
    case "mild": {
      const moved = await scaled(png, random.uniform(0.78, 0.92), drift(random, 0.04));
      return jpeg(await rotated(moved, 3 * random.pick([-1, 1])), 60);
    }
  }
}
