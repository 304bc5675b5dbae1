import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort, type Processes } from "./processes.js";

/** A Redis of its own, which keeps nothing; it is empty, and its folder goes with it. */
export async function withRedis<T>(processes: Processes, work: (url: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), "diptych-load-"));
  try {
    const port = await freePort();
    const settings = { port, bind: "127.0.0.1", save: "", appendonly: "no", dir: directory };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const redis = await processes.start("redis-server", args, /Ready to accept connections/u);
    try {
      return await work(`redis://127.0.0.1:${port}`);
    } finally {
      await redis.end();
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}
