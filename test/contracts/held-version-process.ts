/**
 * A process of its own that holds the version of a LanceDB table that is the latest as it begins, and reads it whole whenever
 * it is sent a message; answers how many rows it read, or -1 when it could not. Arguments: the folder of the tables, the
 * table's name.
 */
import { connect } from "@lancedb/lancedb";

const [directory, name] = process.argv.slice(2);
const table = await (await connect(directory!)).openTable(name!);
await table.checkout(await table.version());
process.on("message", async () => {
  const rows = await table
    .query()
    .toArray()
    .then(
      ({ length }) => length,
      () => -1,
    );
  process.send?.(rows);
});
process.send?.("ready");
