import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writePair } from "../fixtures/drawings.js";
import { diptych, importAll, startDiptych } from "./diptych-process.js";

let directory: string;
let catalog: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-serve-"));
  catalog = path.join(directory, "catalog");
  for (const [i, name] of ["A", "B", "C"].entries()) await writePair(directory, name, i);
  await importAll([directory, "--catalog", catalog]);
});
afterAll(() => rm(directory, { recursive: true }));

/** Starts a server on a free port; resolves when it says where it answers. */
async function startServer() {
  const { child, ended } = startDiptych(["serve", "--port", "0", "--catalog", catalog]);
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr!.on("data", (text: Buffer) => {
      const [, found] = /answers at (http:\/\/\S+)/u.exec(String(text)) ?? [];
      if (found) resolve(found);
    });
    ended.then(({ stderr }) => reject(new Error(`The server ended: ${stderr}`)));
  });
  return { child, ended, address };
}

test("serve answers searches, and told to end finishes those it has", async () => {
  const { child, ended, address } = await startServer();
  expect((await fetch(`${address}/readyz`)).status).toBe(200);
  const form = new FormData();
  form.append("front", new File([await readFile(path.join(directory, "B_front.png"))], "B_front.png"));
  form.append("back", new File([await readFile(path.join(directory, "B_back.png"))], "B_back.png"));
  const searches = Array.from({ length: 8 }, () =>
    fetch(`${address}/api/v1/searches`, { method: "POST", body: form }),
  );
  const first = await Promise.race(searches);
  child.kill("SIGTERM");
  expect(first.status).toBe(201);
  for (const search of searches) {
    const { matches } = (await (await search).json()) as { matches: { id: string }[] };
    expect(matches[0]!.id).toBe("B");
  }
  expect(await ended).toMatchObject({ exitCode: 0, signal: null, stdout: "" });
});

test("serve refuses a port that is taken, and one that is none", async () => {
  const { child, ended, address } = await startServer();
  const { port } = new URL(address);
  const taken = await diptych(["serve", "--port", port, "--catalog", catalog]);
  expect(taken).toMatchObject({ exitCode: 2, stdout: "" });
  expect(taken.stderr).toBe(
    `diptych: 127.0.0.1:${port} cannot be listened on (EADDRINUSE); choose another --port or --host.\n`,
  );
  expect(await diptych(["serve", "--port", "70000"])).toMatchObject({ exitCode: 2 });
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ exitCode: 0 });
});
