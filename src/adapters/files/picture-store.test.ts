import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPictureStore } from "./picture-store.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-store-"));
});
afterEach(() => rm(directory, { recursive: true }));

const bytes = Buffer.from("a picture");
const sha256 = createHash("sha256").update(bytes).digest("hex");

test("keeps a picture once under its hash, below the catalog's folder, and leaves nothing else", async () => {
  const store = createPictureStore(directory);
  const kept = await Promise.all([store.keep(bytes, sha256), store.keep(bytes, sha256)]);
  expect(new Set(kept)).toEqual(new Set([`pictures/${sha256.slice(0, 2)}/${sha256}`]));
  expect(await readFile(path.join(directory, kept[0]!))).toEqual(bytes);
  expect(await readdir(path.join(directory, "pictures", sha256.slice(0, 2)))).toEqual([sha256]);
});

test("replaces one that was cut off", async () => {
  const store = createPictureStore(directory);
  const kept = path.join(directory, await store.keep(bytes, sha256));
  await writeFile(kept, bytes.subarray(0, 3));
  await store.keep(bytes, sha256);
  expect(await readFile(kept)).toEqual(bytes);
});
