import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { readCatalogModel } from "../../src/adapters/lancedb/open-catalog.js";
import type { Diptych } from "../../src/compose.js";
import { readConfig } from "../../src/config.js";
import { VIEWS } from "../../src/core/design.js";
import { reembedCatalog } from "../../src/model-jobs.js";
import {
  designId,
  MODELS,
  modelsOf,
  openIndexed,
  openWorld,
  pictureFile,
  pictureNumber,
  type World,
} from "./world.js";

/** A design and the revision that it has from now on; null: it is not there any more. */
export type Change = readonly [id: string, revision: number | null];

/** To be called before changes are begun, and when they are acknowledged. */
export interface Told {
  begun(changes: readonly Change[]): Promise<void>;
  done(changes: readonly Change[]): void;
}

/** Something that may be killed at any moment. A new one needs a name, its changes, and how it makes them. */
export interface Operation {
  readonly name: string;
  /** All that it changes, in its order, the same in every run; run again, it changes the same again. */
  readonly changes: readonly Change[];
  /** Makes the changes in the process that is killed. */
  readonly run?: (world: World, told: Told) => Promise<void>;
  /** Makes them over HTTP: it is the server that is killed then. */
  readonly request?: (address: string, world: World, told: Told) => Promise<void>;
}

/** In the catalog before: the first half of the designs. */
const DESIGNS = 128;
export const BEFORE: readonly Change[] = Array.from({ length: DESIGNS / 2 }, (_, i) => [designId(i), 0]);

const changed = (count: number, step: number): Change[] =>
  Array.from({ length: count }, (_, i) => [designId((i * step) % DESIGNS), i + 1]);
/** Every third one deletes what was there. */
const mixed: Change[] = changed(24, 37).map(([id, revision], i) =>
  i % 3 === 2 ? [designId(i), null] : [id, revision],
);

export const operations: readonly Operation[] = [
  {
    name: "import",
    changes: Array.from({ length: DESIGNS }, (_, i): Change => [designId(i), 1]),
    async run(world, told) {
      await withDiptych(world, (diptych) => importUpload(diptych, world, this.changes, told));
    },
  },
  {
    name: "put",
    changes: changed(24, 37),
    async run(world, told) {
      await withDiptych(world, (diptych) =>
        oneByOne(this.changes, told, (change) => put(diptych, world, change)),
      );
    },
  },
  {
    name: "delete",
    changes: BEFORE.map(([id]) => [id, null]),
    async run(world, told) {
      await withDiptych(world, async ({ catalog }) => {
        for (let start = 0; start < this.changes.length; start += 3) {
          const some = this.changes.slice(start, start + 3);
          await told.begun(some);
          await catalog.delete(some.map(([id]) => id));
          told.done(some);
        }
      });
    },
  },
  {
    name: "compact",
    changes: changed(16, 3),
    async run(world, told) {
      await withDiptych(world, (diptych) =>
        oneByOne(this.changes, told, async (change) => {
          await Promise.all([put(diptych, world, change), diptych.catalog.compact()]);
          await diptych.catalog.compact();
        }),
      );
    },
  },
  {
    name: "index",
    changes: changed(12, 5),
    async run(world, told) {
      const indexed = await openIndexed(world.catalog);
      await withDiptych(world, (diptych) =>
        oneByOne(this.changes, told, async (change) => {
          await put(diptych, world, change);
          await indexed.rebuildIndex();
        }),
      );
      await indexed.close();
    },
  },
  {
    name: "reembed",
    changes: [],
    async run(world) {
      const { id } = (await readCatalogModel(world.catalog))!;
      const [model] = MODELS.filter((each) => each !== id);
      const settings = { catalog: world.catalog, models: modelsOf(world), model, threads: 1 };
      await reembedCatalog(readConfig(settings, {}));
    },
  },
  {
    name: "http",
    changes: mixed,
    async request(address, world, told) {
      await oneByOne(this.changes, told, async ([id, revision]) => {
        const url = `${address}/api/v1/designs/${id}`;
        const response = await (revision === null
          ? fetch(url, { method: "DELETE" })
          : fetch(url, { method: "PUT", body: await putForm(world, id, revision) }));
        await response.arrayBuffer();
        const isDone = response.ok || (revision === null && response.status === 404);
        if (!isDone) throw new Error(`${id}: HTTP ${response.status}`);
      });
    },
  },
];

/** Brings a new catalog to where the operations begin. */
export async function fill(world: World): Promise<void> {
  const told = { async begun() {}, done() {} };
  await withDiptych(world, (diptych) => importUpload(diptych, world, BEFORE, told));
}

async function withDiptych(world: World, work: (diptych: Diptych) => Promise<void>): Promise<void> {
  const diptych = await openWorld(world);
  try {
    await work(diptych);
  } finally {
    await diptych.close();
  }
}

async function oneByOne(
  changes: readonly Change[],
  told: Told,
  make: (change: Change) => Promise<void>,
): Promise<void> {
  for (const change of changes) {
    await told.begun([change]);
    await make(change);
    told.done([change]);
  }
}

/** As an upload over HTTP, so that the catalog keeps the pictures; what its progress tells is acknowledged. */
async function importUpload(
  diptych: Diptych,
  world: World,
  changes: readonly Change[],
  told: Told,
): Promise<void> {
  const manifest = path.join(path.dirname(world.catalog), "designs.csv");
  const files = new Map([["designs.csv", manifest]]);
  const lines = ["id,front,back,revision"];
  for (const [id, revision] of changes) {
    const pictures = VIEWS.map((view) => {
      const number = pictureNumber(id, revision!);
      const name = `${number}_${view}.png`;
      files.set(name, pictureFile(world, number, view));
      return name;
    });
    lines.push([id, ...pictures, revision].join());
  }
  await writeFile(manifest, `${lines.join("\n")}\n`);
  const upload = await diptych.openUpload(files, path.dirname(world.catalog));
  try {
    await told.begun(changes);
    await diptych.import(upload, { onProgress: ({ rows }) => told.done(changes.slice(0, rows)) });
  } finally {
    upload.close();
  }
}

async function put(diptych: Diptych, world: World, [id, revision]: Change): Promise<void> {
  const number = pictureNumber(id, revision!);
  const [front, back] = await Promise.all(VIEWS.map((view) => readFile(pictureFile(world, number, view))));
  await diptych.put({ id, pictures: { front: front!, back: back! }, attributes: { revision: revision! } });
}

async function putForm(world: World, id: string, revision: number): Promise<FormData> {
  const number = pictureNumber(id, revision);
  const [front, back] = await Promise.all(VIEWS.map((view) => readFile(pictureFile(world, number, view))));
  const form = new FormData();
  form.set("front", new Blob([front!]), "front.png");
  form.set("back", new Blob([back!]), "back.png");
  form.set("attributes", JSON.stringify({ revision }));
  return form;
}
