import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { contractModel, describeCatalog } from "../../../test/contracts/catalog.js";
import type { Asked, Told } from "../../../test/contracts/catalog-asked-process.js";
import { MemoryCatalog } from "../../../test/contracts/memory-catalog.js";
import {
  designNear,
  nearTo,
  randomEmbedding,
  sampleDesign,
  seededRandom,
} from "../../../test/contracts/sample-designs.js";
import { compactAfterImport } from "../../core/compact-after-import.js";
import type { EmbeddedDesign, PerView, View } from "../../core/design.js";
import type { Embedding } from "../../core/embedding.js";
import { parseCondition } from "../../core/filter.js";
import { normalizeWeights, type Query, type Weights } from "../../core/query.js";
import type { LanceCatalog } from "./catalog.js";
import { openCatalog } from "./open-catalog.js";

const model = { id: "indexed", sha256: null, embeddingDim: 128 };
const { embeddingDim } = model;
const DESIGNS = 4000;
/** An index of few bits a number needs structure; how well it finds what has none depends on where its partitions happen to lie. */
const KINDS = 99;
const QUERIES = 12;
const TARGET = 0.99;
const askedPath = fileURLToPath(new URL("../../../test/contracts/catalog-asked-process.ts", import.meta.url));

const parent = await mkdtemp(join(tmpdir(), "diptych-index-"));
afterAll(() => rm(parent, { recursive: true }));

const weightings: Weights[] = [
  { front: 0.5, back: 0.5 },
  { front: 0.8, back: 0.2 },
  { front: 1, back: 0 },
  { front: 1e-6, back: 1 },
];

const ofMiddles = seededRandom(9);
const middles = Array.from({ length: KINDS }, () => sampleDesign("", ofMiddles, model).views);

let directory: string;
let random: () => number;
let catalog: LanceCatalog;
let oracle: MemoryCatalog;
beforeEach(async () => {
  directory = await mkdtemp(join(parent, "catalog-"));
  random = seededRandom(5);
  oracle = new MemoryCatalog(model);
  catalog = await openCatalog({ directory, model, indexThreshold: 1000, targetRecall: TARGET });
});
afterEach(() => catalog.close());

/** Of a hundred designs 60 have both views, 25 a front alone, 15 a back alone; one of fifty is rare. */
function designs(count: number, prefix = "D"): EmbeddedDesign[] {
  return Array.from({ length: count }, (_, i) => {
    const views: View[] = i % 100 < 60 ? ["front", "back"] : i % 100 < 85 ? ["front"] : ["back"];
    const attributes = { colour: i % 50 === 0 ? "rare" : i % 2 ? "red" : "blue", price: i % 100 };
    const design = sampleDesign(`${prefix}${i}`, random, { embeddingDim, views, attributes });
    return designNear(middles[i % KINDS]!, design);
  });
}

async function write(each: EmbeddedDesign[]): Promise<void> {
  await Promise.all([oracle.upsert(each), catalog.upsert(each)]);
}

function query(change: Partial<Query> = {}): Query {
  const { front, back } = middles[Math.floor(random() * KINDS)]!;
  const embeddings: PerView<Embedding> = {
    front: nearTo(front!.embedding, randomEmbedding(random, embeddingDim)),
    back: nearTo(back!.embedding, randomEmbedding(random, embeddingDim)),
  };
  return { embeddings, weights: { front: 0.5, back: 0.5 }, filter: [], topK: 20, ...change };
}

const queryOf = ({ views }: EmbeddedDesign, topK = 3): Query => {
  const found = Object.entries(views).map(([view, picture]) => [view, picture.embedding]);
  const weights = normalizeWeights({ front: 0.5, back: 0.5 }, Object.keys(views) as View[]);
  return query({ embeddings: Object.fromEntries(found), weights, topK });
};

/** The share of the oracle's matches that the catalog has, too, which it must tell just so. */
async function recall(queries: readonly Query[], of: LanceCatalog = catalog): Promise<number> {
  let [found, expected] = [0, 0];
  for (const each of queries) {
    const [right, told] = await Promise.all([oracle.search(each), of.search(each)]);
    const byId = new Map(right.map(({ rank: _, ...match }) => [match.id, match]));
    const common = told.filter(({ id }) => byId.has(id));
    for (const { rank: _, ...match } of common) expect(match).toEqual(byId.get(match.id));
    expect(told.map(({ rank }) => rank)).toEqual(right.map(({ rank }) => rank));
    expect(told.map(({ score }) => score)).toEqual(told.map(({ score }) => score).sort((a, b) => b - a));
    found += common.length;
    expected += right.length;
  }
  return found / expected;
}

