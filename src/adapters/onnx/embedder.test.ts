import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { describeEmbedder, embedAlone } from "../../../test/contracts/embedder.js";
import { LiveThreads } from "../../../test/fixtures/live-threads.js";
import { openPack } from "../models/pack.js";
import { createEmbedder } from "./embedder.js";

const builtPack = fileURLToPath(new URL("../../../packs/inception-v3", import.meta.url));
const OPTIONS = { threads: 2, maxBatchSize: 3 };

describeEmbedder("an embedder on threads", async () => createEmbedder(await openPack(builtPack), OPTIONS));

test("spreads few pictures over the threads, and takes many in batches, each of one lane", async () => {
  const batches: number[] = [];
  const onBatch = (pictures: number) => batches.push(pictures);
  const embedder = await createEmbedder(await openPack(builtPack), { ...OPTIONS, onBatch });
  const { size } = (await openPack(builtPack)).manifest.input;
  const tensors = (count: number) =>
    Array.from({ length: count }, () => ({
      data: new Uint8Array(size * size * 3),
      width: size,
      height: size,
    }));
  try {
    await embedder.embed(tensors(2));
    expect(batches).toEqual([1, 1]);
    batches.length = 0;
    await Promise.all([
      embedder.embed(tensors(7), { lane: "import" }),
      ...Array.from({ length: 4 }, () => embedder.embed(tensors(1))),
    ]);
    // Of the import 3 and 2 at once, then the searches, 2, 1 and 1, then what is left, 1 and 1.
    expect(batches.toSorted()).toEqual([1, 1, 1, 1, 2, 2, 3]);
  } finally {
    await embedder.close();
  }
});

test("an embedder is ready when every thread has loaded: the file is no longer needed", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "diptych-embedder-"));
  const threads = new LiveThreads();
  await cp(builtPack, directory, { recursive: true });
  const embedder = await createEmbedder(await openPack(directory), OPTIONS);
  try {
    expect(threads.count).toBe(2);
    await rm(path.join(directory, "model.onnx"));
    await embedAlone(embedder);
    expect(threads.started).toBe(2);
    expect((await embedder.load()).workers).toBeNull();
  } finally {
    await embedder.close();
    threads.stop();
    await rm(directory, { recursive: true });
  }
});
