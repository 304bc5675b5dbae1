/**
 * `npm run demo`: draws a catalogue of garment flats, imports it, searches it with a pair that was scanned askew, and serves it.
 * `--no-serve` stops before that; `--size N` draws another number of pairs.
 */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { formatMatches } from "../src/cli/match-table.js";
import { createProgress, type Progress } from "../src/cli/progress.js";
import { runServe } from "../src/cli/serve.js";
import { readConfig } from "../src/config.js";
import { type AppError, openDiptych } from "../src/index.js";
import { rasterise, writeCatalogue } from "./catalogue.js";
import { createFlatDesign } from "./flats/design.js";
import { drawFlat } from "./flats/draw.js";
import { perturb } from "./perturb.js";

const SEED = 1;
/** The design whose pair, scaled, shifted, turned and recompressed, is the query. */
const QUERY_INDEX = 26;

/** The port of the server, or any when that is taken. */
const PORT = 5000;

const { values } = parseArgs({
  options: { size: { type: "string", default: "300" }, "no-serve": { type: "boolean", default: false } },
});
const size = Number(values.size);
if (!(Number.isInteger(size) && size > QUERY_INDEX)) {
  throw new Error(`--size takes a whole number above ${QUERY_INDEX}; received ${values.size}.`);
}

const directory = path.resolve("demo-data", String(size));
await mkdir(directory, { recursive: true });

let progress = startProgress("pairs drawn", size);
const { manifest } = await writeCatalogue({
  directory,
  count: size,
  seed: SEED,
  onProgress: (done) => progress.update(done),
});
progress.tell(`${size} pairs drawn in ${path.relative(".", directory)}`);

const diptych = await openDiptych({ catalog: path.join(directory, "catalog"), create: true });
progress = startProgress("designs", size);
const summary = await diptych.import(manifest, { onProgress: ({ rows }) => progress.update(rows) });
progress.tell(`${summary.imported} imported, ${summary.unchanged} were there already`);

const design = createFlatDesign(SEED, QUERY_INDEX);
const pictures = {
  front: await perturb(await rasterise(drawFlat(design, "front")), "mild", 1),
  back: await perturb(await rasterise(drawFlat(design, "back")), "mild", 2),
};
const names = { front: "query-front.jpg", back: "query-back.jpg" };
await writeFile(path.join(directory, names.front), pictures.front);
await writeFile(path.join(directory, names.back), pictures.back);

const { matches, timings } = await diptych.search({ pictures });
const sheet = path.join(directory, "contact-sheet.jpg");
await writeFile(sheet, await diptych.contactSheet({ pictures, names, matches }));
await diptych.close();

const command = `npx diptych search --catalog ${rel("catalog")} --front ${rel(names.front)} --back ${rel(names.back)}`;
console.log(`
The query is ${design.id}, scaled, shifted, turned by three degrees and recompressed.

${formatMatches(matches)}
Found in ${timings.totalMs.toFixed(0)} ms. Contact sheet: ${rel("contact-sheet.jpg")}
Search it yourself: ${command}`);

if (!values["no-serve"]) await serveCatalogue();

async function serveCatalogue(): Promise<void> {
  const config = readConfig({ catalog: path.join(directory, "catalog"), log: "warn" }, process.env);
  const serve = (port: number) => runServe({ tokens: [], port, host: "127.0.0.1" }, config);
  console.log("\nIn the browser, until Ctrl-C:");
  await serve(PORT).catch((error: AppError) => {
    if (error.code !== "INVALID_REQUEST") throw error;
    return serve(0);
  });
}

function startProgress(unit: string, total: number): Progress {
  return createProgress({ stream: process.stderr, now: () => performance.now(), total, unit });
}

function rel(file: string): string {
  return path.relative(".", path.join(directory, file));
}
