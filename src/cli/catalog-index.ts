import { type IndexStatus, indexStatus, rebuildIndex, verifyIndex } from "../catalog-index.js";
import type { Config } from "../config.js";
import { formatTable } from "../text-table.js";
import { formatDuration, type Progress, progressOnTerminal } from "./progress.js";

/** Exit status of `diptych index verify` beside those of the error table. */
const BELOW_TARGET = 1;

/** How often a build tells that it goes on: LanceDB does not tell how far it is. */
const STILL_BUILDING_MS = 5_000;

interface JsonFlag {
  readonly json?: boolean;
}

/** `diptych index status` */
export async function runIndexStatus({ json }: JsonFlag, config: Config): Promise<void> {
  tellStatus(await indexStatus(config), json);
}

/** `diptych index rebuild` */
export async function runIndexRebuild({ json }: JsonFlag, config: Config): Promise<void> {
  const started = performance.now();
  const passed = () => formatDuration((performance.now() - started) / 1000);
  const stillBuilding = setInterval(
    () => process.stderr.write(`Building the index for ${passed()}; searches go on meanwhile.\n`),
    STILL_BUILDING_MS,
  );
  try {
    const { built, status } = await rebuildIndex(config);
    process.stderr.write(built ? `Built the index in ${passed()}.\n` : "There is no index to build.\n");
    tellStatus(status, json);
  } finally {
    clearInterval(stillBuilding);
  }
}

/**
 * `diptych index verify`
 *
 * @returns the exit status: 0 the recall aimed at is reached, or nothing is searched through an index; 1 it is not.
 */
export async function runIndexVerify({ json }: JsonFlag, config: Config): Promise<number> {
  let progress: Progress | undefined;
  const used = isUsed(await indexStatus(config));
  if (!used) {
    process.stderr.write(
      "No index is used: every search is exact, and there is nothing to compare it with.\n",
    );
  }
  const onSearched = (done: number, total: number) => {
    progress ??= progressOnTerminal("searches", total);
    progress.update(done);
    if (done === total) progress.tell(`Compared ${total} searches with exact ones.`);
  };
  const recalls = used ? await verifyIndex(config, onSearched) : [];
  const target = config.targetRecall;
  const rows = recalls.map((recall) => ({ ...recall, reached: recall.recallAt20 >= target }));
  if (json) process.stdout.write(`${JSON.stringify({ used, target, weights: rows }, null, 2)}\n`);
  else if (used) {
    const cells = rows.map(({ weights: { front, back }, queries, recallAt20, reached }) => {
      return [`${front} / ${back}`, `${queries}`, recallAt20.toFixed(4), `${target}`, reached ? "yes" : "NO"];
    });
    process.stdout.write(
      formatTable([["front / back", "searches", "recall@20", "target", "reached"], ...cells]),
    );
  }
  return rows.every(({ reached }) => reached) ? 0 : BELOW_TARGET;
}

function isUsed({ designs, threshold, index }: IndexStatus): boolean {
  return index !== null && threshold !== null && designs >= threshold;
}

function tellStatus(status: IndexStatus, json = false): void {
  const { designs, threshold, index } = status;
  const kind = index === null ? null : "IVF_RQ";
  const indexed = index?.indexed ?? 0;
  const told = {
    designs,
    threshold,
    kind,
    indexed,
    unindexed: designs - indexed,
    bytes: index?.bytes ?? 0,
    used: isUsed(status),
  };
  if (json) process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
  else {
    process.stdout.write(
      formatTable([
        ["designs", `${designs}`],
        ["index", kind ?? "none"],
        ["is used", told.used ? "yes" : "no: every design is compared"],
        ["in the index", `${indexed}`],
        ["not in it", `${told.unindexed}`],
        [
          "from",
          threshold === null ? "never: embeddings of this length have none" : `${threshold} designs on`,
        ],
        ["size", `${(told.bytes / 1e6).toFixed(1)} MB`],
      ]),
    );
  }
}
