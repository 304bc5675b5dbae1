import { readdir, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { drawingPng } from "../fixtures/drawings.js";
import { zipOf } from "../fixtures/zip-file.js";
import { createHttpWorld, type Design, file, form, type Import } from "./http-world.js";

const world = createHttpWorld("imports");
const front = (design: number) => drawingPng(design, "front");
const back = (design: number) => drawingPng(design, "back");

/** The files that the catalog keeps as its designs' pictures. */
async function keptPictures(): Promise<string[]> {
  const names = await readdir(path.join(world.catalog, "pictures"), { recursive: true }).catch(() => []);
  return names.filter((name) => path.basename(name).length > 2).sort();
}

describe("an import of a ZIP archive", () => {
  test("brings its designs in, reports a bad row, and is told of under its address", async () => {
    const rows = ["id,front,back,colour", "A,pictures/a1.png,pictures/a2.png,red", "B,pictures/none.png,,"];
    const zip = await zipOf({
      "season/designs.csv": [...rows, "C,pictures/c1.png,,007"].join("\n"),
      "season/pictures/a1.png": await front(1),
      "season/pictures/a2.png": await back(1),
      "season/pictures/c1.png": await front(3),
    });
    const { response, body } = await world.startImport({ "season.zip": zip });
    expect(response.status).toBe(202);
    expect(response.headers.get("Location")).toBe(`/api/v1/imports/${body.id}`);
    expect(body).toMatchObject({ source: "season.zip", failure: null });
    expect(await world.reached(body.id, "done")).toEqual({
      ...{ id: body.id, state: "done", source: "season.zip", startedAt: body.startedAt, failure: null },
      ...{ total: 3, rows: 3, imported: 2, unchanged: 0, failed: 1, errorCount: 1, waitsForWorker: false },
      errors: [
        {
          ...{ line: 3, id: "B", view: "front", code: "NOT_FOUND" },
          reason: expect.stringMatching(/^A picture was expected at season\/pictures\/none\.png; /u),
        },
      ],
    });
    const list = await world.get<{ imports: Import[] }>("/api/v1/imports");
    expect(list.body.imports[0]).toMatchObject({ id: body.id, imported: 2 });
    expect(list.body.imports[0]).not.toHaveProperty("errors");

    expect(await world.ids()).toEqual(["A", "C"]);
    const pictures = { front: file("a.png", await front(1)), back: file("b.png", await back(1)) };
    expect(await world.idsFoundBy(pictures)).toEqual(["A", "C"]);
    const design = await world.get<Design>("/api/v1/designs/C");
    expect(design.body.attributes).toEqual({ colour: "007" });
  });

  test("leaves its pictures in the catalog alone, which shows them in full size", async () => {
    const picture = await front(1);
    expect(await world.uploadsLeft()).toEqual([]);
    const kept = await keptPictures();
    expect(kept).toHaveLength(3);
    const contents = await Promise.all(
      kept.map((name) => readFile(path.join(world.catalog, "pictures", name))),
    );
    expect(contents.some((content) => content.equals(picture))).toBe(true);
    const full = await world.bytes("/api/v1/designs/A/views/front?size=full");
    expect(full.response.headers.get("Content-Type")).toBe("image/webp");
    const { width, height } = await sharp(picture).metadata();
    expect(await sharp(full.bytes).metadata()).toMatchObject({ format: "webp", width, height });

    // While it is away a thumbnail takes its place, and a browser does not take it for the picture afterwards.
    const pictures = path.join(world.catalog, "pictures");
    await rename(pictures, `${pictures}.away`);
    const instead = await world.bytes("/api/v1/designs/A/views/front?size=full");
    await rename(`${pictures}.away`, pictures);
    expect(instead.response.headers.get("ETag")).toBeNull();
    const shown = await sharp(instead.bytes).metadata();
    expect(Math.max(shown.width, shown.height)).toBe(256);
  });

  test("finds nothing new in the same designs, packed again or loose", async () => {
    const files = { "a1.png": await front(1), "a2.png": await back(1), "c1.png": await front(3) };
    const manifest = "id,front,back,colour\nA,a1.png,a2.png,red\nC,c1.png,,007\n";
    const packed = await world.import({ "again.zip": await zipOf({ ...files, "list.csv": manifest }) });
    const same = { state: "done", rows: 2, imported: 0, unchanged: 2, failed: 0 };
    expect(packed).toMatchObject(same);
    expect(await world.import({ "list.csv": manifest, ...files })).toMatchObject(same);
    expect(await keptPictures()).toHaveLength(3);

    const changed = { ...files, "a2.png": await back(4) };
    expect(await world.import({ "list.csv": manifest, ...changed })).toMatchObject({
      imported: 1,
      unchanged: 1,
    });
    expect(await world.idsFoundBy({ back: file("b.png", await back(4)) })).toEqual(["A"]);
    expect(await world.uploadsLeft()).toEqual([]);
  });

  test("that cannot be used fails as a whole and says why", async () => {
    const failed = await world.import({ "designs.zip": "this is no archive" });
    expect(failed).toMatchObject({
      ...{ state: "failed", total: null, rows: 0 },
      failure: { code: "INVALID_REQUEST", detail: expect.stringMatching(/ZIP archive cannot be read/u) },
    });
    expect(JSON.stringify(failed)).not.toContain(world.directory);
    expect(await world.uploadsLeft()).toEqual([]);
  });
});

describe("an import of loose files", () => {
  test("pairs pictures by their names, whatever folders a browser tells", async () => {
    const imported = await world.import({
      "flats/P_front.png": await front(5),
      "flats\\P_back.png": await back(5),
      "flats/notes.txt": "hello",
    });
    expect(imported).toMatchObject({ source: "flats +2", imported: 1, failed: 0 });
    const { body } = await world.get<Design>(`/api/v1/designs/${encodeURIComponent("flats/P")}`);
    expect(Object.keys(body.thumbnails)).toEqual(["front", "back"]);
  });

  test("whose names give no id is rejected, for a design without an id is never found again", async () => {
    const before = await world.ids();
    const imported = await world.import({ "front.png": await front(6), "back.png": await back(6) });
    expect(imported).toMatchObject({ state: "done", imported: 0, failed: 1 });
    expect(imported.errors[0]).toMatchObject({
      code: "INVALID_REQUEST",
      reason: expect.stringMatching(/ id/u),
    });
    expect(await world.ids()).toEqual(before);
  });

  test("of which two have one name is refused before anything is imported", async () => {
    const before = await world.get<{ imports: Import[] }>("/api/v1/imports");
    const files = [
      file("Q_front.png", await front(7)),
      file("Q_front.png", await front(8)),
      file("R_front.png", await front(9)),
    ];
    const { status, body } = await world.post("/api/v1/imports", form({ files }));
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "INVALID_REQUEST", detail: expect.stringContaining("Q_front.png") });
    expect((await world.get<{ imports: Import[] }>("/api/v1/imports")).body).toEqual(before.body);
    expect(await world.uploadsLeft()).toEqual([]);
  });

  test("keeps nothing of files that are no pictures, or show nothing", async () => {
    const before = await keptPictures();
    const files = {
      "S_front.png": "no picture at all",
      "T_front.png": (await front(9)).subarray(0, 500),
      "U_front.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    };
    const imported = await world.import(files);
    expect(imported.errors.map(({ id, code }) => [id, code])).toEqual([
      ["S", "UNSUPPORTED_IMAGE"],
      ["T", "IMAGE_UNDECODABLE"],
      ["U", "IMAGE_BLANK"],
    ]);
    expect(await keptPictures()).toEqual(before);
  });
});

