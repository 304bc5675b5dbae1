import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identityNetwork, SMALL, writePack } from "../../../test/fixtures/small-packs.js";

const run = promisify(execFile);
const built = (name: string) =>
  JSON.stringify(new URL(`../../../dist/adapters/${name}`, import.meta.url).href);

/** What each process runs first, on the main thread and on each other: of those, only so many come up; the system starts them all. */
const preload = `const { isMainThread, threadId } = require("node:worker_threads");
if (!isMainThread && threadId > Number(process.env.STARTABLE)) throw new Error("out of threads");
`;

/** Embeds on two threads, loses both, and embeds again; tells what became of it as JSON, once no thread is left. */
const program = `import { createEmbedder } from ${built("onnx/embedder.js")};
import { openPack } from ${built("models/pack.js")};
const alive = new Set();
process.on("worker", (worker) => {
  alive.add(worker);
  worker.once("exit", () => alive.delete(worker));
});
const black = { data: new Uint8Array(${SMALL * SMALL * 3}), width: ${SMALL}, height: ${SMALL} };
const told = {};
try {
  const embedder = await createEmbedder(await openPack(process.argv[2]), { threads: 2 });
  const embed = async () => (await embedder.embed([black, black, black])).map(({ error }) => error?.message ?? "embedded");
  told.before = await embed();
  await Promise.all([...alive].map((worker) => worker.terminate()));
  told.after = await embed();
  told.again = await embed();
  await embedder.close();
} catch ({ code, message }) {
  told.failure = { code, message };
}
while (alive.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
console.log(JSON.stringify(told));
`;

let directory: string;
let pack: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-threads-"));
  pack = await writePack(path.join(directory, "pack"), identityNetwork());
  await writeFile(path.join(directory, "preload.cjs"), preload);
  await writeFile(path.join(directory, "program.mjs"), program);
});
afterAll(() => rm(directory, { recursive: true }));

async function outcomeWith(startable: number) {
  const args = ["--require", path.join(directory, "preload.cjs"), path.join(directory, "program.mjs"), pack];
  const { stdout } = await run(process.execPath, args, {
    env: { ...process.env, STARTABLE: String(startable) },
    timeout: 60_000,
  });
  return JSON.parse(stdout);
}

describe("threads that cannot be started", () => {
  it.each([0, 1])("are told of, and none is left behind, when but %i of two can", async (startable) => {
    const { failure } = await outcomeWith(startable);
    expect(failure).toEqual({
      code: "MODEL_INVALID",
      message: expect.stringMatching(/model\.onnx cannot be loaded: out of threads$/u),
    });
  });

  it("let no picture wait for ever when they were to take the place of lost ones", async () => {
    const failed = new Array<string>(3).fill(
      "A worker thread failed: no thread can be started: out of threads",
    );
    expect(await outcomeWith(2)).toEqual({
      before: new Array<string>(3).fill("embedded"),
      after: failed,
      again: failed,
    });
  });

  it("are none where others take the place of lost ones", async () => {
    const embedded = new Array<string>(3).fill("embedded");
    expect(await outcomeWith(100)).toEqual({ before: embedded, after: embedded, again: embedded });
  });
});
