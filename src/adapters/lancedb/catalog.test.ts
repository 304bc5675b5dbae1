import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { contractModel, describeCatalog } from "../../../test/contracts/catalog.js";
import { openCatalog } from "./open-catalog.js";

let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "diptych-catalog-"));
});
afterAll(() => rm(parent, { recursive: true }));

describeCatalog("LanceCatalog", async () => {
  const directory = await mkdtemp(join(parent, "contract-"));
  const catalog = await openCatalog({ directory, model: contractModel });
  const reopen = async () => {
    await catalog.close();
    return openCatalog({ directory, model: contractModel, create: false });
  };
  return { catalog, reopen };
});
