import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect } from "@lancedb/lancedb";
import sharp from "sharp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCatalog } from "../../src/adapters/lancedb/open-catalog.js";
import { CHECKSUM, designSchema, designTable } from "../../src/adapters/lancedb/schema.js";
import { readConfig } from "../../src/config.js";
import type { EmbeddedDesign } from "../../src/core/design.js";
import type { Catalog } from "../../src/core/ports.js";
import { type Examination, examineCatalog } from "../../src/doctor.js";
import { seededRandom } from "../contracts/sample-designs.js";
import { keptDesign } from "../fixtures/kept-designs.js";
import { diptych } from "./diptych-process.js";

const model = { id: "doctor", sha256: null, embeddingDim: 32 };
const DESIGNS = 12;

let parent: string;
let directory: string;
let catalog: Catalog;
let designs: EmbeddedDesign[];
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "diptych-doctor-"));
  directory = path.join(parent, "catalog");
  catalog = await openCatalog({ directory, model });
  const random = seededRandom(1);
  designs = await Promise.all(
    Array.from({ length: DESIGNS }, (_, i) =>
      keptDesign(directory, `D${i}`, i, random, { ...model, attributes: { colour: `colour ${i}` } }),
    ),
  );
  await catalog.upsert(designs);
});
afterEach(async () => {
  await catalog.close();
  await rm(parent, { recursive: true });
});

function examine(repair = false): Promise<Examination> {
  return examineCatalog(readConfig({ catalog: directory }, {}), { repair });
}

/** Kind and subject of what was found, and whether it was repaired. */
async function findings(repair = false) {
  return (await examine(repair)).findings.map(({ kind, subject, repaired }) => [kind, subject, repaired]);
}

async function makeOld(file: string): Promise<void> {
  const longAgo = new Date(Date.now() - 3 * 60 * 60_000);
  await utimes(path.join(directory, file), longAgo, longAgo);
}

const pictureOf = (i: number, view: "front" | "back") => designs[i]!.views[view]!.path!;

/** Turns a bit of what LanceDB stored, wherever `bytes` are: the files of versions before lie beside those of the latest. */
async function turnBit(bytes: Uint8Array): Promise<void> {
  let turned = 0;
  const folder = path.join(directory, "lancedb", "designs.lance", "data");
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const content = await readFile(file);
    const at = content.indexOf(bytes);
    if (at < 0) continue;
    content[at + 1]! ^= 0x10;
    await writeFile(file, content);
    turned += 1;
  }
  if (turned === 0) throw new Error("LanceDB does not store these bytes as they are.");
}

/** What repairs set aside. */
async function manifests(): Promise<string[]> {
  const names = await readdir(directory);
  return names.filter((name) => name.startsWith("damaged-designs")).map((name) => path.join(directory, name));
}

const bytesOf = (vector: Float32Array) => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);

test("finds nothing where nothing is wrong, and tells the keeper so", async () => {
  expect(await examine()).toEqual({ designs: DESIGNS, findings: [] });
  const told = await diptych(["doctor", "--catalog", directory]);
  expect(told).toMatchObject({ exitCode: 0, stdout: "Everything is as it should be.\n" });
  expect(told.stderr).toContain(`${DESIGNS} designs examined`);
});

