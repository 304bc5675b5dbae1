// What a developer writes who uses Diptych as a library; the test beside it runs it as it is.
import { readFile } from "node:fs/promises";
import { AppError, openDiptych, parseCondition } from "diptych";

const [source, front, catalog] = process.argv.slice(2);

const refusal = await openDiptych({ catalog }).catch((error) => error);
const diptych = await openDiptych({ catalog, create: true, threads: 1 });
const progress = [];
const summary = await diptych.import(source, { onProgress: ({ rows }) => progress.push(rows) });
const result = await diptych.search({
  pictures: { front: await readFile(front) },
  filter: [parseCondition("colour=red")],
  topK: 2,
});
const sheet = await diptych.contactSheet({
  pictures: { front: await readFile(front) },
  matches: result.matches,
  format: "png",
});
await diptych.close();

const refused = refusal instanceof AppError && refusal.code;
console.log(JSON.stringify({ refused, summary, progress, ...result, sheetBytes: sheet.length }));
