import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writePair } from "../fixtures/drawings.js";
import { identityNetwork, writePack } from "../fixtures/small-packs.js";
import { designsIn, diptych, startDiptych } from "./diptych-process.js";
import { file, form } from "./http-world.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-reembedded-"));
});
afterEach(() => rm(directory, { recursive: true }));

test("a server whose catalog another process embeds anew refuses what would be lost, and goes on searching", async () => {
  const models = path.join(directory, "models");
  for (const [id, resizePolicy] of [
    ["old", "trim"],
    ["young", "contain"],
  ] as const) {
    await writePack(path.join(models, id), identityNetwork(), { id, resizePolicy });
  }
  const catalog = path.join(directory, "catalog");
  const settings = ["--catalog", catalog, "--models", models];
  await writePair(path.join(directory, "flats"), "A", 1);
  const { child, ended } = startDiptych(["serve", "--port", "0", "--model", "old", ...settings]);
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr!.on("data", (text: Buffer) => {
      const found = /answers at (http:\/\/\S+)/u.exec(String(text))?.[1];
      if (found) resolve(found);
    });
    ended.then(({ stderr }) => reject(new Error(`The server ended: ${stderr}`)));
  });
  const front = file("front.png", await readFile(path.join(directory, "flats", "A_front.png")));
  const ask = async (method: string, where: string, body?: FormData) => {
    const response = await fetch(`${address}/api/v1/${where}`, { method, ...(body && { body }) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  expect(await ask("PUT", "designs/A", form({ front }))).toMatchObject({ status: 201 });
  expect(await diptych(["import", "--reembed", "--model", "young", ...settings])).toMatchObject({
    exitCode: 0,
  });
  const mismatch = { status: 409, body: { code: "MODEL_MISMATCH" } };
  expect(await ask("PUT", "designs/B", form({ front }))).toMatchObject(mismatch);
  expect(await ask("DELETE", "designs/A")).toMatchObject(mismatch);
  expect(await ask("POST", "searches", form({ front }))).toMatchObject({
    status: 201,
    body: { matches: [{ id: "A" }] },
  });
  expect((await designsIn(catalog)).map(({ id }) => id)).toEqual(["A"]);
  // Back to the server's own model, it writes again.
  expect(await diptych(["import", "--rollback", ...settings])).toMatchObject({ exitCode: 0 });
  expect(await ask("PUT", "designs/B", form({ front }))).toMatchObject({ status: 201 });
  expect((await designsIn(catalog)).map(({ id }) => id)).toEqual(["A", "B"]);
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ exitCode: 0 });
});
