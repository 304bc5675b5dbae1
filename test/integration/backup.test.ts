import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCatalog } from "../../src/adapters/lancedb/open-catalog.js";
import { readConfig } from "../../src/config.js";
import { examineCatalog } from "../../src/doctor.js";
import { seededRandom } from "../contracts/sample-designs.js";
import { keptDesign } from "../fixtures/kept-designs.js";
import { repository } from "./diptych-process.js";

const run = promisify(execFile);
const model = { id: "backup", sha256: null, embeddingDim: 64 };
const BACKUPS = 5;

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "diptych-backup-"));
});
afterEach(() => rm(parent, { recursive: true }));

/** What docs/operations.md tells to do. */
async function backupCommands(): Promise<string> {
  const text = await readFile(path.join(repository, "docs", "operations.md"), "utf8");
  const lines = text.split("\n").filter((line) => /^ {4}tar -[cr]f \.\.\/backup\.tar /u.test(line));
  expect(lines).toHaveLength(2);
  // 1: files changed meanwhile.
  return lines.map((line) => `${line.trim()} || [ $? -eq 1 ]`).join(" && ");
}

test("a backup made as documented while the catalog is written to and compacted holds all that was acknowledged", async () => {
  const directory = path.join(parent, "catalog");
  const catalog = await openCatalog({ directory, model });
  const random = seededRandom(1);
  const written = new Map<string, number>();
  const deletions = new Map<string, number>();
  const put = async (number: number) => {
    const id = `D${number % 40}`;
    const options = { ...model, attributes: { number } };
    const design = await keptDesign(directory, id, number % 60, random, options);
    await catalog.upsert([design]);
    written.set(id, number);
    if (number % 7 === 0) {
      deletions.set(id, number);
      await catalog.delete([id]);
    }
    if (number % 20 === 0) await catalog.compact();
  };
  for (let number = 0; number < 40; number++) await put(number);

  let stopped = false;
  const writing = (async () => {
    for (let number = 40; !stopped; number++) await put(number);
    return written.size;
  })();
  const commands = await backupCommands();
  for (let i = 0; i < BACKUPS; i++) {
    const before = new Map(written);
    await run("bash", ["-c", commands], { cwd: directory });
    const restored = path.join(parent, "restored");
    await mkdir(restored);
    await run("tar", ["-xf", path.join(parent, "backup.tar")], { cwd: restored });
    expect((await examineCatalog(readConfig({ catalog: restored }, {}))).findings).toEqual([]);
    const opened = await openCatalog({ directory: restored, model, create: false });
    const found = await opened.getEmbedded([...before.keys()]);
    for (const [id, number] of before) {
      const known = found.get(id)?.attributes.number;
      // It may have been changed since, but not be older, and be missing only if it was deleted.
      if (known === undefined) expect(deletions.get(id) ?? -1).toBeGreaterThanOrEqual(number);
      else expect(known).toBeGreaterThanOrEqual(number);
    }
    await opened.upsert([await keptDesign(restored, "after", 3, random, model)]);
    expect((await opened.get(["after"])).size).toBe(1);
    await opened.close();
    await rm(restored, { recursive: true });
  }
  stopped = true;
  expect(await writing).toBe(40);
  await catalog.close();
});
