import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import type { Match } from "../../src/index.js";
import { drawingPng } from "../fixtures/drawings.js";
import { createHttpWorld, file, form, type Search } from "./http-world.js";

const world = createHttpWorld("downloads");

/** Ids and attributes that a spreadsheet would take for something else. */
const DESIGNS = [
  { id: "=cmd|'/c calc'!A1", attributes: { colour: "+red", "@note": 'say "hi",\nplease', price: -19.5 } },
  { id: "-2", attributes: { colour: "@blue" } },
  { id: "@x", attributes: { price: 20, size: "XL" } },
  { id: "外套", attributes: {} },
];

const pictures = async (design: number) => ({
  front: file("front.png", await drawingPng(design, "front")),
  back: file("back.png", await drawingPng(design, "back")),
});

let found: Search;
beforeAll(async () => {
  for (const [design, { id, attributes }] of DESIGNS.entries()) {
    const body = form({ ...(await pictures(design)), attributes: JSON.stringify(attributes) });
    const { status } = await world.send(`/api/v1/designs/${encodeURIComponent(id)}`, { method: "PUT", body });
    expect(status).toBe(201);
  }
  found = await world.search(await pictures(0));
});

const SIMILAR = DESIGNS[3]!.id;
const similar = `/api/v1/designs/${encodeURIComponent(SIMILAR)}/similar`;

describe("matches as CSV", () => {
  test("tell of a search what its answer tells, and hold no formula", async () => {
    const { response, bytes } = await world.bytes(`/api/v1/searches/${found.id}/matches.csv`);
    expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("Content-Disposition")).toBe('attachment; filename="matches.csv"');
    expect(bytes.subarray(0, 3)).toEqual(Buffer.of(0xef, 0xbb, 0xbf));
    expect(bytes.toString().endsWith("\r\n")).toBe(true);

    const [header, ...rows] = parse(bytes, { bom: true }) as string[][];
    expect(header!.slice(0, 7)).toEqual(["rank", "id", "score", "front", "back", "verdict", "percentile"]);
    expect(header!.slice(7).toSorted()).toEqual(["'@note", "colour", "price", "size"]);
    const records = rows.map((row) => Object.fromEntries(row.map((cell, i) => [header![i]!, cell])));
    for (const [i, record] of records.entries()) {
      const { rank, id, score, views, verdict, percentile } = found.matches[i]!;
      expect([Number(record.rank), record.id!.replace(/^'/u, "")]).toEqual([rank, id]);
      expect([Number(record.score), Number(record.front), Number(record.back)]).toEqual([
        ...[score, views.front, views.back],
      ]);
      expect([record.verdict, record.percentile]).toEqual([verdict ?? "", String(percentile ?? "")]);
    }
    const guarded = new Map(records.map((record) => [record.id, record]));
    expect([...guarded.keys()].toSorted()).toEqual(["'-2", "'=cmd|'/c calc'!A1", "'@x", "外套"]);
    // A number is none of the texts that are guarded, though it begins with a minus.
    expect(guarded.get("'=cmd|'/c calc'!A1")).toMatchObject({
      ...{ colour: "'+red", "'@note": 'say "hi",\nplease', price: "-19.5" },
    });
    expect(guarded.get("'-2")).toMatchObject({ colour: "'@blue", price: "" });
    expect(guarded.get("'@x")).toMatchObject({ size: "XL", price: "20" });
  });

  test("are ranked as their address asks", async () => {
    const address = `/api/v1/searches/${found.id}/matches.csv?front=1&back=0&topK=2&filter=price%3E%3D0`;
    const [, ...rows] = parse(await world.text(address), { bom: true }) as string[][];
    expect(rows.map(([rank, id]) => [rank, id])).toEqual([["1", "'@x"]]);
    expect((await world.get(`/api/v1/searches/${found.id}/matches.csv?topK=0`)).status).toBe(400);
    expect((await world.get("/api/v1/searches/none/matches.csv")).status).toBe(404);
  });

  test("tell of the designs similar to one, without itself", async () => {
    const [, ...rows] = parse(await world.text(`${similar}/matches.csv`), { bom: true }) as string[][];
    const { body } = await world.get<Search>(similar);
    expect(rows.map(([, id]) => id)).toEqual(body.matches.map(({ id }) => `'${id}`));
    expect(rows).toHaveLength(3);
    expect((await world.get("/api/v1/designs/none/similar/matches.csv")).status).toBe(404);
  });
});

describe("the contact sheet", () => {
  test.each([
    ["sheet.jpg", "jpeg"],
    ["sheet.png", "png"],
    ["sheet.webp", "webp"],
  ] as const)("of designs similar to one is there as %s", async (name, format) => {
    const { response, status, bytes } = await world.bytes(`${similar}/${name}?topK=2`);
    expect(status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe(`image/${format}`);
    expect(response.headers.get("Content-Disposition")).toBe(`inline; filename="contact-${name}"`);
    expect((await sharp(bytes).metadata()).format).toBe(format);
    const { catalog, contactSheet } = world.diptych();
    const { matches } = (await world.get<{ matches: Match[] }>(`${similar}?topK=2`)).body;
    const thumbnails = (await catalog.thumbnails([SIMILAR])).get(SIMILAR)!;
    expect(bytes.equals(await contactSheet({ pictures: thumbnails, matches, format }))).toBe(true);
  });

  test("has its words in the language of whoever asks", async () => {
    const address = `${similar}/sheet.png?topK=2`;
    const [{ bytes: english }, { bytes: chinese }] = await Promise.all([
      world.bytes(address),
      world.bytes(address, { headers: { "Accept-Language": "zh-TW" } }),
    ]);
    const { catalog, contactSheet } = world.diptych();
    const { matches } = (await world.get<{ matches: Match[] }>(`${similar}?topK=2`)).body;
    const pictures = (await catalog.thumbnails([SIMILAR])).get(SIMILAR)!;
    const labels = {
      query: "查詢",
      views: { front: "正面", back: "背面" },
      missing: { front: "沒有正面圖片", back: "沒有背面圖片" },
    };
    const drawn = await contactSheet({ pictures, matches, format: "png", labels });
    expect(chinese.equals(drawn)).toBe(true);
    expect(english.equals(drawn)).toBe(false);
  });

  test("is there in no other format, and not of a design that is not there", async () => {
    expect((await world.get(`${similar}/sheet.gif`)).status).toBe(400);
    expect((await world.get("/api/v1/designs/none/similar/sheet.jpg")).status).toBe(404);
  });
});
