import sharp from "sharp";
import { expect, test } from "vitest";
import { categories, createFlatDesign, type FlatDesign, recolour, type View } from "./design.js";
import { drawFlat, sketchOf } from "./draw.js";

interface Raster {
  data: Buffer;
  width: number;
  height: number;
}

async function draw(design: FlatDesign, view: View): Promise<Raster> {
  const { data, info } = await sharp(Buffer.from(drawFlat(design, view)))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function inkBox({ data, width, height }: Raster): {
  left: number;
  top: number;
  right: number;
  bottom: number;
} {
  const box = { left: width, top: height, right: -1, bottom: -1 };
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if ((data[y * width + x] as number) > 128) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y);
    }
  }
  return box;
}

/** The share of dark pixels of the left half that have a dark pixel near their mirror image. */
function symmetry({ data, width, height }: Raster): number {
  const dark = (x: number, y: number): boolean => (data[y * width + x] as number) < 90;
  let all = 0;
  let matched = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 2; x < width / 2; x += 1) {
      if (!dark(x, y)) continue;
      all += 1;
      if ([-1, 0, 1].some((off) => dark(width - 1 - x + off, y))) matched += 1;
    }
  }
  return matched / all;
}

/** The first two designs of each category: index 0 to 23. */
const designs = Array.from({ length: categories.length * 2 }, (_, index) => createFlatDesign(4, index));

test("the same seed draws the same picture, another index another one", () => {
  const pictures = Array.from({ length: 48 }, (_, index) => drawFlat(createFlatDesign(9, index), "front"));
  expect(drawFlat(createFlatDesign(9, 30), "front")).toBe(pictures[30]);
  expect(new Set(pictures).size).toBe(pictures.length);
});

test.each(categories)(
  "a %s fills its sheet, stays inside it and is symmetric from behind",
  async (category) => {
    for (const design of designs.filter((one) => one.category === category)) {
      for (const view of ["front", "back"] as const) {
        const raster = await draw(design, view);
        expect([raster.width, raster.height]).toEqual([600, 720]);
        const { left, top, right, bottom } = inkBox(raster);
        expect(Math.min(left, top, 599 - right, 719 - bottom)).toBeGreaterThan(20);
        expect(Math.max((right - left) / 600, (bottom - top) / 720)).toBeGreaterThan(0.6);
      }
      const plain = { ...design, print: { ...design.print, kind: "plain" as const } };
      expect(symmetry(await draw(plain, "back"))).toBeGreaterThan(0.9);
    }
  },
);

test("front and back have the same outline and share their colours", async () => {
  for (const design of designs) {
    const front = sketchOf(design, "front").bounds();
    const back = sketchOf(design, "back").bounds();
    for (const edge of ["left", "right", "top", "bottom"] as const) {
      expect(Math.abs(front[edge] - back[edge])).toBeLessThan(1.6);
    }
    expect(drawFlat(design, "front")).toContain(design.colourway.body);
    expect(drawFlat(design, "back")).toContain(design.colourway.body);
  }
});

test("a recoloured design keeps its outline paths", () => {
  const outlines = (svg: string): string[] =>
    [...svg.matchAll(/<path d="([^"]+)" fill="none" stroke="[^"]+" stroke-width="2.90"/g)].map(
      (match) => match[1] as string,
    );
  for (const design of designs) {
    for (const view of ["front", "back"] as const) {
      const drawn = outlines(drawFlat(design, view));
      expect(drawn.length).toBeGreaterThan(0);
      expect(outlines(drawFlat(recolour(design, 3), view))).toEqual(drawn);
    }
  }
});

test("another hand draws the same design a little differently, and always alike", () => {
  const design = createFlatDesign(4, 1);
  const hand = { lineWidth: 1.3, jitter: 2, seed: 8 };
  const drawn = drawFlat(design, "front", hand);
  expect(drawn).toBe(drawFlat(design, "front", hand));
  expect(drawn).not.toBe(drawFlat(design, "front"));
  expect(drawn).not.toBe(drawFlat(design, "front", { ...hand, seed: 9 }));
  expect(drawn).toContain('stroke-width="3.77"');
});

test("a drawing holds finite numbers only", () => {
  for (const design of designs)
    expect(drawFlat(design, "front") + drawFlat(design, "back")).not.toMatch(/NaN|Infinity|undefined/);
});