test("a turned bit of an embedding is found, set aside and brought back by an import", async () => {
  await turnBit(bytesOf(designs[3]!.views.back!.embedding));
  const read = catalog.getEmbedded(["D3"]);
  await expect(read).rejects.toMatchObject({
    code: "CATALOG_UNAVAILABLE",
    message: expect.stringMatching(/"D3" is damaged.*diptych doctor/u),
  });
  expect((await catalog.getEmbedded(["D2", "D4"])).size).toBe(2);
  // It can be looked at all the same.
  expect((await catalog.getShown(["D3"])).get("D3")!.thumbnails.back).toEqual(
    designs[3]!.views.back!.thumbnail,
  );
  expect(await findings()).toEqual([["damaged-design", "D3", false]]);
  const told = await diptych(["doctor", "--catalog", directory, "--json"]);
  expect(told.exitCode).toBe(3);
  expect(JSON.parse(told.stdout).findings).toMatchObject([{ kind: "damaged-design", subject: "D3" }]);

  const mended = await diptych(["doctor", "--repair", "--catalog", directory]);
  expect([mended.exitCode, mended.stdout]).toEqual([
    0,
    expect.stringMatching(/bring it back, once, with: diptych import \S+\.jsonl --catalog /u),
  ]);
  expect((await catalog.stats()).designs).toBe(DESIGNS - 1);
  expect(await findings()).toEqual([]);
  const [manifest] = await manifests();
  expect(mended.stdout).toContain(`diptych import ${manifest} --catalog ${directory}\n`);
  const [line] = (await readFile(manifest!, "utf8")).trim().split("\n");
  expect(JSON.parse(line!)).toEqual({
    id: "D3",
    colour: "colour 3",
    front: pictureOf(3, "front"),
    back: pictureOf(3, "back"),
  });
  // By a model of its own: the embeddings of this catalog are no model's.
  const other = path.join(parent, "other");
  const imported = await diptych(["import", manifest!, "--catalog", other]);
  expect(imported).toMatchObject({ exitCode: 0 });
});

test("every repair sets designs aside in a file of its own, so that to bring them back undoes nothing else", async () => {
  for (const i of [3, 4]) {
    await turnBit(bytesOf(designs[i]!.views.back!.embedding));
    expect(await findings(true)).toEqual([["damaged-design", `D${i}`, true]]);
  }
  const files = await Promise.all((await manifests()).map((file) => readFile(file, "utf8")));
  const ids = files.map((text) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).id),
  );
  expect(ids.toSorted()).toEqual([["D3"], ["D4"]]);
});

test("a damaged design stays where no manifest would bring its attributes back", async () => {
  await catalog.upsert([{ ...designs[3]!, attributes: { Front: "zip" } }]);
  await turnBit(bytesOf(designs[3]!.views.back!.embedding));
  expect(await findings(true)).toEqual([["damaged-design", "D3", false]]);
  expect(await manifests()).toEqual([]);
  expect((await catalog.stats()).designs).toBe(DESIGNS);
});

test("a turned bit of a thumbnail is found, and the design stays where its pictures are gone", async () => {
  await turnBit(designs[5]!.views.front!.thumbnail!.subarray(200, 260));
  await rm(path.join(directory, pictureOf(5, "back")));
  expect(await findings(true)).toEqual([
    ["damaged-design", "D5", false],
    ["missing-picture", "D5", false],
  ]);
  expect((await catalog.stats()).designs).toBe(DESIGNS);
});

test("pictures that are damaged or gone are named, and mended by keeping them again", async () => {
  await rm(path.join(directory, pictureOf(1, "front")));
  const damaged = path.join(directory, pictureOf(2, "back"));
  const whole = await readFile(damaged);
  const bytes = Buffer.from(whole);
  bytes[10]! ^= 1;
  await writeFile(damaged, bytes);
  expect(await findings(true)).toEqual([
    ["missing-picture", "D1", false],
    ["damaged-picture", "D2", false],
  ]);
  for (const i of [1, 2]) await keptDesign(directory, `D${i}`, i, seededRandom(9), model);
  expect(await readFile(damaged)).toEqual(whole);
  expect(await findings()).toEqual([]);
});

test("thumbnails that cannot be decoded are named, and not such as show nothing", async () => {
  const blank = { create: { width: 8, height: 8, channels: 3, background: "white" } } as const;
  const withThumbnail = ({ views, ...design }: EmbeddedDesign, thumbnail: Uint8Array): EmbeddedDesign => ({
    ...design,
    views: { ...views, front: { ...views.front!, thumbnail } },
  });
  await catalog.upsert([
    withThumbnail(designs[0]!, Uint8Array.from(await sharp(blank).webp().toBuffer())),
    withThumbnail(designs[1]!, Uint8Array.of(1, 2, 3)),
  ]);
  expect(await findings()).toEqual([["unreadable-thumbnail", "D1", false]]);
});

