/**
 * `npm run bench:pages [PAIRS]`: the served product over a catalogue of 3,000 drawn pairs, or as many as are told: from two
 * chosen files to the ranked page in a real browser, ranking a kept search again over HTTP, and what the server holds in memory.
 *
 * Server and browser are processes of their own, on the same processors. The times in the browser are those of its own clock, from
 * the click on; the browser has its connection, the style sheet and the scripts from the runs before, and whichever pictures
 * earlier matches had, too.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { rasterise, writeCatalogue } from "../demo/catalogue.js";
import { createFlatDesign } from "../demo/flats/design.js";
import { drawFlat } from "../demo/flats/draw.js";
import { perturb } from "../demo/perturb.js";
import { openDiptych } from "../src/index.js";
import { noBrowser, openBrowser } from "../test/e2e/browser.js";
import { percentile, reportTables, time } from "./measure.js";
import { memoryColumns, memoryOf } from "./memory.js";

const SEED = 1;
const UPLOADS = { runs: 20, warmUps: 3 };
const RANKINGS = { runs: 200, warmUps: 20 };
/** The positions of the pages' sliders. */
const STEPS = 20;

/** The files of a query. */
interface QueryFiles {
  readonly front: string;
  readonly back: string;
}

/** When what of a result page was there, in milliseconds since the click, and what took how long until then. */
interface Moments {
  readonly matches: number;
  /** Until the matches are in the document, it is parsed and its script has run. */
  readonly rankedMs: number;
  /** Until the page sets out for the result: the upload, the model, and the page's script. */
  readonly postMs: number;
  readonly getMs: number;
  readonly browserMs: number;
  readonly paintedMs: number;
  readonly picturesMs: number;
}

/** The page's scripts are text, for the types of what runs in Node.js know no document. */
const NOTE_CLICK = `addEventListener("click", (event) => {
  sessionStorage.setItem("clicked", String(performance.timeOrigin + event.timeStamp));
}, true)`;
const READ_MOMENTS = `(async () => {
  const shown = [...document.images].filter(
    (image) => image.checkVisibility() && image.getBoundingClientRect().top < innerHeight,
  );
  await Promise.all(shown.map((image) => image.decode()));
  const painted = await new Promise((resolve) => {
    new PerformanceObserver((list) => {
      for (const { startTime } of list.getEntriesByName("first-contentful-paint")) resolve(startTime);
    }).observe({ type: "paint", buffered: true });
  });
  const [page] = performance.getEntriesByType("navigation");
  const loaded = shown.map(({ currentSrc }) => performance.getEntriesByName(currentSrc)[0].responseEnd);
  const sinceClick = (moment) => performance.timeOrigin + moment - Number(sessionStorage.getItem("clicked"));
  const rankedMs = sinceClick(page.domContentLoadedEventEnd);
  const postMs = sinceClick(0);
  const getMs = page.responseEnd - page.requestStart;
  return {
    matches: document.querySelectorAll(".match").length,
    rankedMs,
    postMs,
    getMs,
    browserMs: rankedMs - postMs - getMs,
    paintedMs: sinceClick(painted),
    picturesMs: sinceClick(Math.max(...loaded)),
  };
})()`;

const size = Number(process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? 3000);
const directory = path.resolve("demo-data", String(size));
const catalog = path.join(directory, "catalog");
const { manifest } = await writeCatalogue({ directory, count: size, seed: SEED });
const diptych = await openDiptych({ catalog, create: true });
console.error(`Diptych imports ${size} pairs, unless they are there already`);
await diptych.import(manifest);
await diptych.close();
const queries = await drawQueries(UPLOADS.runs + UPLOADS.warmUps);

