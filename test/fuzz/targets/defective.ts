import type { OpenTarget } from "../target.js";

/** Does what no reader may, to see that the fuzzer tells of it. */
export const defective: OpenTarget = async () => ({
  seeds: [Buffer.from("throw"), Buffer.from("crash"), Buffer.from("stray")],
  tokens: ["throw", "crash", "stray"],
  async read(bytes) {
    const text = Buffer.from(bytes).toString("latin1");
    if (text.includes("crash")) process.kill(process.pid, "SIGKILL");
    if (text.includes("throw")) throw new TypeError("not an error of the table");
    if (text.includes("stray")) setImmediate(() => Promise.reject(new Error("nobody waits for it")));
  },
});