test("pictures of nobody and unfinished files are removed, but none that is young", async () => {
  await catalog.delete(["D0", "D1"]);
  const orphans = [pictureOf(0, "front"), pictureOf(0, "back")].sort();
  const draft = `${pictureOf(1, "front")}.draft.tmp`;
  await writeFile(path.join(directory, draft), "half");
  await writeFile(path.join(directory, "catalog.json.x.tmp"), "half");
  expect(await findings(true)).toEqual([]);
  for (const file of [...orphans, draft, "catalog.json.x.tmp"]) await makeOld(file);
  const expected = [
    ["unfinished-file", "catalog.json.x.tmp"],
    ...[...orphans.map((file) => ["orphaned-picture", file]), ["unfinished-file", draft]].sort((a, b) =>
      a[1]! < b[1]! ? -1 : 1,
    ),
  ];
  expect((await findings()).map(([kind, subject]) => [kind, subject])).toEqual(expected);
  expect((await findings(true)).every(([, , repaired]) => repaired)).toBe(true);
  expect(await findings()).toEqual([]);
  // Of D1 they may still be brought back.
  expect(await readdir(path.dirname(path.join(directory, pictureOf(1, "front"))))).toContain(
    path.basename(pictureOf(1, "front")),
  );
});

test("a picture is kept for a design that calls it by where the folder was before it moved", async () => {
  const [design] = designs as [EmbeddedDesign];
  const { front } = design.views;
  const elsewhere = path.join(parent, "before", front!.path!);
  await catalog.upsert([{ ...design, views: { ...design.views, front: { ...front!, path: elsewhere } } }]);
  await makeOld(pictureOf(0, "front"));
  expect(await findings(true)).toEqual([["missing-original", "D0", false]]);
  expect(await readFile(path.join(directory, pictureOf(0, "front")))).not.toHaveLength(0);
});

test("no picture is removed while it is not known which designs there are", async () => {
  await catalog.delete(["D0"]);
  await makeOld(pictureOf(0, "front"));
  const data = path.join(directory, "lancedb", "designs.lance", "data");
  const [file] = await readdir(data);
  await writeFile(path.join(data, file!), (await readFile(path.join(data, file!))).subarray(0, 1000));
  const found = await findings(true);
  expect(found.length).toBeGreaterThan(0);
  expect(found.every(([kind, , repaired]) => kind !== "orphaned-picture" && !repaired)).toBe(true);
});

test("a catalog of before there were checksums opens, is written to, and its wrong numbers are found by their length", async () => {
  const old = path.join(parent, "old");
  await mkdir(old);
  const schema = designSchema(model.embeddingDim);
  schema.fields.splice(
    schema.fields.findIndex(({ name }) => name === CHECKSUM),
    1,
  );
  const connection = await connect(path.join(old, "lancedb"));
  const table = await connection.createEmptyTable("designs", schema);
  const wrong = designs[0]!;
  wrong.views.front!.embedding[0] = 7;
  await table.add(designTable(designs.slice(0, 2), model.embeddingDim, null));
  await writeFile(path.join(old, "catalog.json"), JSON.stringify({ format: 1, model }));
  await catalog.close();
  directory = old;
  catalog = await openCatalog({ directory, model, create: false });
  await catalog.upsert([designs[2]!]);
  expect((await catalog.getEmbedded(["D2"])).get("D2")).toEqual(designs[2]);
  const found = await examine();
  expect(found.designs).toBe(3);
  expect(found.findings.map(({ kind, subject }) => [kind, subject])).toEqual(
    expect.arrayContaining([
      ["no-checksums", "designs"],
      ["damaged-design", "D0"],
    ]),
  );
  expect(found.findings.find(({ subject }) => subject === "D0")!.detail).toMatch(
    /embedding of its front has the length \d/u,
  );
});

test("a damaged catalog.json, or none, is told with what to do", async () => {
  await appendFile(path.join(directory, "catalog.json"), "}");
  const damaged = await diptych(["doctor", "--catalog", directory]);
  expect(damaged).toMatchObject({ exitCode: 4, stderr: expect.stringContaining("catalog.json is damaged") });
  const none = await diptych(["doctor", "--catalog", path.join(parent, "none")]);
  expect(none).toMatchObject({ exitCode: 4, stderr: expect.stringContaining("There is no catalog in") });
});