it("is built when the files are merged, once there are enough designs", async () => {
  await write(designs(999));
  await catalog.compact();
  expect(await catalog.indexStatus()).toEqual({ designs: 999, threshold: 1000, index: null });
  expect(await catalog.rebuildIndex()).toBe(false);
  await write(designs(1001));
  expect((await catalog.indexStatus()).index).toBeNull();
  await catalog.compact();
  expect(await catalog.indexStatus()).toMatchObject({ designs: 1001, index: { indexed: 1001 } });
  // What came since is taken in by the next merging.
  await write(designs(30, "new"));
  expect(await catalog.indexStatus()).toMatchObject({ designs: 1031, index: { indexed: 1001 } });
  await catalog.compact();
  expect(await catalog.indexStatus()).toMatchObject({ designs: 1031, index: { indexed: 1031 } });
}, 60_000);

it("is built though the files are merged through another opening of the catalog meanwhile", async () => {
  for (let start = 0; start < DESIGNS; start += DESIGNS / 8) {
    await catalog.upsert(designs(DESIGNS / 8, `D${start}-`));
  }
  const other = await openCatalog({ directory, model, indexThreshold: Number.POSITIVE_INFINITY });
  const [built] = await Promise.all([catalog.rebuildIndex(), other.compact()]);
  expect(built).toBe(true);
  expect((await catalog.indexStatus()).index).toMatchObject({ indexed: DESIGNS });
  await other.close();
});

it("is not built for embeddings in half precision, nor for such as fill no whole bytes", async () => {
  for (const dim of [4100, 6]) {
    const other = { id: "other", sha256: null, embeddingDim: dim };
    const flat = await openCatalog({
      directory: join(parent, `flat-${dim}`),
      model: other,
      indexThreshold: 5,
    });
    await flat.upsert(Array.from({ length: 9 }, (_, i) => sampleDesign(`D${i}`, random, other)));
    await flat.compact();
    expect(await flat.rebuildIndex()).toBe(false);
    expect(await flat.indexStatus()).toEqual({ designs: 9, threshold: null, index: null });
    await flat.close();
  }
});

