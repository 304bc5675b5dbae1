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
