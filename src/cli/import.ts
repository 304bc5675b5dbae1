import path from "node:path";
import { type ImportListeners, openDiptych, openSource } from "../compose.js";
import type { Config } from "../config.js";
import type { ImportProgress } from "../core/import.js";
import { AppError } from "../errors.js";
import { importFeatureFiles } from "../feature-files.js";
import { createImportErrorReport, type ImportErrorReport } from "./import-errors.js";
import { INTERRUPTED, interruptible } from "./interruptible.js";
import { writeTo } from "./output-place.js";
import { formatDuration, type Progress, progressOnTerminal } from "./progress.js";

/** Exit status of `diptych import` beside those of the error table. */
const SOME_ROWS_FAILED = 3;

const MISSING_WORKERS =
  "No worker runs that would embed the pictures: waiting for one; start it with: diptych worker --redis ADDRESS";
const MERGING = "Merging the catalog's files, and building the index if it is large.";
const WORKERS_AGAIN = "A worker runs: the import goes on.";

interface ImportFlags {
  readonly images?: string;
  readonly npy?: string;
  readonly reembed?: boolean;
  readonly rollback?: boolean;
}

type RunImport = (listeners: ImportListeners) => Promise<ImportProgress & { readonly aborted: boolean }>;

/**
 * `diptych import SOURCE`, `--npy DIR`, `--reembed` and `--rollback`
 *
 * @returns the exit status: 0 all in, 3 some rows failed, 130 interrupted.
 */
export async function runImport(
  source: string | undefined,
  flags: ImportFlags,
  config: Config,
): Promise<number> {
  const { images: imagesDirectory, npy, reembed, rollback } = flags;
  const ways = { SOURCE: source, "--npy": npy, "--reembed": reembed, "--rollback": rollback };
  const told = Object.entries(ways).flatMap(([way, value]) => (value === undefined ? [] : way));
  if (told.length !== 1) {
    throw new AppError(
      "INVALID_REQUEST",
      `An import takes one of a SOURCE, --npy DIR, --reembed and --rollback; received ${told.join(" and ") || "none"}.`,
    );
  }
  if (imagesDirectory !== undefined && (reembed || rollback)) {
    throw new AppError(
      "INVALID_REQUEST",
      `--images tells where the pictures of a SOURCE or of --npy are; received it with ${told[0]}, which knows where they are. Leave it out.`,
    );
  }
  if (rollback) return runRollback(config);
  if (reembed) return runReembed(config);
  if (npy !== undefined) {
    return watch(
      config,
      (listeners) => importFeatureFiles(npy, config, { ...listeners, imagesDirectory }),
      "run it again, which begins with the first row",
    );
  }
  // Before a catalog is made for it: a mistyped source leaves nothing behind.
  const designs = await openSource(source!, { imagesDirectory });
  const diptych = await openDiptych({ ...config, create: true });
  try {
    return await watch(config, (listeners) => diptych.import(designs, listeners));
  } finally {
    await diptych.close();
  }
}

async function runRollback(config: Config): Promise<number> {
  const { rollBackCatalog } = await import("../model-jobs.js");
  const { id } = await rollBackCatalog(config);
  process.stderr.write(`The catalog ${config.catalog} holds the embeddings of ${id} again.\n`);
  return 0;
}

async function runReembed(config: Config): Promise<number> {
  const { reembedCatalog } = await import("../model-jobs.js");
  let how = "";
  const status = await watch(config, async (listeners) => {
    const summary = await reembedCatalog(config, listeners);
    how = summary.switched
      ? `The catalog holds the embeddings of ${config.model} now, made from the ${summary.fromPictures ? "pictures" : "stored ones"}; go back with: diptych import --rollback\n`
      : "The catalog holds the embeddings it had: it is switched over once every design has its new ones.\n";
    return summary;
  });
  process.stderr.write(how);
  return status;
}

/**
 * Runs an import with progress on standard error, a report of bad rows in the catalog's folder, and an end on Ctrl-C.
 *
 * @param afterInterruption what a person does then.
 */
async function watch(
  config: Config,
  run: RunImport,
  afterInterruption = "run it again to go on",
): Promise<number> {
  const errorsPath = path.join(config.catalog, "import-errors.csv");
  let report: ImportErrorReport | undefined;
  const started = performance.now();
  let progress: Progress | undefined;
  try {
    const summary = await interruptible((signal) =>
      run({
        async onStart(total) {
          // Not before: an import that cannot begin leaves the last one's report, and no folder where no catalog is.
          report = await writeTo(errorsPath, () => createImportErrorReport(errorsPath));
          progress = progressOnTerminal("designs", total);
        },
        onProgress: ({ rows }) => progress?.update(rows),
        onError: (error) => writeTo(errorsPath, async () => report?.add(error)),
        onMissingWorkers: (areMissing) => progress?.tell(areMissing ? MISSING_WORKERS : WORKERS_AGAIN),
        onCompact: () => progress?.tell(MERGING),
        signal,
      }),
    );
    const seconds = (performance.now() - started) / 1000;
    progress?.tell(describe(summary, seconds, config.catalog, afterInterruption));
    if (report && report.count > 0)
      process.stderr.write(`What was wrong with each, and where: ${errorsPath}\n`);
    if (summary.aborted) return INTERRUPTED;
    return summary.failed > 0 ? SOME_ROWS_FAILED : 0;
  } finally {
    await report?.close();
  }
}

function describe(
  summary: ImportProgress & { aborted: boolean },
  seconds: number,
  catalog: string,
  afterInterruption: string,
): string {
  const { imported, unchanged, failed, aborted } = summary;
  const counts = `${imported} imported, ${unchanged} unchanged, ${failed} failed`;
  const rate = imported > 0 ? ` (${(imported / seconds).toFixed(1)} designs/s)` : "";
  const end = aborted ? `; interrupted: ${afterInterruption}` : "";
  return `${counts} in ${formatDuration(seconds)}${rate}, catalog ${catalog}${end}`;
}
