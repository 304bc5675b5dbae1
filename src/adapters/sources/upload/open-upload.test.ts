import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ZipFile } from "yazl";
import { type Files, withEntry, withFlippedBit, zipOf } from "../../../../test/fixtures/zip-file.js";
import type { SourceItem } from "../../../core/import-rows.js";
import { AppError } from "../../../errors.js";
import { openUpload, type Upload } from "./open-upload.js";

/** Of a picture, in these tests. */
const MAX_BYTES = 1000;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-upload-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** Opens the files as they lie after they were received: under numbers. */
async function open(files: Files): Promise<Upload> {
  const received = await mkdtemp(join(directory, "received-"));
  const paths = new Map<string, string>();
  for (const [name, content] of Object.entries(files)) {
    const path = join(received, String(paths.size));
    await writeFile(path, content);
    paths.set(name, path);
  }
  return openUpload(paths, received, MAX_BYTES);
}

/** Every design as `id: content of the front + content of the back`, every error as `line: reason`. */
async function read(files: Files): Promise<string[]> {
  const upload = await open(files);
  const lines: string[] = [];
  for await (const item of upload.rows()) lines.push(await describeItem(item, upload));
  upload.close();
  expect(lines).toHaveLength(upload.count);
  expect(lines.join("\n")).not.toContain(directory);
  return lines;
}

const readZip = async (files: Files) => read({ "designs.zip": await zipOf(files) });

async function describeItem(item: SourceItem, { readPicture }: Upload): Promise<string> {
  if ("error" in item) return `${item.error.line}: ${item.error.reason}`;
  const { front, back } = item.row.views;
  const contentOf = async (path: string | undefined) => {
    if (path === undefined) return "none";
    return readPicture(path).then(
      (bytes) => Buffer.from(bytes).toString(),
      (error: AppError) => `${error.code} ${error.message}`,
    );
  };
  return `${item.row.id}: ${await contentOf(front)} + ${await contentOf(back)}`;
}

