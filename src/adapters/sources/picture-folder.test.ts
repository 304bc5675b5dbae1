import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { asNobody } from "../../../test/fixtures/as-nobody.js";
import type { SourceItem } from "../../core/import-rows.js";
import { openSource } from "./open-source.js";
import { createPictureFileReader } from "./picture-file.js";
import { idFromPicture, recogniseView } from "./view-name.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-folder-"));
});
afterEach(() => rm(directory, { recursive: true }));

async function fill(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), path);
  }
}

/** Every design as `id: front + back`, every error as `line: reason`. */
async function read(): Promise<string[]> {
  const source = await openSource(directory);
  const lines: string[] = [];
  for await (const item of source.rows()) lines.push(describeItem(item));
  expect(lines.length).toBe(source.count);
  return lines;
}

function describeItem(item: SourceItem): string {
  if ("error" in item) return `${item.error.line}: ${item.error.reason.replaceAll(`${directory}/`, "")}`;
  const { front, back } = item.row.views;
  const names = [front, back].map((path) => (path === undefined ? "none" : relative(directory, path)));
  return `${item.row.id}: ${names.join(" + ")}`;
}

test("pairs pictures by the ends of their names, in any case, also in subfolders, in the order of ids", async () => {
  await fill(
    "b_FRONT.JPG",
    "b-back.png",
    "sub/a.front.webp",
    "sub/a back.avif",
    "c_f.gif",
    "c_B.tif",
    "d_b.svg",
  );
  expect(await read()).toEqual([
    "b: b_FRONT.JPG + b-back.png",
    "c: c_f.gif + c_B.tif",
    "d: none + d_b.svg",
    "sub/a: sub/a.front.webp + sub/a back.avif",
  ]);
});

test("pairs pictures by their folders, whether their names say the same or nothing", async () => {
  await fill(
    "Front/x.jpg",
    "Back/x.jpg",
    "front/tops/y_front.jpg",
    "back/tops/y_back.jpg",
    "z/front.jpg",
    "z/back.jpg",
  );
  expect(await read()).toEqual([
    "tops/y: front/tops/y_front.jpg + back/tops/y_back.jpg",
    "x: Front/x.jpg + Back/x.jpg",
    "z: z/front.jpg + z/back.jpg",
  ]);
});

test("reports pictures without a view and second pictures of one; other files are nothing to it", async () => {
  await fill(
    "a_front.jpg",
    "a_front.png",
    "outback.jpg",
    ".hidden_front.jpg",
    ".cache/h_front.jpg",
    "notes_front.txt",
  );
  await symlink(join(directory, "a_front.jpg"), join(directory, "a_back.jpg"));
  await symlink(directory, join(directory, "loop_front.jpg"));
  expect(await read()).toEqual([
    "a: a_front.jpg + a_back.jpg",
    "2: A design has one picture of its front; received a_front.png besides a_front.jpg.",
    "3: A picture tells its view by its name (x_front.jpg, x_back.jpg) or its folder (front/x.jpg, back/x.jpg); received outback.jpg.",
  ]);
});

test("reports folders that cannot be read, and goes on with the others", async () => {
  await fill("a_front.jpg", "lost+found/b_front.jpg", "c.jpg", "z/d_back.jpg");
  await chmod(directory, 0o755);
  const closed = join(directory, "lost+found");
  await chmod(closed, 0);
  // Opened again before it is removed.
  const told = await asNobody(read).finally(() => chmod(closed, 0o700));
  expect(told).toEqual([
    "a: a_front.jpg + none",
    "z/d: none + z/d_back.jpg",
    expect.stringMatching(/^3: A picture tells its view .* received c\.jpg\.$/u),
    "4: A folder of pictures was expected at lost+found; it cannot be read (EACCES).",
  ]);
});

test("a folder that cannot be read is NOT_FOUND", async () => {
  await chmod(directory, 0);
  const reading = asNobody(read).finally(() => chmod(directory, 0o700));
  await expect(reading).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: `A folder of pictures was expected at ${directory}; it cannot be read (EACCES).`,
  });
});

test("a folder without a picture of either view is refused", async () => {
  await fill("a.jpg", "readme.md");
  await expect(openSource(directory)).rejects.toMatchObject({
    code: "INVALID_REQUEST",
    message: expect.stringContaining("found none among"),
  });
});

test("an images directory does not go with a folder", async () => {
  await expect(openSource(directory, { imagesDirectory: directory })).rejects.toMatchObject({
    code: "INVALID_REQUEST",
  });
});

test.each([
  ["a_front.jpg", "front"],
  ["front/x_back.jpg", "back"],
  ["back/front/x.jpg", "front"],
  ["x_f.front/y.jpg", null],
  ["storefront.jpg", null],
])("%s is a picture of the %s", (path, view) => {
  expect(recogniseView(path)).toBe(view);
});

test.each([
  ["/base/tops/A1_front.jpg", "tops/A1"],
  ["/base/A1.v2.JPEG", "A1.v2"],
  ["/base/A1_back.jpg", "A1_back"],
  ["/else/A1_f.png", "else/A1"],
  ["/base/front.jpg", "base"],
  ["/", "base"],
])("%s is the front of %s", (path, id) => {
  expect(idFromPicture("/base", path, "front")).toBe(id);
});

test("a picture file is read whole, or there is none, or it is too large", async () => {
  await fill("a.jpg", "sub/b.jpg");
  const readPicture = createPictureFileReader(5);
  expect(Buffer.from(await readPicture(join(directory, "a.jpg"))).toString()).toBe("a.jpg");
  await expect(readPicture(join(directory, "sub"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(readPicture(join(directory, "none.jpg"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(readPicture("nul\0.jpg")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(readPicture(join(directory, "sub/b.jpg"))).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
});
