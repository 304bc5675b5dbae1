import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCatalog } from "../../src/adapters/lancedb/open-catalog.js";
import { sampleDesigns, seededRandom } from "../contracts/sample-designs.js";
import { writePair } from "../fixtures/drawings.js";
import {
  createLimitedFiles,
  createSmallDisk,
  type SmallDisk,
  setWritable,
  withoutOverride,
} from "../fixtures/small-disk.js";
import { identityNetwork, writePack } from "../fixtures/small-packs.js";
import { countsOf, diptych, type Ending, type ProcessOptions, startDiptych } from "./diptych-process.js";
import { file, form } from "./http-world.js";

const NAMES = ["A", "B", "C", "D"];

let parent: string;
let pictures: string;
let models: string;
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "diptych-disk-"));
  pictures = path.join(parent, "pictures");
  models = path.join(parent, "models");
  for (const [i, name] of NAMES.entries()) await writePair(pictures, name, i);
  await writePack(path.join(models, "small"), identityNetwork(), { id: "small" });
});
afterEach(() => rm(parent, { recursive: true }));

const settings = (catalog: string) => ["--catalog", catalog, "--models", models, "--model", "small"];

/** A server over the catalog, and what is asked of it; each answer as its status and its problem's code. */
async function serve(catalog: string, options: ProcessOptions = {}) {
  const { child, ended } = startDiptych(["serve", "--port", "0", ...settings(catalog)], options);
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr!.on("data", (text: Buffer) => {
      const found = /answers at (http:\/\/\S+)/u.exec(String(text))?.[1];
      if (found) resolve(found);
    });
    ended.then(({ stderr }) => reject(new Error(`The server ended: ${stderr}`)));
  });
  const ask = async (method: string, where: string, body?: FormData) => {
    const response = await fetch(`${address}/api/v1/${where}`, { method, ...(body && { body }) });
    const answer = (await response.json()) as { code?: string; designs?: { id: string }[] };
    return { status: response.status, ...answer };
  };
  const formOf = async (name: string) =>
    form({
      front: file("front.png", await readFile(path.join(pictures, `${name}_front.png`))),
      back: file("back.png", await readFile(path.join(pictures, `${name}_back.png`))),
    });
  return {
    child,
    put: async (name: string) => ask("PUT", `designs/${name}`, await formOf(name)),
    remove: (name: string) => ask("DELETE", `designs/${name}`),
    search: async (name: string) => ask("POST", "searches", await formOf(name)),
    importFiles: async (name: string) => {
      const sent = await Promise.all(
        ["front", "back"].map(async (view) =>
          file(`${name}_${view}.png`, await readFile(path.join(pictures, `${name}_${view}.png`))),
        ),
      );
      return ask("POST", "imports", form({ files: sent }));
    },
    ids: async () => (await ask("GET", "designs?limit=100")).designs!.map(({ id }) => id),
    async end(): Promise<Ending> {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

const unavailable = { status: 503, code: "CATALOG_UNAVAILABLE" };

/** What holds of a server whose catalog cannot be written to for a while. */
async function holdThatNothingIsLost(
  server: Awaited<ReturnType<typeof serve>>,
  forbid: () => Promise<void>,
  allow: () => Promise<void>,
): Promise<void> {
  expect(await server.put("A")).toMatchObject({ status: 201 });
  expect(await server.put("B")).toMatchObject({ status: 201 });
  await forbid();
  expect(await server.put("C")).toMatchObject(unavailable);
  expect(await server.remove("A")).toMatchObject(unavailable);
  expect(await server.importFiles("D")).toMatchObject(unavailable);
  expect(await server.ids()).toEqual(["A", "B"]);
  expect(await server.search("C")).toMatchObject({ status: 201 });
  await allow();
  expect(await server.ids()).toEqual(["A", "B"]);
  expect(await server.put("C")).toMatchObject({ status: 201 });
  expect(await server.remove("A")).toMatchObject({ status: 200 });
  expect(await server.ids()).toEqual(["B", "C"]);
  expect(await server.end()).toMatchObject({ exitCode: 0 });
}

async function holdThatAllIsWell(catalog: string): Promise<void> {
  const { exitCode, stdout } = await diptych(["doctor", "--catalog", catalog]);
  expect([exitCode, stdout]).toEqual([0, "Everything is as it should be.\n"]);
}

describe.each([
  ["that is full", createSmallDisk],
  ["that takes no files of any size", createLimitedFiles],
])("a disk %s", (_, create) => {
  let disk: SmallDisk;
  let catalog: string;
  beforeEach(async () => {
    disk = await create(path.join(parent, "disk"));
    catalog = path.join(disk.directory, "catalog");
  });
  afterEach(() => disk.remove());

  test("fails what a server is to write, clearly, and nothing else; it goes on when there is room", async () => {
    const server = await serve(catalog);
    const { child } = server;
    await holdThatNothingIsLost(
      server,
      () => disk.fill(child),
      () => disk.free(child),
    );
    await holdThatAllIsWell(catalog);
  });

  test("fails an import, which goes on when there is room", async () => {
    const first = path.join(parent, "first");
    await writePair(first, "Z", 9);
    expect(await diptych(["import", first, ...settings(catalog)])).toMatchObject({ exitCode: 0 });
    // Nobody's: there is no process yet.
    if (disk.kind === "file system") await disk.fill({ pid: undefined });
    const failed = await diptych(["import", pictures, ...settings(catalog)], {
      through: disk.throughWhenFull,
    });
    expect(failed.exitCode).toBe(4);
    expect(failed.stderr).toMatch(/cannot be written to.*the disk has room/u);
    if (disk.kind === "file system") await disk.free({ pid: undefined });
    const again = await diptych(["import", pictures, ...settings(catalog)]);
    expect(countsOf(again)).toEqual({ imported: NAMES.length, unchanged: 0, failed: 0 });
    await holdThatAllIsWell(catalog);
  });

  test("fails an import that has a bad row to report", async () => {
    const bad = path.join(parent, "bad");
    await mkdir(bad);
    await writeFile(path.join(bad, "Z_front.png"), "no picture");
    expect(await diptych(["import", pictures, ...settings(catalog)])).toMatchObject({ exitCode: 0 });
    if (disk.kind === "file system") await disk.fill({ pid: undefined });
    const failed = await diptych(["import", bad, ...settings(catalog)], { through: disk.throughWhenFull });
    expect(failed.exitCode).toBe(2);
    expect(failed.stderr).toMatch(/import-errors\.csv cannot be written \(E(NOSPC|FBIG)\); name a place/u);
  });

  test("fails a compaction, which changes nothing", async () => {
    const model = { id: "disk", sha256: null, embeddingDim: 512 };
    const opened = await openCatalog({ directory: catalog, model });
    const designs = sampleDesigns(200, seededRandom(1), model);
    for (let start = 0; start < 200; start += 20) await opened.upsert(designs.slice(start, start + 20));
    await disk.fill({ pid: process.pid });
    try {
      await expect(opened.compact()).rejects.toMatchObject({
        code: "CATALOG_UNAVAILABLE",
        message: expect.stringContaining("the disk has room"),
      });
    } finally {
      await disk.free({ pid: process.pid });
    }
    const ids = designs.map(({ id }) => id);
    expect((await opened.getEmbedded(ids)).size).toBe(200);
    await opened.compact();
    expect(await opened.getEmbedded(ids)).toEqual(new Map(designs.map((design) => [design.id, design])));
    await opened.close();
  });
});

describe("a folder that may not be written to", () => {
  test("fails what a server is to write, clearly, and nothing else; it goes on when it may be", async () => {
    const catalog = path.join(parent, "catalog");
    await mkdir(catalog);
    const server = await serve(catalog, { through: withoutOverride() });
    await holdThatNothingIsLost(
      server,
      () => setWritable(catalog, false),
      () => setWritable(catalog, true),
    );
    await holdThatAllIsWell(catalog);
  });

  test("is searched, and an import fails", async () => {
    const catalog = path.join(parent, "catalog");
    expect(await diptych(["import", pictures, ...settings(catalog)])).toMatchObject({ exitCode: 0 });
    await setWritable(catalog, false);
    const through = withoutOverride();
    const front = path.join(pictures, "B_front.png");
    const found = await diptych(["search", "--front", front, ...settings(catalog)], { through });
    expect([found.exitCode, found.stderr]).toEqual([0, ""]);
    const more = path.join(parent, "more");
    await writePair(more, "Z", 9);
    const failed = await diptych(["import", more, ...settings(catalog)], { through });
    expect(failed.exitCode).toBe(4);
    expect(failed.stderr).toContain("cannot be written to");
    await setWritable(catalog, true);
    const again = await diptych(["import", more, ...settings(catalog)], { through });
    expect(countsOf(again)).toEqual({ imported: 1, unchanged: 0, failed: 0 });
  });
});