/** Why an upload is refused as a whole. */
async function refusalOf(files: Files): Promise<AppError> {
  const error = await open(files).then(
    () => new Error("It was opened."),
    (error: Error) => error,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(error.message).not.toContain(directory);
  return error as AppError;
}

const pair = { "A_front.jpg": "front of A", "A_back.jpg": "back of A" };

test("a manifest anywhere in an archive names its pictures from where it lies", async () => {
  const files = {
    "season/": "",
    "season/lists/designs.csv": "id,front,back,colour\n外套,../pictures/外.jpg,b.jpg,red\nX,./b.jpg,,\n",
    "season/pictures/外.jpg": "the front",
    "season/lists/b.jpg": "the back",
  };
  expect(await readZip(files)).toEqual(["外套: the front + the back", "X: the back + none"]);
});

test("a manifest's path that leads to no file means the one file that is called so, in any case", async () => {
  const manifest = [
    "id,front,back",
    "A,C:\\Users\\me\\A_front.jpg,/home/me/a_BACK.JPG",
    "B,elsewhere/B.jpg,twice.jpg",
    "C,../../../etc/passwd,none.jpg",
  ].join("\n");
  const files = { ...pair, "twice.jpg": "exactly there", "x/twice.jpg": "x", "x/B.jpg": "1", "y/b.jpg": "2" };
  const expected = [
    "A: front of A + back of A",
    "B: NOT_FOUND A picture was expected at elsewhere/B.jpg; 2 are called so. + exactly there",
    "C: NOT_FOUND A picture was expected at etc/passwd; the upload has none of that name. + " +
      "NOT_FOUND A picture was expected at none.jpg; the upload has none of that name.",
  ];
  expect(await readZip({ ...files, "designs.csv": manifest })).toEqual(expected);
  expect(await read({ ...files, "designs.csv": manifest })).toEqual(expected);
});

test("a manifest of Windows leads into the archive's folders", async () => {
  const rows = ["id\tfront\tback", "A\tfront\\A.jpg\tback\\A.jpg"].join("\r\n");
  const files = { "designs.TSV": rows, "front/A.jpg": "the front", "back/A.jpg": "the back" };
  expect(await readZip(files)).toEqual(["A: the front + the back"]);
});

test("pictures alone are paired by their names, in an archive as well as loose", async () => {
  const files = { ...pair, "tops/front/B.png": "front of B", "loose.jpg": "no view", "notes.txt": "" };
  const lines = await readZip(files);
  expect(lines).toEqual([
    "A: front of A + back of A",
    "tops/B: front of B + none",
    expect.stringMatching(/^3: A picture tells its view by its name .* received \/?loose\.jpg\.$/u),
  ]);
  expect(await read(files)).toEqual(lines);
});

test("what people did not put there is left out", async () => {
  const hidden = {
    "__MACOSX/._designs.csv": "x",
    ".DS_Store": "x",
    ".trash/B_front.jpg": "x",
    "._A_front.jpg": "",
  };
  expect(await readZip({ ...pair, ...hidden })).toEqual(["A: front of A + back of A"]);
  expect(await read({ ...pair, ...hidden })).toEqual(["A: front of A + back of A"]);
});

test("names that begin with the folder they lie in are no hidden files", async () => {
  const files = { "./front/A.jpg": "the front", "./back/A.jpg": "the back" };
  expect(await readZip(files)).toEqual(["A: the front + the back"]);
  const manifest = { "./lists/designs.csv": "id,front,back\nA,../front/A.jpg,../back/A.jpg" };
  expect(await readZip({ ...files, ...manifest })).toEqual(["A: the front + the back"]);
});

test.each<[string, Files, RegExp]>([
  ["two manifests", { "a.csv": "front\nA_front.jpg", "b.jsonl": "", ...pair }, /received a\.csv, b\.jsonl/u],
  ["no pictures", { "readme.txt": "hello" }, /received readme\.txt\.$/u],
  ["pictures of no view", { "a.jpg": "a", "b.jpg": "b" }, /x_front\.jpg and x_back\.jpg/u],
  ["nothing at all", {}, /received no file\.$/u],
  [
    "a manifest without pictures",
    { "x/a.csv": "id,colour\nA,red", ...pair },
    /columns id, colour in x\/a\.csv/u,
  ],
  [
    "a manifest that is no text",
    { "a.csv": Buffer.of(0x66, 0xff, 0xfe, 0xfd), ...pair },
    /a\.csv holds bytes/u,
  ],
])("is refused as a whole with %s", async (_, files, reason) => {
  for (const error of [await refusalOf({ "x.zip": await zipOf(files) }), await refusalOf(files)]) {
    expect(error.code).toBe("INVALID_REQUEST");
    expect(error.message).toMatch(reason);
  }
});

test("an archive does not come with other files", async () => {
  const zip = await zipOf(pair);
  for (const files of [
    { "a.zip": zip, "b.ZIP": zip },
    { ...pair, "a.zip": zip },
  ]) {
    const { code, message } = await refusalOf(files);
    expect(code).toBe("INVALID_REQUEST");
    expect(message).toMatch(/one ZIP archive, .* received a\.zip and [12] more/u);
  }
});

test.each(["../evil.jpg", "/etc/evil.jpg", "C:/evil.jpg"])(
  "an archive with the file %s is refused",
  async (evil) => {
    const name = "x".repeat(evil.length - 4).concat(".jpg");
    const zip = withEntry(await zipOf({ ...pair, [name]: "evil" }), name, { name: evil });
    const { code, message } = await refusalOf({ "designs.zip": zip });
    expect(code).toBe("INVALID_REQUEST");
    expect(message).toContain(evil);
  },
);

test("loose files lead out of nowhere, whatever they are called", async () => {
  await mkdir(join(directory, "secret"));
  await writeFile(join(directory, "secret", "A_front.jpg"), "secret");
  const outside = { "../secret/A_front.jpg": "sent", "B_front.jpg": "front of B" };
  expect(await read(outside)).toEqual(["B: front of B + none"]);
  const manifest = { "designs.csv": `id,front\nA,${directory}/secret/A_front.jpg\nB,../B_front.jpg` };
  const upload = await open({ ...outside, ...manifest });
  const items: SourceItem[] = [];
  for await (const item of upload.rows()) items.push(item);
  expect(await describeItem(items[0]!, upload)).toMatch(/^A: NOT_FOUND /u);
  expect(await describeItem(items[1]!, upload)).toBe("B: front of B + none");
});

test.each<[string, (zip: Buffer) => Buffer]>([
  ["cut off", (zip) => zip.subarray(0, zip.length / 2)],
  ["without its beginning", (zip) => zip.subarray(100)],
  ["that is no archive", () => Buffer.from("hello, this is no archive ".repeat(10))],
  ["without a byte", () => Buffer.alloc(0)],
])("an archive %s is refused", async (_, damage) => {
  const { code, message } = await refusalOf({ "designs.zip": damage(await zipOf(pair)) });
  expect(code).toBe("INVALID_REQUEST");
  expect(message).toMatch(/ZIP archive cannot be read \(.+\); pack it again/u);
});

test.each<[string, number, number, number, RegExp]>([
  ["a long name", 1, 60_000, 0, /the name of a file in it has 60001 characters\)/u],
  ["names and comments of hundreds of megabytes", 2300, 1000, 60_000, /more than 134217728 bytes to tell/u],
])("an archive with %s is refused", async (_, files, name, comment, reason) => {
  const archive = new ZipFile();
  const options = { compress: false, fileComment: "x".repeat(comment) };
  for (let i = 0; i < files; i++) {
    archive.addBuffer(Buffer.of(), String(i).padEnd(name + 1, "x"), options);
  }
  archive.end();
  const { code, message } = await refusalOf({ "designs.zip": await buffer(archive.outputStream) });
  expect([code, message]).toEqual(["INVALID_REQUEST", expect.stringMatching(reason)]);
});

