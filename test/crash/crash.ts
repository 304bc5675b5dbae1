import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { hash } from "../../src/compose.js";
import { VIEWS } from "../../src/core/design.js";
import { RandomNumbers } from "../fixtures/random-numbers.js";
import { Knowledge, runOperation } from "./killed.js";
import { BEFORE, fill, type Operation, operations } from "./operations.js";
import { type Reference, verifyDesigns, verifyRepair } from "./verify.js";
import { PICTURES, pictureFile, prepareShared, referenceEmbeddings, type World } from "./world.js";

/** What one kill did. */
export interface Run {
  readonly number: number;
  readonly operation: string;
  /** When it was killed, and how long it takes when nobody kills it; milliseconds from the moment that it is ready. */
  readonly killedAfterMs: number;
  readonly wholeMs: number;
  /** False when it had ended before. */
  readonly wasKilled: boolean;
  /** Changes that were acknowledged until then. */
  readonly acknowledged: number;
  /** Null when nothing was lost and all could be finished. */
  readonly failure: string | null;
}

/**
 * Kills processes that change a catalog, one after the other, each at a moment chosen by chance from the whole time that it
 * takes, and looks at what is left; then runs the same again to its end.
 *
 * @param seed decides the moments, as shares of that time.
 */
export async function* crash(runs: number, seed: number): AsyncGenerator<Run> {
  const directory = await mkdtemp(path.join(tmpdir(), "diptych-crash-"));
  const shared = path.join(directory, "shared");
  const world: World = { shared, catalog: path.join(directory, "world", "catalog") };
  const filled = path.join(directory, "filled");
  try {
    await prepareShared(shared);
    const reference = await referenceOf(shared);
    const fresh = async () => {
      await rm(path.dirname(world.catalog), { recursive: true, force: true });
      await mkdir(path.dirname(world.catalog));
    };
    await fresh();
    await fill(world);
    await cp(world.catalog, filled, { recursive: true });
    const restore = async () => {
      await fresh();
      await cp(filled, world.catalog, { recursive: true });
    };
    const random = new RandomNumbers(seed);
    const wholeMs = new Map<Operation, number>();
    for (let number = 1; number <= runs; number++) {
      const operation = operations[(number - 1) % operations.length]!;
      if (!wholeMs.has(operation)) {
        await restore();
        const { ms } = await runOperation(operation, world, new Knowledge(BEFORE), null);
        wholeMs.set(operation, ms);
      }
      await restore();
      const whole = wholeMs.get(operation)!;
      yield await oneRun(operation, world, reference, number, random.next() * whole, whole);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function oneRun(
  operation: Operation,
  world: World,
  reference: Reference,
  number: number,
  killedAfterMs: number,
  wholeMs: number,
): Promise<Run> {
  const run = { number, operation: operation.name, killedAfterMs, wholeMs };
  const knowledge = new Knowledge(BEFORE);
  let wasKilled = false;
  let acknowledged = 0;
  try {
    ({ wasKilled } = await runOperation(operation, world, knowledge, killedAfterMs));
    ({ acknowledged } = knowledge);
    await verifyDesigns(world, knowledge, reference);
    await runOperation(operation, world, knowledge, null);
    await verifyDesigns(world, new Knowledge([...BEFORE, ...operation.changes]), reference);
    await verifyRepair(world);
    return { ...run, wasKilled, acknowledged, failure: null };
  } catch (error) {
    return { ...run, wasKilled, acknowledged, failure: (error as Error).message };
  }
}

async function referenceOf(shared: string): Promise<Reference> {
  const hashes = new Map<string, string>();
  for (let number = 0; number < PICTURES; number++) {
    for (const view of VIEWS) {
      hashes.set(`${number}_${view}`, hash(await readFile(pictureFile({ shared }, number, view))));
    }
  }
  return { hashes, embeddings: await referenceEmbeddings(shared) };
}
