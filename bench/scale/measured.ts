import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { fitsInMemory } from "../../src/adapters/lancedb/in-memory.js";
import { VIEWS } from "../../src/core/design.js";
import { countFound } from "../../src/core/index-recall.js";
import { percentile } from "../measure.js";
import type { Memory } from "../memory.js";
import { openMeasured } from "./measured-catalog.js";
import { DIM } from "./mixture.js";
import type { Searched } from "./search-process.js";
import { KINDS, queryOf } from "./searches.js";

/** Searches of a kind that are compared with exact ones. */
const COMPARED = 20;

const VECTOR_BYTES = VIEWS.length * DIM * Float32Array.BYTES_PER_ELEMENT;

/** What one catalogue came to. */
export interface Measured {
  /** Which one, as it was asked for. */
  readonly which: string;
  readonly designs: number;
  readonly catalog: {
    /** Null where there are too few designs for an index. */
    readonly buildS: number | null;
    readonly diskMb: number;
    readonly indexMb: number;
    readonly searchesPerS: number;
    /** Of the process that searches. */
    readonly memory: Memory | null;
    readonly exactP50Ms: number;
    /** Of vectors, by the exact search; null where that looks at a byte a number, in memory. */
    readonly exactGbPerS: number | null;
  };
  readonly searches: readonly {
    readonly search: string;
    readonly hasTarget: boolean;
    readonly p50Ms: number;
    readonly p95Ms: number;
    readonly recallAt20: number;
  }[];
}

export async function measure(which: string): Promise<Measured> {
  const opened = await openMeasured(which);
  const { catalog, designs } = opened;
  console.error(`${which}: building the index`);
  const started = performance.now();
  const built = await catalog.rebuildIndex();
  const buildS = built ? (performance.now() - started) / 1000 : null;

  console.error(`${which}: searching in a process of its own`);
  const searched = await searchElsewhere(which);

  console.error(`${which}: comparing with exact searches`);
  const exactMs: number[] = [];
  const searches = [];
  for (const [i, kind] of KINDS.entries()) {
    let [found, expected] = [0, 0];
    for (let number = 0; number < COMPARED; number++) {
      const query = queryOf(opened, number, kind);
      const before = performance.now();
      const exact = await catalog.searchExactly(query);
      if (kind.hasTarget) exactMs.push(performance.now() - before);
      found += countFound(exact, await catalog.search(query));
      expected += exact.length;
    }
    const { name: search, hasTarget } = kind;
    searches.push({ search, hasTarget, ...searched.kinds[i]!, recallAt20: found / expected });
  }
  const exactP50Ms = percentile(exactMs, 0.5);
  const gbPerS = (designs * VECTOR_BYTES) / 1e6 / exactP50Ms;
  const { index } = await catalog.indexStatus();
  const { searchesPerS, memory } = searched;
  const measured = {
    buildS,
    diskMb: (await catalog.bytesOnDisk()) / 1e6,
    indexMb: (index?.bytes ?? 0) / 1e6,
    searchesPerS,
    memory,
    exactP50Ms,
    exactGbPerS: fitsInMemory({ rows: designs }, DIM) ? null : gbPerS,
  };
  await catalog.close();
  return { which, designs, catalog: measured, searches };
}

async function searchElsewhere(which: string): Promise<Searched> {
  const path = fileURLToPath(new URL("search-process.ts", import.meta.url));
  const child = fork(path, [which], { execArgv: ["--import", "tsx"] });
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`The process that searches ended with ${code} before it told anything.`);
  });
  failed.catch(() => {});
  const [searched] = await Promise.race([once(child, "message"), failed]);
  return searched as Searched;
}