const { server, address } = await startServer();
try {
  const memory = [{ when: "ready", ...memoryColumns(memoryOf(server.pid!)) }];
  if (noBrowser !== null) console.error(`The pages are not measured: ${noBrowser}.`);
  const inBrowser = noBrowser === null ? uploadRows(await uploadInBrowser()) : [];
  const overHttp = [row("rank again", await rankAgain(queries[0]!), "p95 <= 50 ms")];
  memory.push({ when: "after these searches", ...memoryColumns(memoryOf(server.pid!)) });
  reportTables({ "in the browser": inBrowser, "over HTTP": overHttp, "memory of the server": memory });
} finally {
  const ended = once(server, "exit");
  if (server.kill()) await ended;
}

function uploadRows(uploads: readonly Moments[]) {
  const each = (key: keyof Moments) => uploads.map((moments) => moments[key]);
  return [
    row("click to ranked matches", each("rankedMs"), "p50 <= 250 ms"),
    row("of that until POST /search is answered", each("postMs")),
    row("of that GET /results", each("getMs")),
    row("of that the browser itself", each("browserMs")),
    row("click to first paint", each("paintedMs")),
    row("click to the pictures of the first screen", each("picturesMs")),
  ];
}

function row(what: string, samples: readonly number[], plan = "-") {
  return { what, "p50 ms": percentile(samples, 0.5), "p95 ms": percentile(samples, 0.95), plan };
}

/** Pairs of the catalogue as somebody brings them, as files. */
async function drawQueries(count: number): Promise<QueryFiles[]> {
  const folder = path.join(directory, "queries");
  await mkdir(folder, { recursive: true });
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const design = createFlatDesign(SEED, Math.floor((i * size) / count));
      const draw = async (view: "front" | "back") => {
        const file = path.join(folder, `${i}-${view}.jpg`);
        await writeFile(file, await perturb(await rasterise(drawFlat(design, view)), "mild", i));
        return file;
      };
      return { front: await draw("front"), back: await draw("back") };
    }),
  );
}

/** The built command, ready to answer. */
async function startServer(): Promise<{ server: ChildProcess; address: string }> {
  const server = spawn(process.execPath, ["dist/main.js", "serve", "--port", "0", "--catalog", catalog], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const address = await new Promise<string>((resolve, reject) => {
    createInterface(server.stderr).on("line", (line) => {
      console.error(line);
      const told = /answers at (http:\S+)$/u.exec(line);
      if (told) resolve(told[1]!);
    });
    server.once("exit", (status) => reject(new Error(`The server ended with status ${status}.`)));
  });
  return { server, address };
}

async function uploadInBrowser(): Promise<Moments[]> {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ baseURL: address, locale: "en-GB" });
    page.on("pageerror", (error) => console.error(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") console.error(message.text());
    });
    await page.addInitScript(NOTE_CLICK);
    const samples: Moments[] = [];
    for (const { front, back } of queries) {
      await page.goto("/");
      await page.locator('input[name="front"]').setInputFiles(front);
      await page.locator('input[name="back"]').setInputFiles(back);
      await page.getByRole("button", { name: "Search", exact: true }).click();
      await page.waitForURL("**/results/*");
      const moments = await page.evaluate<Moments>(READ_MOMENTS);
      if (moments.matches === 0) throw new Error(`${page.url()} shows no match.`);
      samples.push(moments);
    }
    return samples.slice(UPLOADS.warmUps);
  } finally {
    await browser.close();
  }
}

/** Milliseconds for one answer after another, each with other weights. */
async function rankAgain(query: QueryFiles): Promise<number[]> {
  const form = new FormData();
  for (const [view, file] of Object.entries(query)) form.set(view, new Blob([await readFile(file)]), view);
  const { id } = await answerTo("/api/v1/searches", { method: "POST", body: form });
  return time(RANKINGS.runs, RANKINGS.warmUps, (run) => {
    const front = (run % (STEPS + 1)) / STEPS;
    return answerTo(`/api/v1/searches/${id}?front=${front}&back=${1 - front}`);
  });
}

async function answerTo(place: string, init?: RequestInit): Promise<{ id: string }> {
  const response = await fetch(`${address}${place}`, init);
  if (!response.ok) throw new Error(`${place} failed with ${response.status}: ${await response.text()}`);
  return (await response.json()) as { id: string };
}
