import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readConfig } from "../../src/config.js";
import { type ReembedSummary, reembedCatalog } from "../../src/model-jobs.js";
import { writePair } from "../fixtures/drawings.js";
import { identityNetwork, writePack } from "../fixtures/small-packs.js";
import { importAll, repository } from "./diptych-process.js";

let directory: string;
let settings: { catalog: string; models: string };
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-catch-up-"));
  settings = { catalog: path.join(directory, "catalog"), models: path.join(directory, "models") };
  for (const [id, resizePolicy] of [
    ["old", "trim"],
    ["young", "contain"],
  ] as const) {
    await writePack(path.join(settings.models, id), identityNetwork(), { id, resizePolicy });
  }
  await writePair(path.join(directory, "flats"), "A", 1);
  await writePair(path.join(directory, "late"), "B", 2);
  await importAll(importing("flats"));
});
afterEach(() => rm(directory, { recursive: true }));

const importing = (folder: string) => [
  path.join(directory, folder),
  ...["--catalog", settings.catalog, "--models", settings.models, "--model", "old"],
];

/** Embeds anew, and lets another process import a design once all that there were have their new embeddings. */
async function reembedWhileImported(meanwhile: () => void, signal?: AbortSignal): Promise<ReembedSummary> {
  const config = readConfig({ ...settings, model: "young", threads: 1 }, {});
  const command = path.join(repository, "dist/main.js");
  return reembedCatalog(config, {
    onProgress() {
      // In this thread, so that nothing of this process comes between.
      execFileSync(process.execPath, [command, "import", ...importing("late")], { stdio: "pipe" });
      meanwhile();
    },
    ...(signal && { signal }),
  });
}

const held = async () =>
  JSON.parse(await readFile(path.join(settings.catalog, "catalog.json"), "utf8")).model.id;

test("a design that comes while a catalog is embedded anew is brought along", async () => {
  expect(await reembedWhileImported(() => {})).toMatchObject({ failed: 0, aborted: false, switched: true });
  expect(await held()).toBe("young");
});

test("that such a design cannot be brought along is told, and nothing switched over", async () => {
  const summary = await reembedWhileImported(() => rmSync(path.join(directory, "late"), { recursive: true }));
  expect(summary).toMatchObject({ failed: 1, aborted: false, switched: false });
  expect(await held()).toBe("old");
});

test("an interruption while it is brought along is told, and nothing switched over", async () => {
  const interrupt = new AbortController();
  const summary = await reembedWhileImported(() => interrupt.abort(), interrupt.signal);
  expect(summary).toMatchObject({ failed: 0, aborted: true, switched: false });
  expect(await held()).toBe("old");
});