describe("a search through the index", () => {
  beforeEach(async () => {
    await write(designs(DESIGNS));
    await catalog.compact();
    expect((await catalog.indexStatus()).index?.indexed).toBe(DESIGNS);
  }, 60_000);

  it.each(weightings)("reaches the recall aimed at with the weights %o", async (weights) => {
    expect(await recall(Array.from({ length: QUERIES }, () => query({ weights })))).toBeGreaterThanOrEqual(
      TARGET,
    );
  });

  it.each(["front", "back"] as const)("reaches it by the %s alone", async (view) => {
    const queries = Array.from({ length: QUERIES }, () => {
      const embeddings = { [view]: query().embeddings[view]! };
      return query({ embeddings, weights: normalizeWeights({ front: 0.5, back: 0.5 }, [view]) });
    });
    expect(await recall(queries)).toBeGreaterThanOrEqual(TARGET);
  });

  it.each([["colour=rare"], ["colour!=red"], ["price>=40", "price<60"], ["price>1000"]])(
    "reaches it with the filter %s %s",
    async (...conditions) => {
      const filter = conditions.filter((text) => text !== undefined).map(parseCondition);
      const queries = weightings.flatMap((weights) => [
        query({ weights, filter }),
        query({ weights, filter }),
      ]);
      if (conditions[0] === "price>1000") {
        for (const each of queries) expect(await catalog.search(each)).toEqual([]);
      } else expect(await recall(queries)).toBeGreaterThanOrEqual(TARGET);
    },
  );

  it("tells as many matches as were asked for", async () => {
    expect(
      await recall([query({ topK: 1 }), query({ topK: 1000 }), query({ topK: 10_000 })]),
    ).toBeGreaterThan(0.97);
  });

  it("finds what is new or was changed at once, and nothing that was deleted", async () => {
    const [changed, deleted] = [designs(10, "D"), ["D10", "D11", "D12"]];
    const added = designs(10, "new");
    const gone = [...(await oracle.getEmbedded(deleted)).values()];
    await write(changed);
    await write(added);
    await Promise.all([oracle.delete(deleted), catalog.delete(deleted)]);
    expect((await catalog.indexStatus()).index!.indexed).toBeLessThan(DESIGNS);
    for (const each of [...changed, ...added]) {
      expect((await catalog.search(queryOf(each)))[0]).toMatchObject({ id: each.id, rank: 1 });
    }
    for (const each of gone) {
      const ids = (await catalog.search(queryOf(each, 50))).map(({ id }) => id);
      expect(ids).not.toContain(each.id);
    }
    const queries = Array.from({ length: QUERIES }, (_, i) => query({ weights: weightings[i % 4]! }));
    expect(await recall(queries)).toBeGreaterThanOrEqual(TARGET);
    await catalog.compact();
    expect(await recall(queries)).toBeGreaterThanOrEqual(TARGET);
    for (const each of added) expect((await catalog.search(queryOf(each)))[0]!.id).toBe(each.id);
  }, 60_000);

  it("answers while the index is built anew and designs are written", async () => {
    let isBuilt = false;
    const built = catalog.rebuildIndex().finally(() => {
      isBuilt = true;
    });
    let rounds = 0;
    do {
      const added = designs(5, `while-${rounds}-`);
      await write(added);
      for (const each of added) expect((await catalog.search(queryOf(each)))[0]!.id).toBe(each.id);
      rounds += 1;
    } while (!isBuilt);
    expect(await built).toBe(true);
    expect((await catalog.indexStatus()).designs).toBe(DESIGNS + 5 * rounds);
    const queries = Array.from({ length: QUERIES }, (_, i) => query({ weights: weightings[i % 4]! }));
    expect(await recall(queries)).toBeGreaterThanOrEqual(TARGET);
  }, 60_000);

  it("is the same through another opening of the catalog, which sees an index as soon as it is there", async () => {
    const other = await openCatalog({ directory, model, indexThreshold: 1000, create: false });
    const queries = weightings.map((weights) => query({ weights }));
    for (const each of queries) expect(await other.search(each)).toEqual(await catalog.search(each));
    const added = designs(20, "new");
    await write(added);
    for (const each of added) expect((await other.search(queryOf(each)))[0]!.id).toBe(each.id);
    await catalog.rebuildIndex();
    expect((await other.indexStatus()).index?.indexed).toBe(DESIGNS + 20);
    await other.close();
  });

  it("can be done without the index, exactly", async () => {
    for (const weights of weightings) {
      const each = query({ weights });
      expect(await catalog.searchExactly(each)).toEqual(await oracle.search(each));
    }
  });
});

it("is taken up by another process as soon as it is there, which finds what is written at once", async () => {
  const pairs = Array.from({ length: DESIGNS }, (_, i) => sampleDesign(`D${i}`, random, { embeddingDim }));
  await catalog.upsert(pairs);
  const process = fork(askedPath, [directory, JSON.stringify(model), "1000"], {
    execArgv: ["--import", "tsx"],
  });
  const ended = once(process, "exit");
  const ask = async ({ views }: EmbeddedDesign): Promise<Told> => {
    const asked: Asked = { front: [...views.front!.embedding], back: [...views.back!.embedding] };
    process.send(asked);
    const answer = once(process, "message");
    const failure = ended.then(([code]) => Promise.reject(new Error(`The process ended with ${code}.`)));
    return (await Promise.race([answer, failure]))[0];
  };
  const own = pairs[7]!;
  expect(await ask(own)).toMatchObject({ ids: expect.arrayContaining(["D7"]), indexed: null });
  await catalog.compact();
  const indexed = await ask(own);
  expect([indexed.ids[0], indexed.indexed]).toEqual(["D7", DESIGNS]);
  const added = sampleDesign("new", random, { embeddingDim });
  await catalog.upsert([added]);
  expect((await ask(added)).ids[0]).toBe("new");
  await catalog.delete(["D7"]);
  expect((await ask(own)).ids).not.toContain("D7");
  process.disconnect();
  expect(await ended).toEqual([0, null]);
}, 60_000);

it("is built by an import that has nothing to write, where one was killed that brought the catalog there", async () => {
  await catalog.upsert(designs(1000));
  expect((await catalog.indexStatus()).index).toBeNull();
  expect(await catalog.isExact()).toBe(true);
  await compactAfterImport(catalog, { imported: 0, aborted: false });
  expect(await catalog.isExact()).toBe(false);
  expect((await catalog.indexStatus()).index).toMatchObject({ indexed: 1000 });
  expect(await catalog.isCompactionDue()).toBe(false);
});

describeCatalog("LanceCatalog with an index", async () => {
  directory = await mkdtemp(join(parent, "contract-"));
  return openCatalog({ directory, model: contractModel, indexThreshold: 1 });
});
