import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { contractModel, describeCatalog } from "../../../test/contracts/catalog.js";
import type { Catalog } from "../../core/ports.js";
import { openCatalog } from "./open-catalog.js";

let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "diptych-catalog-"));
});
afterAll(() => rm(parent, { recursive: true }));

let directory: string;
let catalog: Catalog;

async function open(): Promise<Catalog> {
  directory = await mkdtemp(join(parent, "contract-"));
  catalog = await openCatalog({ directory, model: contractModel });
  return catalog;
}

async function reopen(): Promise<Catalog> {
  await catalog.close();
  return openCatalog({ directory, model: contractModel, create: false });
}

describeCatalog("LanceCatalog", open, reopen);
