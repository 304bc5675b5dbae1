import path from "node:path";
import { openCatalog } from "../../src/adapters/lancedb/open-catalog.js";
import { createProgress, formatDuration } from "../../src/cli/progress.js";
import { parseCondition } from "../../src/core/filter.js";
import type { MeasuredCatalog } from "./measured-catalog.js";
import { DIM, Mixture, RARE } from "./mixture.js";

const SEED = 1;

/** Designs that are in memory at once. */
const BATCH_SIZE = 5000;

export const MODEL = { id: "mixture", sha256: null, embeddingDim: DIM } as const;

/** Opens the generated catalogue of a size; what of it is not there yet is written first. */
export async function openGenerated(designs: number): Promise<MeasuredCatalog> {
  const directory = path.resolve("demo-data", `scale-${designs}-seed-${SEED}`);
  const mixture = new Mixture({ seed: SEED, designs, embeddingDim: DIM });
  const catalog = await openCatalog({ directory, model: MODEL });
  // Written in the order of their numbers, so that how many there are tells where to go on.
  const { designs: present } = await catalog.stats();
  if (present < designs) {
    const now = () => performance.now();
    const started = now();
    const progress = createProgress({ stream: process.stderr, now, total: designs, unit: "designs" });
    for (let first = present; first < designs; first += BATCH_SIZE) {
      const size = Math.min(BATCH_SIZE, designs - first);
      await catalog.upsert(Array.from({ length: size }, (_, i) => mixture.design(first + i)));
      progress.update(first + size);
    }
    await catalog.compact();
    progress.tell(`${designs} designs written and indexed in ${formatDuration((now() - started) / 1000)}`);
  }
  return {
    designs,
    catalog,
    rare: [parseCondition(`${RARE.key}=${RARE.value}`)],
    // Pairs that the catalogue does not hold.
    pair: (number) => mixture.pair(designs + number),
  };
}