test("an archive is refused in a short sentence, however long the name in it is that is the reason", async () => {
  const name = `a/${"x".repeat(60_000)}`;
  const zip = withEntry(await zipOf({ [name]: "" }), name, { name: ".." });
  expect((await refusalOf({ "designs.zip": zip })).message.length).toBeLessThan(300);
});

test("an empty archive is refused as one without files", async () => {
  const { code, message } = await refusalOf({ "designs.zip": await zipOf({}) });
  expect([code, message]).toEqual(["INVALID_REQUEST", expect.stringMatching(/received no file\.$/u)]);
});

test.each<[string, (zip: Buffer, name: string) => Buffer, string]>([
  ["is encrypted", (zip, name) => withEntry(zip, name, { isEncrypted: true }), "INVALID_REQUEST"],
  ["is packed with a damage", withFlippedBit, "INVALID_REQUEST"],
  ["says to have more than it has", (zip, name) => withEntry(zip, name, { bytes: 900 }), "INVALID_REQUEST"],
  ["says to have less than it has", (zip, name) => withEntry(zip, name, { bytes: 1 }), "INVALID_REQUEST"],
  ["says to have too much", (zip, name) => withEntry(zip, name, { bytes: 1001 }), "IMAGE_TOO_LARGE"],
])("a file that %s is reported by itself, and as a manifest refused", async (_, spoil, code) => {
  const pictures = { ...pair, "B_front.jpg": "front of B ".repeat(20) };
  const zip = spoil(await zipOf(pictures), "B_front.jpg");
  expect(await read({ "designs.zip": zip })).toEqual([
    "A: front of A + back of A",
    expect.stringMatching(new RegExp(`^B: ${code} .*"B_front\\.jpg".* \\+ none$`, "u")),
  ]);
  if (code === "IMAGE_TOO_LARGE") return;
  const manifest = { ...pair, "designs.csv": `id,front\n${"A,A_front.jpg\n".repeat(20)}` };
  const refused = await refusalOf({ "designs.zip": spoil(await zipOf(manifest), "designs.csv") });
  expect(refused.code).toBe(code);
  expect(refused.message).toContain('"designs.csv"');
});

test("a damaged file that is not even packed is told as such, not taken as it is", async () => {
  const zip = withFlippedBit(await zipOf(pair, { compress: false }), "A_front.jpg");
  expect(await read({ "designs.zip": zip })).toEqual([
    expect.stringMatching(/^A: INVALID_REQUEST "A_front\.jpg" .* \+ back of A$/u),
  ]);
});

test("a file that unpacks to far more than it says is not unpacked further than that", async () => {
  const bomb = await zipOf({ "A_front.jpg": Buffer.alloc(64 * 1024 * 1024) });
  expect(bomb.length).toBeLessThan(100_000);
  const zip = withEntry(bomb, "A_front.jpg", { bytes: MAX_BYTES });
  const [line] = await read({ "designs.zip": zip });
  const [, unpacked] = /^A: INVALID_REQUEST .*too many bytes.* got at least (\d+)/u.exec(line!)!;
  expect(Number(unpacked)).toBeLessThan(1_000_000);
});

test("a picture above the limit is refused by itself, loose as well as in an archive", async () => {
  const files = { ...pair, "B_front.jpg": "x".repeat(MAX_BYTES), "C_front.jpg": "x".repeat(MAX_BYTES + 1) };
  const lines = await readZip(files);
  expect(lines.map((line) => line.slice(0, 20))).toEqual([
    "A: front of A + back",
    "B: xxxxxxxxxxxxxxxxx",
    "C: IMAGE_TOO_LARGE A",
  ]);
  expect(await read(files)).toEqual(lines);
});

test("opening leaves beside the files that came nothing but the manifest, under no name of theirs", async () => {
  await read({ ...pair, "designs.csv": "id,front\nA,A_front.jpg" });
  const [received] = await readdir(directory);
  expect((await readdir(join(directory, received!))).toSorted()).toEqual(["0", "1", "2", "manifest.csv"]);
});
