import type { Config } from "../config.js";
import { AppError } from "../errors.js";
import { metricTable } from "../evaluation/metrics.js";
import { type TrainSummary, trainHead } from "../model-jobs.js";
import { formatTable } from "../text-table.js";
import type { Epoch } from "../training/fit-head.js";
import { readPairs } from "../training/pairs.js";
import { RETRIEVAL_METRICS } from "../training/retrieval.js";
import type { Change, Changes } from "../training/train.js";
import { orInterrupted } from "./interruptible.js";
import { requireWritable, writeTo } from "./output-place.js";

/** Exit status of `diptych train` beside those of the error table. */
const NO_BETTER = 3;

interface TrainFlags {
  readonly group?: string;
  readonly id?: string;
  readonly seed: number;
  readonly json?: boolean;
}

/**
 * `diptych train PAIRS.csv` and `diptych train --group ATTRIBUTE`
 *
 * @returns the exit status: 0 a pack was written, 3 the head was no better, 130 interrupted.
 */
export async function runTrain(
  file: string | undefined,
  { group, id, seed, json }: TrainFlags,
  config: Config,
): Promise<number> {
  if ((file === undefined) === (group === undefined)) {
    throw new AppError(
      "INVALID_REQUEST",
      `A head is learnt from either PAIRS.csv or --group ATTRIBUTE; received ${file === undefined ? "neither" : "both"}.`,
    );
  }
  await requireWritable(config.models);
  const labels = file === undefined ? { attribute: group! } : { pairs: await readPairs(file) };
  return orInterrupted("Interrupted; nothing was written.", async (signal) => {
    const request = { labels, id, seed, onEpoch: tellEpoch, signal };
    const summary = await writeTo(config.models, () => trainHead(config, request));
    process.stdout.write(json ? `${JSON.stringify(toJson(summary), null, 2)}\n` : formatSummary(summary));
    return summary.pack ? 0 : NO_BETTER;
  });
}

function tellEpoch({ number, loss, validation }: Epoch): void {
  const name = number === 0 ? "as it is" : `epoch ${number}`;
  const told = loss === null ? "" : `, loss ${loss.toFixed(3)}`;
  process.stderr.write(`${name}: validation nDCG@20 ${validation.toFixed(3)}${told}\n`);
}

function formatSummary({ designs, changes, wornChanges, pack, directory }: TrainSummary): string {
  const head = `${designs.queries} held-out designs; learnt from ${designs.train}, stopped by ${designs.validation}\n\n`;
  const worn = wornChanges
    ? `\nAgainst the head in use, which may have learnt from designs that are held out now:\n\n${formatChanges("head in use", wornChanges)}`
    : "";
  const table = formatChanges("before", changes) + worn;
  const end = pack
    ? `Wrote the model pack ${pack.id} to ${directory}. Use it with: diptych import --reembed --model ${pack.id}`
    : `No pack was written: on the held-out designs the head is not better than the model ${wornChanges ? "without a head" : "as it is"}. More labels may help.`;
  return `${head}${table}\n${end}\n`;
}

function formatChanges(before: string, changes: Changes): string {
  const rows = RETRIEVAL_METRICS.map((metric) => {
    const { before, after, difference } = changes[metric];
    const interval = difference.map((end) => `${end < 0 ? "" : "+"}${end.toFixed(3)}`).join(" to ");
    return [metricTable[metric].label, before.toFixed(3), after.toFixed(3), interval];
  });
  return formatTable([["metric", before, "after", "difference, 95 % interval"], ...rows]);
}

function toJson({ pack, directory, epoch, designs, changes, wornChanges, better }: TrainSummary) {
  return {
    pack,
    directory: pack ? directory : null,
    better,
    epoch,
    designs,
    ...changesToJson(changes),
    headInUse: wornChanges && changesToJson(wornChanges),
  };
}

function changesToJson(changes: Changes) {
  const perMetric = <T>(of: (change: Change) => T) =>
    Object.fromEntries(RETRIEVAL_METRICS.map((metric) => [metric, of(changes[metric])]));
  return {
    before: perMetric(({ before }) => before),
    after: perMetric(({ after }) => after),
    differences: perMetric(({ difference }) => difference),
  };
}
