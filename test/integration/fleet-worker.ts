/**
 * A worker whose model misbehaves as it is told: it ends its own process when it sees a picture that kills, keeps a batch for ever, or
 * takes its time. It tells of every batch on standard output, as the first bytes of its pictures. Argument: {@link Misbehaviour} as JSON.
 */
import { openPack } from "../../src/adapters/models/pack.js";
import { createEmbedder } from "../../src/adapters/onnx/embedder.js";
import { startWorker } from "../../src/adapters/redis/worker.js";
import { untilToldToEnd } from "../../src/cli/interruptible.js";
import type { Embedder } from "../../src/core/ports.js";

export interface Misbehaviour {
  readonly url: string;
  /** Folder of the pack. */
  readonly pack: string;
  /** A picture that begins with this byte ends the process, as a crash of the model does. */
  readonly killer?: number;
  /** How long a batch takes; -1: for ever. */
  readonly ms?: number;
}

const { url, pack, killer, ms = 0 } = JSON.parse(process.argv[2]!) as Misbehaviour;
const local = await createEmbedder(await openPack(pack), { threads: 1 });

const embedder: Embedder = Object.assign(Object.create(local), {
  model: local.model,
  async embed(...[tensors, options]: Parameters<Embedder["embed"]>) {
    const firstBytes = tensors.map(({ data }) => data[0]!);
    process.stdout.write(`batch ${firstBytes.join()}\n`);
    if (killer !== undefined && firstBytes.includes(killer)) process.kill(process.pid, "SIGKILL");
    if (ms < 0) await new Promise(() => {});
    await new Promise((resolve) => setTimeout(resolve, ms));
    return local.embed(tensors, options);
  },
});

const worker = await startWorker({ embedder, threads: 1, url, maxBatchSize: 16, maxQueueDelayMs: 20 });
await untilToldToEnd(() => process.stdout.write("ready\n"));
await worker.close();
await local.close();
