import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { garment, garmentSvg } from "../../../test/fixtures/pictures.js";
import { drawContactSheet, MAX_SHEET_MATCHES, type SheetMatch } from "./contact-sheet.js";
import { cardCorner, PICTURE, picturePosition, rowTop, SHEET_WIDTH, sheetHeight } from "./sheet-geometry.js";

let thumbnail: Buffer;
beforeAll(async () => {
  thumbnail = await garment().resize({ height: 256 }).webp().toBuffer();
});

function match(rank: number, over: Partial<SheetMatch> = {}): SheetMatch {
  return {
    rank,
    id: `TEE-${rank}`,
    score: 1 - rank / 100,
    views: { front: 0.9, back: 0.8 },
    thumbnails: { front: thumbnail, back: thumbnail },
    ...over,
  };
}

const matches = (count: number) => Array.from({ length: count }, (_, i) => match(i + 1));

async function draw(list: readonly SheetMatch[], query: Record<string, unknown> = {}) {
  const png = await drawContactSheet({
    query: { front: thumbnail, back: thumbnail, ...query },
    matches: list,
    format: "png",
  });
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  /** The share of pixels in a rectangle that are the fixture's red. */
  const redIn = (left: number, top: number, width: number, height: number) => {
    let red = 0;
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) {
        const at = (y * info.width + x) * info.channels;
        if (data[at]! > 170 && data[at + 1]! < 110 && data[at + 2]! < 110) red++;
      }
    }
    return red / (width * height);
  };
  const cell = (row: number, column: number, view: "front" | "back") => {
    const place = picturePosition(cardCorner(column), view);
    return redIn(place.left, rowTop(row) + place.top, PICTURE.side, PICTURE.side);
  };
  return { info, cell };
}

describe("the contact sheet", () => {
  it("has the query's row and five rows of four pairs for twenty matches, a picture in every place", async () => {
    const { info, cell } = await draw(matches(20));
    expect([info.width, info.height]).toEqual([SHEET_WIDTH, sheetHeight(6)]);
    for (const view of ["front", "back"] as const) {
      expect(cell(0, 0, view)).toBeGreaterThan(0.05);
      expect(cell(0, 1, view)).toBe(0);
      for (let i = 0; i < 20; i++) expect(cell(1 + Math.floor(i / 4), i % 4, view)).toBeGreaterThan(0.05);
    }
  });

  it.each([
    [0, 1],
    [1, 2],
    [4, 2],
    [5, 3],
  ])("with %i matches has %i rows", async (count, rows) => {
    const { info } = await draw(matches(count));
    expect(info.height).toBe(sheetHeight(rows));
  });

  it("leaves the place of a missing or undecodable view free of a picture", async () => {
    const broken = new TextEncoder().encode("no picture");
    const { cell } = await draw(
      [
        match(1, { thumbnails: { front: thumbnail } }),
        match(2, { thumbnails: { back: thumbnail } }),
        match(3, { thumbnails: { front: thumbnail, back: broken } }),
        match(4, { thumbnails: {} }),
      ],
      { front: undefined },
    );
    expect([cell(0, 0, "front"), cell(1, 0, "back"), cell(1, 1, "front"), cell(1, 2, "back")]).toEqual([
      0, 0, 0, 0,
    ]);
    expect(cell(1, 0, "front")).toBeGreaterThan(0.05);
    expect(cell(1, 1, "back")).toBeGreaterThan(0.05);
  });

  it.each([
    ["jpeg", "ffd8ff"],
    ["png", "89504e47"],
    ["webp", "52494646"],
  ] as const)("is written as %s", async (format, signature) => {
    const bytes = await drawContactSheet({ query: { front: thumbnail }, matches: matches(2), format });
    expect(bytes.toString("hex").startsWith(signature)).toBe(true);
  });

  it("fits into each format with as many matches as it shows, and shows no more", async () => {
    const query = { front: thumbnail };
    const most = matches(MAX_SHEET_MATCHES).map((each) => ({ ...each, thumbnails: {} }));
    const sizeAs = async (format: "jpeg" | "webp") => {
      const { width, height } = await sharp(
        await drawContactSheet({ query, matches: most, format }),
      ).metadata();
      return [width, height];
    };
    expect(await sizeAs("jpeg")).toEqual([SHEET_WIDTH, sheetHeight(51)]);
    expect(await sizeAs("webp")).toEqual([Math.round((SHEET_WIDTH * 16_383) / sheetHeight(51)), 16_383]);
    const tooMany = drawContactSheet({ query, matches: matches(MAX_SHEET_MATCHES + 1), format: "jpeg" });
    await expect(tooMany).rejects.toThrow("at most 200 matches; received 201");
  });

  it("takes pictures of any size and names of any kind", async () => {
    const names = {
      front: `<&">]]>\u0000.png`,
      back: "背面圖片-非常長的檔案名稱-秋冬系列-最終版本-第二次修改.jpg",
    };
    const large = await garment({ width: 1600, height: 1200 }).jpeg().toBuffer();
    const hostile = [
      match(1, { id: `<&"'>` }),
      match(1000, { id: "長".repeat(300), score: -0.5 }),
      match(3, { id: "", thumbnails: { front: large, back: Buffer.from(garmentSvg()) } }),
      match(4, { id: "👕\ud800\u202e" }),
    ];
    const { cell } = await draw(hostile, { names });
    for (let column = 0; column < 4; column++) expect(cell(1, column, "front")).toBeGreaterThan(0.005);
  });
});
