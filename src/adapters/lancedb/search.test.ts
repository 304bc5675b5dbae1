import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MemoryCatalog } from "../../../test/contracts/memory-catalog.js";
import { randomEmbedding, sampleDesign, seededRandom } from "../../../test/contracts/sample-designs.js";
import type { EmbeddedDesign, PerView, View } from "../../core/design.js";
import type { Embedding } from "../../core/embedding.js";
import { parseCondition } from "../../core/filter.js";
import type { Catalog, ModelIdentity } from "../../core/ports.js";
import { normalizeWeights, type Query, type ScoredDesign, type Weights } from "../../core/query.js";
import { fromFloat16, toFloat16 } from "./float16.js";
import { readIntoMemory } from "./in-memory.js";
import { readManifest } from "./manifest.js";
import { openCatalog } from "./open-catalog.js";
import { DEFAULT_SEARCH_OPTIONS, searchSnapshot } from "./search.js";
import { type Snapshot, takeSnapshot } from "./snapshot.js";
import { openTable } from "./table.js";

const model = { id: "random", sha256: null, embeddingDim: 24 };
const { embeddingDim } = model;
const directory = await mkdtemp(join(tmpdir(), "diptych-search-"));
afterAll(() => rm(directory, { recursive: true }));

const weightings: Weights[] = [
  { front: 0.5, back: 0.5 },
  { front: 0.999999, back: 0.000001 },
  { front: 1e-9, back: 1 },
  { front: 0.9, back: 0.1 },
  { front: 1, back: 0 },
];
const filters = [[], ["colour=red"], ["colour!=red"], ["price>=40", "price<60"], ["price>1000"]];

/** Designs of which some lack a view and some have the same pictures as others. */
function randomDesigns(
  seed: number,
  options: { views: readonly View[][]; duplicates: number },
): EmbeddedDesign[] {
  const random = seededRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const designs: EmbeddedDesign[] = [];
  for (let i = 0; i < 300; i++) {
    const attributes = { colour: pick(["red", "blue", "green"]), price: Math.floor(random() * 100) };
    const id = `${Math.floor(random() * 1e6)}-${i}`;
    const design = sampleDesign(id, random, { embeddingDim, views: pick(options.views), attributes });
    designs.push(
      random() < options.duplicates ? { ...design, views: designs[i >> 3]?.views ?? design.views } : design,
    );
  }
  return designs;
}

function* randomQueries(seed: number, designs: readonly EmbeddedDesign[]): Generator<Query> {
  const random = seededRandom(seed);
  const known = designs[100]!.views;
  const pairs: PerView<Embedding>[] = [
    { front: randomEmbedding(random, embeddingDim), back: randomEmbedding(random, embeddingDim) },
    { front: randomEmbedding(random, embeddingDim) },
    { back: randomEmbedding(random, embeddingDim) },
    {
      front: known.front?.embedding ?? randomEmbedding(random, embeddingDim),
      back: randomEmbedding(random, embeddingDim),
    },
  ];
  for (const embeddings of pairs) {
    for (const weights of weightings) {
      const views = Object.keys(embeddings) as View[];
      if (views.every((view) => weights[view] === 0)) continue;
      for (const conditions of filters) {
        const filter = conditions.map(parseCondition);
        const topK = [1, 20, 1000][Math.floor(random() * 3)]!;
        yield { embeddings, weights: normalizeWeights(weights, views), filter, topK };
      }
    }
  }
}

/** The design with its embeddings as half precision keeps them. */
function rounded(design: EmbeddedDesign): EmbeddedDesign {
  const views = Object.entries(design.views).map(([view, picture]) => {
    return [view, { ...picture, embedding: fromFloat16(toFloat16(picture.embedding)) }];
  });
  return { ...design, views: Object.fromEntries(views) };
}

type Search = (query: Query) => ScoredDesign[] | Promise<ScoredDesign[]>;

/** The ways of searching a table that give the exact answers. */
const ways: Record<string, (snapshot: Snapshot, embeddingDim: number) => Promise<Search>> = {
  "in the table": async (snapshot, dim) => (query) =>
    searchSnapshot(snapshot, query, dim, DEFAULT_SEARCH_OPTIONS),
  "in memory": readIntoMemory,
};

async function expectSameAnswers(oracle: Catalog, search: Search, queries: Iterable<Query>) {
  for (const query of queries) expect(await search(query)).toEqual(await oracle.search(query));
}

describe.each(Object.keys(ways))("search %s against brute force", (way) => {
  /** Runs the work with a search of what `fill` puts into a catalog. */
  async function withSearch(
    name: string,
    own: ModelIdentity,
    fill: (catalog: Catalog) => Promise<unknown>,
    work: (search: Search) => Promise<void>,
  ) {
    const place = join(directory, way, name);
    const catalog = await openCatalog({ directory: place, model: own });
    await fill(catalog);
    await catalog.close();
    const { table: tableName } = (await readManifest(place))!;
    const { connection, table } = await openTable(place, tableName, own, false);
    const snapshot = await takeSnapshot(connection, tableName, await table.version());
    await work(await ways[way]!(snapshot, own.embeddingDim));
    connection.close();
  }

  const catalogues: [string, { views: View[][]; duplicates: number }][] = [
    ["every design has both views", { views: [["front", "back"]], duplicates: 0 }],
    ["designs lack views", { views: [["front", "back"], ["front"], ["back"]], duplicates: 0 }],
    ["no design has a back", { views: [["front"]], duplicates: 0.2 }],
    ["most designs have the pictures of others", { views: [["front", "back"], ["back"]], duplicates: 0.8 }],
  ];
  it.each(catalogues)("gives the same answers where %s", async (name, options) => {
    const oracle = new MemoryCatalog(model);
    const designs = randomDesigns(name.length, options);
    const fill = async (catalog: Catalog) => {
      await catalog.upsert(designs.slice(0, 200));
      await catalog.upsert(designs.slice(150));
      await catalog.delete(designs.slice(20, 30).map((design) => design.id));
    };
    await fill(oracle);
    await withSearch(name, model, fill, (search) =>
      expectSameAnswers(oracle, search, randomQueries(name.length, designs)),
    );
  });

  it("ranks vectors of the length of VGG16's, stored in half precision", async () => {
    const wide = { ...model, embeddingDim: 25_088 };
    const oracle = new MemoryCatalog(wide);
    const random = seededRandom(3);
    const designs = Array.from({ length: 24 }, (_, i) => sampleDesign(`D${i}`, random, wide));
    await oracle.upsert(designs.map(rounded));
    const { front, back } = designs[9]!.views;
    const embeddings = { front: front!.embedding, back: back!.embedding };
    const query: Query = { embeddings, weights: { front: 0.5, back: 0.5 }, filter: [], topK: 5 };
    await withSearch(
      "wide",
      wide,
      (catalog) => catalog.upsert(designs),
      (search) => expectSameAnswers(oracle, search, [query]),
    );
  });

  it("finds nothing in an empty catalog", async () => {
    const embeddings = { front: randomEmbedding(seededRandom(1), embeddingDim) };
    const query: Query = { embeddings, weights: { front: 1, back: 0 }, filter: [], topK: 5 };
    await withSearch(
      "empty",
      model,
      async () => {},
      async (search) => expect(await search(query)).toEqual([]),
    );
  });
});
