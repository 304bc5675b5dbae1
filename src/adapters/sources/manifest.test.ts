import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asNobody } from "../../../test/fixtures/as-nobody.js";
import type { SourceItem } from "../../core/import-rows.js";
import { toJsonLine } from "./json-lines-manifest.js";
import { openSource } from "./open-source.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-manifest-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function read(name: string, content: string | Buffer, imagesDirectory?: string) {
  const path = join(directory, name);
  await writeFile(path, content);
  const source = await openSource(path, { imagesDirectory });
  const items: SourceItem[] = [];
  for await (const item of source.rows()) items.push(item);
  expect(source.count).toBe(items.length);
  return items;
}

const rowOf = (item: SourceItem | undefined) => (item && "row" in item ? item.row : undefined);
const errorOf = (item: SourceItem | undefined) => (item && "error" in item ? item.error : undefined);

describe("a delimited manifest", () => {
  test("gives ids, views below its folder and attributes, numbers where they are canonical", async () => {
    const items = await read(
      "a.csv",
      " ID ,Front, BACK ,colour,price,code,size\nA1,a f.jpg,/else/b.jpg,red,12.50,007,\n,tops/B2_front.jpg,,,1e400,-0, \n",
    );
    expect(items).toEqual([
      {
        row: {
          line: 2,
          id: "A1",
          views: { front: join(directory, "a f.jpg"), back: "/else/b.jpg" },
          attributes: { colour: "red", price: 12.5, code: "007" },
        },
      },
      {
        row: {
          line: 3,
          id: "tops/B2",
          views: { front: join(directory, "tops/B2_front.jpg") },
          attributes: { price: "1e400", code: "-0" },
        },
      },
    ]);
  });

  test("is the tutorial's name_list.csv, with or without the index that pandas writes", async () => {
    const images = join(directory, "database");
    await mkdir(images);
    const expected = {
      line: 2,
      id: "0001",
      views: { front: join(images, "0001_f.jpg"), back: join(images, "0001_b.jpg") },
      attributes: {},
    };
    for (const content of [",front,back\n0,0001_f.jpg,0001_b.jpg\n", "front,back\n0001_f.jpg,0001_b.jpg\n"]) {
      expect(await read("name_list.csv", content, images)).toEqual([{ row: expected }]);
    }
  });

  test("may begin with a byte-order mark, end lines in any way, be UTF-16 and be separated by tabs", async () => {
    const utf16 = Buffer.from("\ufeffid\tfront\tname\r\nA\ta.jpg\t外套\r\n", "utf16le");
    expect(rowOf((await read("a.tsv", utf16))[0])).toMatchObject({ id: "A", attributes: { name: "外套" } });
    const mixed = await read("b.csv", "\ufeffid,front\r\nA,a.jpg\nB,b.jpg\r\rC,c.jpg");
    expect(mixed.map((item) => [rowOf(item)?.line, rowOf(item)?.id])).toEqual([
      [2, "A"],
      [3, "B"],
      [5, "C"],
    ]);
  });

  test("counts the lines of the file, also where quoted fields and blank lines take several", async () => {
    const items = await read(
      "a.csv",
      'id,front,note\r\n\r\nA,a.jpg,"one\r\ntwo\nthree"\r\n\r\n\r\nB,b.jpg,15" wide\r\n',
    );
    expect(items.map((item) => [rowOf(item)?.line, rowOf(item)?.attributes.note])).toEqual([
      [3, "one\r\ntwo\nthree"],
      [8, '15" wide'],
    ]);
  });

  test("goes on behind paths that lead to no picture", async () => {
    const items = await read("a.csv", "front,back\n..,\n/,\n,../..\n.,\nsub/..,\nC.jpg,\n");
    expect(items.map((item) => rowOf(item)?.id)).toEqual([...Array(5).fill(basename(directory)), "C"]);
  });

  test("reports rows with too many or too few fields, or nothing to call a design by, and goes on", async () => {
    const items = await read("a.csv", "id,front,back,n\nA,a.jpg\nB,b.jpg,,,\n,,,\n,,,5\nC,c.jpg,,\n");
    // Line 4 holds nothing, as spreadsheets leave it behind.
    expect(items.map((item) => errorOf(item)?.line ?? rowOf(item)?.id)).toEqual([2, 3, 5, "C"]);
    expect(errorOf(items[0])).toMatchObject({ id: null, view: null, code: "INVALID_REQUEST" });
    expect(errorOf(items[0])!.reason).toContain("4 fields, as the header has; received 2");
  });

  test("takes semicolons where the header has no comma", async () => {
    const items = await read("a.csv", "\ufeffid;front;price\r\nA;a.jpg;1,5\r\n");
    expect(rowOf(items[0])).toMatchObject({ id: "A", attributes: { price: "1,5" } });
  });

  // Looked for from every character on, an end that never comes would take minutes.
  test("is read at once where its first line is long and never ends", async () => {
    expect(await read("a.csv", `front,${"x".repeat(500_000)}`)).toEqual([]);
  });

  test("reports where a quote is never closed, with the rows before it", async () => {
    const items = await read("a.csv", 'id,front\nA,a.jpg\nB,"b.jpg\nC,c.jpg\n');
    expect(rowOf(items[0])?.id).toBe("A");
    expect(errorOf(items[1])).toMatchObject({ line: 3, code: "INVALID_REQUEST" });
  });

  test("takes cells without the space around them", async () => {
    const [item] = await read("a.csv", "front, back, category, price\na.jpg, b.jpg, tee, 12.5\n");
    expect(rowOf(item)).toMatchObject({
      views: { front: join(directory, "a.jpg"), back: join(directory, "b.jpg") },
      attributes: { category: "tee", price: 12.5 },
    });
  });

  test("takes columns called __proto__ and constructor as attributes", async () => {
    const [item] = await read("a.csv", "front,__proto__,constructor\na.jpg,x,y\n");
    const { attributes } = rowOf(item)!;
    expect(Object.entries(attributes)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
  });

  test.each([
    ["neither.csv", "id,picture\nA,a.jpg\n", "received the columns id, picture"],
    ["empty.csv", "", "an empty file"],
    ["twice.csv", "front,colour,colour\na,b,c\n", 'two called "colour"'],
    ["twice.csv", "front,Front\na,b\n", 'two called "front"'],
    ["open.csv", '"front\na.jpg\n', "names its columns"],
    ["big5.csv", Buffer.from("front,\xa4\xe5\na.jpg,b\n", "latin1"), "UTF-8"],
    ["a.xlsx", "front\n", ".csv, .tsv, .jsonl or .ndjson"],
  ])("%s is refused as a whole", async (name, content, sentence) => {
    await expect(read(name, content)).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining(sentence),
    });
  });

  test("gives back any attribute text that was written to it, but for space around it", async () => {
    const anyText = fc.string({ unit: "binary", maxLength: 30 }).filter((text) => text.trim() !== "");
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 8 }), async (texts) => {
        const records = texts.map((text, i) => ({ id: `d${i}`, front: `${i}.jpg`, note: text }));
        const items = await read("any.csv", stringify(records, { header: true, quoted: true }));
        expect(items.map((item) => String(rowOf(item)?.attributes.note))).toEqual(
          texts.map((text) => text.trim()),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("is read or refused, whatever is in it", async () => {
    const pieces = fc.constantFrom("front", "id", ",", '"', "\n", "\r\n", "\r", "a.jpg", " ", "\ufeff", "é");
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 40 }), async (content) => {
        await read("fuzz.csv", content.join("")).catch((error) => {
          expect(error.code).toBe("INVALID_REQUEST");
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe("a JSON Lines manifest", () => {
  const picture = (path: string | null) => ({ sha256: null, path });

  test("gives a design back by its line", async () => {
    const views = { front: picture("pictures/ab/abc"), back: picture("/else/b c.jpg") };
    const attributes = { price: 3.5, code: "3.50", note: 'one\n"two"', ["__proto__"]: "x" };
    const spaced = { ...attributes, code: " 3.50", size: " " };
    const line = toJsonLine({ id: "D 1", attributes: spaced, views }, directory);
    expect(rowOf((await read("a.jsonl", `${line}\n`))[0])).toEqual({
      line: 1,
      id: "D 1",
      attributes,
      views: { front: join(directory, "pictures/ab/abc"), back: "/else/b c.jpg" },
    });
  });

  test.each([
    ["is called as a field", { Front: "zip" }],
    ["is called as a field, and would be lost", { id: "x" }],
    ["is spaced", { " colour": "red" }],
    ["is longer than a line", { note: "\u0001".repeat(200_000) }],
  ])("has no line for a design with an attribute that %s", (_, attributes) => {
    expect(toJsonLine({ id: "D", attributes, views: { front: picture("a.jpg") } }, directory)).toBeNull();
  });
  test("keeps numbers and texts, turns booleans into text and leaves null out", async () => {
    const items = await read(
      "a.jsonl",
      '\ufeff{"ID": 7, "Front": "a.jpg", "price": 3.50, "code": "3.50", "sold": true, "note": null, "category": " tee ", "size": " ", "__proto__": "x"}\r\n\n{"back": "sub/B_back.png", "text": "one\u2028two"}',
    );
    expect(items.map((item) => [rowOf(item)?.line, rowOf(item)?.id])).toEqual([
      [1, "7"],
      [3, "sub/B"],
    ]);
    expect(Object.entries(rowOf(items[0])!.attributes)).toEqual([
      ["price", 3.5],
      ["code", "3.50"],
      ["sold", "true"],
      ["category", "tee"],
      ["__proto__", "x"],
    ]);
    expect(rowOf(items[1])!.attributes).toEqual({ text: "one\u2028two" });
  });

  test.each([
    "not json",
    "[1]",
    "null",
    '{"front": "a.jpg", "sizes": ["S"]}',
    '{"front": "a.jpg", "price": 1e999}',
    '{"front": 3}',
    '{"front": "a.jpg", "FRONT": "b.jpg"}',
    '{"colour": "red"}',
  ])("reports the line %s and goes on", async (line) => {
    const items = await read("a.ndjson", `${line}\n{"id":"ok","front":"a.jpg"}\n`);
    expect(errorOf(items[0])).toMatchObject({ line: 1, code: "INVALID_REQUEST" });
    expect(rowOf(items[1])?.id).toBe("ok");
  });

  test("reports a value that is nested however deep, and goes on", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const items = await read("a.jsonl", `{"front":"a.jpg","n":${deep}}\n{"front":"b.jpg"}`);
    expect(errorOf(items[0])).toMatchObject({ line: 1, code: "INVALID_REQUEST" });
    expect(rowOf(items[1])?.id).toBe("b");
  });

  test("a design without a picture is left to the import to report", async () => {
    expect(rowOf((await read("a.jsonl", '{"id":"bare"}'))[0])).toMatchObject({ id: "bare", views: {} });
  });
});

test("a source or images directory that is not there is NOT_FOUND", async () => {
  await expect(openSource(join(directory, "none.csv"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  const manifest = join(directory, "some.csv");
  await writeFile(manifest, "front\na.jpg\n");
  await expect(openSource(manifest, { imagesDirectory: join(directory, "none") })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await expect(openSource(manifest, { imagesDirectory: manifest })).rejects.toMatchObject({
    code: "INVALID_REQUEST",
  });
});

test("a manifest that may not be read, or lies where nobody may look, is NOT_FOUND", async () => {
  const folder = join(directory, "closed");
  await mkdir(folder);
  const manifest = join(folder, "a.csv");
  await writeFile(manifest, "front\na.jpg\n", { mode: 0 });
  await chmod(directory, 0o755);
  for (const [mode, what] of [
    [0o755, "A manifest"],
    [0, "The source of an import"],
  ] as const) {
    await chmod(folder, mode);
    await expect(asNobody(() => openSource(manifest))).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: `${what} was expected at ${manifest}; it cannot be read (EACCES).`,
    });
  }
  await chmod(folder, 0o700);
});
