/**
 * The process that is killed: runs one operation and tells its parent what it begins and what is acknowledged. Arguments: the
 * operation's name, the world as JSON.
 */
import { type Change, operations } from "./operations.js";
import type { World } from "./world.js";

/** What the process tells. */
export type Message = "ready" | { readonly begun: readonly Change[] } | { readonly done: readonly Change[] };

const [name, worldJson] = process.argv.slice(2);
const world: World = JSON.parse(worldJson!);
const operation = operations.find((each) => each.name === name)!;
/** What was told is with the parent, whatever happens to this process then. */
const tell = (message: Message) => new Promise((sent) => process.send!(message, sent));
await tell("ready");
await operation.run!(world, {
  begun: async (begun) => void (await tell({ begun })),
  done: (done) => void tell({ done }),
});
process.disconnect();
