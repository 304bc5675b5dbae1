import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { openCatalog, readCatalogModel } from "../../src/adapters/lancedb/open-catalog.js";
import type { Design } from "../../src/core/design.js";
import type { Catalog } from "../../src/core/ports.js";
import type { SearchTimings } from "../../src/core/search.js";
import type { Verdict } from "../../src/core/verdict.js";

export const repository = fileURLToPath(new URL("../../", import.meta.url));

/** The built command; `npm run build` makes it. */
const command = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** How a process ended. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  /** Default: the repository. */
  readonly cwd?: string;
  /** Beside the variables of the tests themselves, of which those of Diptych are left out. */
  readonly env?: NodeJS.ProcessEnv;
  /** A command that runs the process with other rights or limits. Default: none. */
  readonly through?: readonly string[];
}

/** Starts `diptych` with the arguments as a user does; its standard output and standard error are no terminal. */
export function startDiptych(
  args: readonly string[],
  options: ProcessOptions = {},
): { child: ChildProcess; ended: Promise<Ending> } {
  return startNode([command, ...args], options);
}

/** Runs `diptych` to its end. */
export function diptych(args: readonly string[], options: ProcessOptions = {}): Promise<Ending> {
  return startDiptych(args, options).ended;
}

/** Starts Node.js, with one thread for the model unless told otherwise: for a few pictures it is ready soonest. */
export function startNode(
  args: readonly string[],
  { cwd = repository, env = {}, through = [] }: ProcessOptions = {},
): { child: ChildProcess; ended: Promise<Ending> } {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:DIPTYCH_|REDIS_URL$)/u.test(name));
  const [file, ...rest] = [...through, process.execPath, ...args];
  const child = spawn(file!, rest, {
    cwd,
    env: { ...Object.fromEntries(inherited), DIPTYCH_THREADS: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]).then(
    ([[exitCode, signal], stdout, stderr]): Ending => ({ exitCode, signal, stdout, stderr }),
  );
  return { child, ended };
}

/** Runs `diptych import` and holds that all went in without a word on standard output. */
export async function importAll(args: readonly string[]): Promise<ImportCounts> {
  const ending = await diptych(["import", ...args]);
  expect(ending).toMatchObject({ exitCode: 0, stdout: "" });
  return countsOf(ending);
}

export interface ImportCounts {
  readonly imported: number;
  readonly unchanged: number;
  readonly failed: number;
}

/** What the summary of an import says. */
export function countsOf({ stderr }: Pick<Ending, "stderr">): ImportCounts {
  const numbers = /^(\d+) imported, (\d+) unchanged, (\d+) failed in /m.exec(stderr);
  if (!numbers) throw new Error(`No summary in: ${stderr}`);
  return { imported: Number(numbers[1]), unchanged: Number(numbers[2]), failed: Number(numbers[3]) };
}

/** What `diptych search --json` prints. */
export interface SearchJson {
  readonly model: { readonly id: string; readonly sha256: string | null };
  readonly catalog: { readonly designs: number; readonly version: number };
  readonly weights: { readonly front: number; readonly back: number };
  /** Where they were asked for. */
  readonly aspects?: Readonly<Record<string, number>>;
  readonly timings: SearchTimings;
  readonly matches: readonly {
    readonly rank: number;
    readonly id: string;
    readonly score: number;
    readonly verdict: Verdict | null;
    readonly percentile: number | null;
    readonly views: { readonly front: number | null; readonly back: number | null };
    readonly attributes: Readonly<Record<string, string | number>>;
  }[];
}

/** Runs `diptych search --json` and holds that it succeeds and prints nothing else. */
export async function searchJson(args: readonly string[]): Promise<SearchJson> {
  const ending = await diptych(["search", "--json", ...args]);
  expect(ending).toMatchObject({ exitCode: 0, stderr: "" });
  return JSON.parse(ending.stdout);
}

/** Opens a catalog beside the processes that use it, without a model; null while there is none. */
export async function openBeside(directory: string): Promise<Catalog | null> {
  const model = await readCatalogModel(directory);
  return model && openCatalog({ directory, model, create: false });
}

/** All designs of a catalog, in the order of their ids. */
export async function designsIn(directory: string): Promise<readonly Design[]> {
  const catalog = await openBeside(directory);
  if (!catalog) throw new Error(`There is no catalog in ${directory}.`);
  try {
    return (await catalog.list({ limit: 10_000 })).designs;
  } finally {
    await catalog.close();
  }
}
