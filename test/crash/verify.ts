import { readdir, utimes } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { openCatalog, readCatalogModel } from "../../src/adapters/lancedb/open-catalog.js";
import { readConfig } from "../../src/config.js";
import { type EmbeddedDesign, VIEWS } from "../../src/core/design.js";
import type { Embedding } from "../../src/core/embedding.js";
import type { Catalog } from "../../src/core/ports.js";
import { DEFAULT_WEIGHTS } from "../../src/core/query.js";
import { examineCatalog } from "../../src/doctor.js";
import type { Knowledge } from "./killed.js";
import { openIndexed, pictureNumber, type World } from "./world.js";

/** What the pictures and models are known to give. */
export interface Reference {
  /** Of every picture, `<number>_<view>`. */
  readonly hashes: ReadonlyMap<string, string>;
  /** By model, then by picture's hash. */
  readonly embeddings: ReadonlyMap<string, ReadonlyMap<string, Embedding>>;
}

/** A day. */
const LONG_MS = 24 * 60 * 60_000;

/** @throws Error when a write that was acknowledged is lost, or something is half there. */
export async function verifyDesigns(world: World, knowledge: Knowledge, reference: Reference): Promise<void> {
  const catalog = await openIndexed(world.catalog);
  try {
    const listed = (await catalog.list({ limit: 10_000 })).designs.map(({ id }) => id);
    hold(new Set(listed).size === listed.length, "a design is there twice");
    hold((await catalog.stats()).designs === listed.length, "designs are counted that are not there");
    const found = await catalog.getEmbedded(listed);
    hold(found.size === listed.length, "a design is listed and cannot be read");
    const ids = knowledge.ids();
    for (const id of listed) hold(ids.includes(id), `${id} was never written`);
    const embeddings = reference.embeddings.get(catalog.model.id)!;
    for (const id of ids) {
      const design = found.get(id);
      const revision = design ? design.attributes.revision : null;
      const allowed = knowledge.allowed(id);
      hold(
        allowed.some((each) => each === revision),
        `${id} has the revision ${revision}, and may have ${allowed}`,
      );
      if (!design) continue;
      holdWhole(design, reference.hashes, embeddings);
      await holdFound(catalog, design);
    }
  } finally {
    await catalog.close();
  }
  const { findings } = await examineCatalog(readConfig({ catalog: world.catalog }, {}));
  const serious = findings.filter((finding) => finding.serious);
  hold(serious.length === 0, `the doctor finds ${JSON.stringify(serious)}`);
}

function holdWhole(
  { id, attributes, views }: EmbeddedDesign,
  hashes: Reference["hashes"],
  embeddings: ReadonlyMap<string, Embedding>,
): void {
  const number = pictureNumber(id, attributes.revision as number);
  for (const view of VIEWS) {
    const picture = views[view];
    hold(picture !== undefined, `${id} has no ${view}`);
    hold(picture.sha256 === hashes.get(`${number}_${view}`), `the ${view} of ${id} is of another revision`);
    hold(
      isDeepStrictEqual(picture.embedding, embeddings.get(picture.sha256!)),
      `the ${view} of ${id} has another picture's embedding`,
    );
    hold(picture.thumbnail !== null, `the ${view} of ${id} has no thumbnail`);
  }
}

/** A design is the most similar to itself, or one with the same pictures is, through an index too. */
async function holdFound(catalog: Catalog, { id, views }: EmbeddedDesign): Promise<void> {
  const embeddings = { front: views.front!.embedding, back: views.back!.embedding };
  const [best] = await catalog.search({ embeddings, weights: DEFAULT_WEIGHTS, filter: [], topK: 1 });
  hold(best !== undefined && best.score > 0.999, `${id} is not found by its own pictures`);
}

/** @throws Error when, after a repair, there is a picture of no design, a design without its pictures, or a leftover. */
export async function verifyRepair(world: World): Promise<void> {
  const { catalog: directory } = world;
  const config = readConfig({ catalog: directory }, {});
  // All that is young is spared by the repair.
  const longAgo = new Date(Date.now() - LONG_MS);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && !file.includes("lancedb")) await utimes(file, longAgo, longAgo);
  }
  await examineCatalog(config, { repair: true });
  const { findings } = await examineCatalog(config);
  hold(findings.length === 0, `after the repair there is ${JSON.stringify(findings)}`);
  const model = (await readCatalogModel(directory))!;
  const catalog = await openCatalog({ directory, model, create: false });
  const { designs } = await catalog.list({ limit: 10_000 });
  await catalog.close();
  const needed = new Set(designs.flatMap(({ views }) => Object.values(views).map((view) => view.path!)));
  const kept = await readdir(path.join(directory, "pictures"), { recursive: true, withFileTypes: true });
  const there = kept.flatMap((entry) =>
    entry.isFile() ? path.posix.join("pictures", path.basename(entry.parentPath), entry.name) : [],
  );
  hold(isDeepStrictEqual(there.sort(), [...needed].sort()), "pictures and designs do not agree");
}

function hold(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}
