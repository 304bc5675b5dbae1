import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCatalog, readCatalogModel } from "../../src/adapters/lancedb/open-catalog.js";
import { openPack } from "../../src/adapters/models/pack.js";
import type { Embedding } from "../../src/core/embedding.js";
import type { Catalog, ModelIdentity } from "../../src/core/ports.js";
import { drawingPng } from "../fixtures/drawings.js";
import { RandomNumbers } from "../fixtures/random-numbers.js";
import { identityNetwork, writePack } from "../fixtures/small-packs.js";
import { diptych, importAll, startDiptych } from "./diptych-process.js";

/** Several batches of 32, so that a kill finds some of them written and others not. */
const DESIGNS = 192;
const KILLS = 20;
const ids = Array.from({ length: DESIGNS }, (_, i) => `D${String(i).padStart(3, "0")}`);

let directory: string;
let catalog: string;
let models: string;
const identities: Record<"old" | "young", ModelIdentity> = {} as never;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-reembedding-"));
  catalog = join(directory, "catalog");
  models = join(directory, "models");
  for (const [id, resizePolicy] of [
    ["old", "trim"],
    ["young", "contain"],
  ] as const) {
    const pack = await writePack(join(models, id), identityNetwork(), { id, resizePolicy });
    identities[id] = (await openPack(pack)).identity;
  }
  const flats = join(directory, "flats");
  await mkdir(flats);
  for (const [i, id] of ids.entries()) {
    await writeFile(join(flats, `${id}_front.png`), await drawingPng(i, "front"));
  }
  await importAll([flats, "--catalog", catalog, "--models", models, "--model", "old"]);
});
afterEach(() => rm(directory, { recursive: true }));

const reembedding = (id: string) => [
  "import",
  "--reembed",
  "--model",
  id,
  "--models",
  models,
  "--catalog",
  catalog,
];

/** Every embedding of the catalog that whoever opens it now gets. */
async function contents(): Promise<{ id: string; embeddings: Map<string, Embedding> }> {
  const model = (await readCatalogModel(catalog))!;
  expect(model).toEqual(identities[model.id as "old" | "young"]);
  const opened = await openCatalog({ directory: catalog, model, create: false });
  try {
    const designs = await opened.getEmbedded(ids);
    expect((await opened.stats()).designs).toBe(DESIGNS);
    const embeddings = [...designs].map(([id, design]) => [id, design.views.front!.embedding] as const);
    return { id: model.id, embeddings: new Map(embeddings.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
  } finally {
    await opened.close();
  }
}

/** Removes what a re-embedding writes to, so that it has everything to do. */
async function removeOtherTables(): Promise<void> {
  const { table } = JSON.parse(await readFile(join(catalog, "catalog.json"), "utf8"));
  for (const name of await readdir(join(catalog, "lancedb"))) {
    if (name !== `${table ?? "designs"}.lance`) await rm(join(catalog, "lancedb", name), { recursive: true });
  }
}

/** Searches again and again until told to stop; each answer must be the same. */
async function searchUntil(opened: Catalog, embedding: Embedding, stop: AbortSignal): Promise<number> {
  const query = { embeddings: { front: embedding }, weights: { front: 1, back: 0 }, filter: [], topK: 5 };
  const expected = await opened.search(query);
  let answers = 0;
  while (!stop.aborted) {
    expect(await opened.search(query)).toEqual(expected);
    answers += 1;
  }
  return answers;
}

test("a re-embedding killed at 20 random moments never loses the searchable catalog, and searches go on meanwhile", {
  timeout: 300_000,
}, async () => {
  // What each model makes of every design, and about how long a whole run takes.
  const made = { old: await contents(), young: undefined as unknown as Awaited<ReturnType<typeof contents>> };
  const started = performance.now();
  expect(await diptych(reembedding("young"))).toMatchObject({ exitCode: 0 });
  const wholeMs = performance.now() - started;
  made.young = await contents();
  expect(made.young.id).toBe("young");
  expect(made.young.embeddings).not.toEqual(made.old.embeddings);

  const random = new RandomNumbers(20);
  let cutShort = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const before = await contents();
    const goal = before.id === "old" ? "young" : "old";
    // Every other run begins with nothing, the others with what the one before left.
    if (kill % 2 === 0) await removeOtherTables();
    const opened = await openCatalog({
      directory: catalog,
      model: identities[before.id as "old" | "young"],
      create: false,
    });
    const stop = new AbortController();
    const searching = searchUntil(opened, before.embeddings.get("D007")!, stop.signal);
    const { child, ended } = startDiptych(reembedding(goal));
    await sleep(random.next() * wholeMs);
    child.kill("SIGKILL");
    if ((await ended).signal === "SIGKILL") cutShort += 1;
    stop.abort();
    expect(await searching).toBeGreaterThan(0);
    await opened.close();
    const after = await contents();
    expect(after.embeddings).toEqual(made[after.id as "old" | "young"].embeddings);
  }
  expect(cutShort).toBeGreaterThan(0);

  // What the kills left behind is finished by the next run, and there is a way back.
  const { id } = await contents();
  const goal = id === "old" ? "young" : "old";
  expect(await diptych(reembedding(goal))).toMatchObject({ exitCode: 0 });
  expect(await contents()).toEqual(made[goal]);
  expect(await diptych(["import", "--rollback", "--catalog", catalog])).toMatchObject({ exitCode: 0 });
  expect(await contents()).toEqual(made[id as "old" | "young"]);
});