describe("the rejected rows of an import", () => {
  test("are a CSV file in which a spreadsheet finds no formula", async () => {
    const ids = ['=HYPERLINK("http://x/")', "+1", "-1", "@x", "plain, with a comma"];
    const rows = ids.map((id) => `"${id.replaceAll('"', '""')}",none.png`);
    const { id } = await world.import({ "designs.csv": ["id,front", ...rows].join("\n") });
    const { response, bytes } = await world.bytes(`/api/v1/imports/${id}/errors.csv`);
    expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("Content-Disposition")).toBe('attachment; filename="rejected-rows.csv"');
    expect(bytes.subarray(0, 3)).toEqual(Buffer.of(0xef, 0xbb, 0xbf));
    expect(bytes.toString()).toMatch(/^\ufeffline,id,view,code,reason\r\n(?:[^\r\n]+\r\n){5}$/u);
    const [, ...records] = parse(bytes, { bom: true }) as string[][];
    expect(records.map(([, cell]) => cell)).toEqual([...ids.slice(0, 4).map((each) => `'${each}`), ids[4]]);
    expect(records[0]).toEqual([
      "2",
      `'${ids[0]}`,
      "front",
      "NOT_FOUND",
      expect.stringMatching(/^A picture/u),
    ]);
  });

  test("tell strangers nothing of a defect, and the keeper everything", async () => {
    const { openUpload } = world.diptych();
    const broken = world.serve({
      async openUpload(...args) {
        const readPicture = () => Promise.reject(new Error("secret details"));
        return { ...(await openUpload(...args)), readPicture };
      },
    });
    const imported = await broken.import({ "U_front.png": await front(1) });
    expect(imported.errors.map(({ code }) => code)).toEqual(["INTERNAL"]);
    expect(JSON.stringify(imported)).not.toContain("secret");
    expect(await broken.text(`/api/v1/imports/${imported.id}/errors.csv`)).not.toContain("secret");
    expect(world.takeDefects().map(({ message }) => message)).toEqual(["secret details"]);
  });
});
