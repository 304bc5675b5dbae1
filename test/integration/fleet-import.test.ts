import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { drawingPng } from "../fixtures/drawings.js";
import { noRedis, tellIfSkipped } from "../fixtures/redis-server.js";
import { countsOf, importAll, openBeside, startDiptych } from "./diptych-process.js";
import { createFleet } from "./fleet-processes.js";

tellIfSkipped();

const DESIGNS = 400;

/** All that a catalog keeps, by id. */
async function everythingIn(directory: string) {
  const catalog = (await openBeside(directory))!;
  const { designs } = await catalog.list({ limit: 10_000 });
  const everything = await catalog.getEmbedded(designs.map(({ id }) => id));
  await catalog.close();
  return everything;
}

/** A folder of drawn designs, each with a front. */
async function drawDesigns(folder: string, count: number): Promise<string> {
  await mkdir(folder);
  for (let i = 0; i < count; i++) {
    await writeFile(path.join(folder, `D${i}_front.png`), await drawingPng(i, "front"));
  }
  return folder;
}

describe.skipIf(noRedis !== null)("diptych import --redis", () => {
  const fleet = createFleet();

  test("spreads embedding over workers, of which one is killed: all is in, as a local import has it", async () => {
    const flats = await drawDesigns(path.join(fleet.directory(), "flats"), DESIGNS);
    const models = ["--models", fleet.packs(), "--model", "small"];
    const local = path.join(fleet.directory(), "local");
    const spread = path.join(fleet.directory(), "spread");
    await importAll([flats, "--catalog", local, ...models]);

    // The second is so slow that it has a batch whenever it is killed.
    const [steady, doomed] = await Promise.all([fleet.startWorker(), fleet.startMisbehaving({ ms: 1000 })]);
    const options = ["--redis", fleet.redis().url, "--catalog", spread, ...models];
    const { child, ended } = startDiptych(["import", flats, ...options]);
    await doomed.until(/(?:^batch .*\n){2}/mu);
    expect(child.exitCode).toBeNull();
    doomed.child.kill("SIGKILL");
    const ending = await ended;
    expect(ending).toMatchObject({ exitCode: 0, stdout: "" });
    expect(countsOf(ending)).toEqual({ imported: DESIGNS, unchanged: 0, failed: 0 });
    const everything = await everythingIn(spread);
    expect(everything.size).toBe(DESIGNS);
    expect(everything).toEqual(await everythingIn(local));
    expect(steady.child.exitCode).toBeNull();
  });

  test("tells whenever no worker runs, and waits for the next one", async () => {
    const flats = await drawDesigns(path.join(fleet.directory(), "few"), 20);
    const models = ["--models", fleet.packs(), "--model", "small"];
    const catalog = path.join(fleet.directory(), "waited-for");
    const asking = fleet.start([
      "import",
      flats,
      "--catalog",
      catalog,
      "--redis",
      fleet.redis().url,
      ...models,
    ]);
    await asking.until(/No worker/u);
    // So slow that it is killed before all is in.
    const doomed = await fleet.startMisbehaving({ ms: 60_000 });
    await doomed.until(/^batch /mu);
    await asking.until(/No worker.*A worker runs/su);
    doomed.child.kill("SIGKILL");
    await asking.until(/No worker.*A worker runs.*No worker/su);
    expect(asking.child.exitCode).toBeNull();
    await fleet.startWorker();
    const ending = await asking.ended;
    expect(ending.exitCode).toBe(0);
    expect(countsOf(ending)).toEqual({ imported: 20, unchanged: 0, failed: 0 });
    expect(
      ending.stderr.match(/No worker runs that would embed the pictures: waiting for one/gu),
    ).toHaveLength(2);
  });
});
