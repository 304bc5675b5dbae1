import { constants } from "node:fs";
import { access, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { type Diptych, openDiptych, readPicture } from "../compose.js";
import type { Config } from "../config.js";
import { parseAspects } from "../core/aspects.js";
import { VIEWS } from "../core/design.js";
import type { RankingRequest } from "../core/search.js";
import { AppError } from "../errors.js";
import { type Evaluation, evaluate } from "../evaluation/evaluate.js";
import { type LabelledQuery, type QueryFailure, readQueries } from "../evaluation/queries.js";
import { renderReport } from "../evaluation/report-page.js";
import { gatherPictures } from "../evaluation/report-pictures.js";
import { formatReport } from "../evaluation/report-text.js";
import { missingDesigns, type Quality, summarize, worstOutcomes } from "../evaluation/summary.js";
import { printable } from "../printable.js";
import { writeTo } from "./output-place.js";
import { formatDuration, progressOnTerminal } from "./progress.js";

/** Exit status of `diptych eval` beside those of the error table. */
const SOME_QUERIES_FAILED = 3;

/** How many of the worst queries are listed on the terminal, and shown on a page. */
const LISTED_QUERIES = 10;
const SHOWN_QUERIES = 24;

/** How many failures and ids are told on standard error; the page has them all. */
const TOLD = 20;

interface EvalFlags {
  readonly aspect?: string;
  readonly ignoreColour?: boolean;
  readonly json?: boolean;
  readonly html?: string;
}

/**
 * `diptych eval QUERIES.csv`
 *
 * @returns the exit status: 0 all measured, 3 some lines could not be.
 * @throws AppError INVALID_REQUEST when no query at all could be measured.
 */
export async function runEval(file: string, flags: EvalFlags, config: Config): Promise<number> {
  const aspects = flags.aspect === undefined ? undefined : parseAspects(flags.aspect);
  const { queries, failures } = await readQueries(file);
  const page = flags.html === undefined ? null : path.resolve(flags.html);
  // Before the work, which may take long.
  if (page !== null) await writeTo(page, () => access(path.dirname(page), constants.W_OK));
  if (queries.length === 0) throw nothingMeasured(file, failures);

  const diptych = await openDiptych(config);
  try {
    const evaluation = await measure(queries, diptych, config, {
      ...(aspects && { aspects }),
      ignoreColour: flags.ignoreColour ?? false,
    });
    const failed = [...failures, ...evaluation.failures].sort((a, b) => a.line - b.line);
    if (evaluation.outcomes.length === 0) throw nothingMeasured(file, failed);
    const quality = summarize(evaluation.outcomes);
    tellTrouble(failed, missingDesigns(evaluation.outcomes));
    // Before the page: whatever becomes of that, the figures are not lost.
    if (flags.json) process.stdout.write(`${JSON.stringify(quality, null, 2)}\n`);
    else process.stdout.write(formatReport(quality, worstOutcomes(evaluation.outcomes, LISTED_QUERIES)));
    if (page !== null) {
      const content = await drawPage(path.basename(file), quality, evaluation, failed, diptych);
      await writeTo(page, () => writeFile(page, content));
      process.stderr.write(`Report: ${page}\n`);
    }
    return failed.length > 0 ? SOME_QUERIES_FAILED : 0;
  } finally {
    await diptych.close();
  }
}

async function measure(
  queries: readonly LabelledQuery[],
  { embed, checkRanking, rank, catalog }: Diptych,
  config: Config,
  how: Pick<RankingRequest, "aspects" | "ignoreColour">,
): Promise<Evaluation> {
  // What cannot be used is told before any picture is read; it is asked of all queries alike, whatever views they have.
  checkRanking(VIEWS, how);
  const now = () => performance.now();
  const started = now();
  const progress = progressOnTerminal("queries", queries.length);
  const evaluation = await evaluate(
    queries,
    {
      embed,
      rank: (embeddings, request) => rank(embeddings, { ...request, ...how }),
      catalog,
      readFile: readPicture,
    },
    {
      concurrency: config.threads ?? availableParallelism(),
      onProgress: (done) => progress.update(done),
    },
  );
  progress.tell(`${evaluation.outcomes.length} measured in ${formatDuration((now() - started) / 1000)}`);
  return evaluation;
}

async function drawPage(
  name: string,
  quality: Quality,
  { outcomes }: Evaluation,
  failures: readonly QueryFailure[],
  { catalog, model, thumbnail }: Diptych,
): Promise<string> {
  const worst = worstOutcomes(outcomes, SHOWN_QUERIES);
  const pictures = await gatherPictures(worst, { catalog, thumbnail, readFile: readPicture });
  const { designs } = await catalog.stats();
  const missing = missingDesigns(outcomes);
  return renderReport({ name, model, designs, quality, outcomes, worst, failures, missing, pictures });
}

function tellTrouble(failures: readonly QueryFailure[], missing: readonly string[]): void {
  for (const failure of failures.slice(0, TOLD)) process.stderr.write(`${printable(describe(failure))}\n`);
  if (failures.length > TOLD) process.stderr.write(`and ${failures.length - TOLD} more lines\n`);
  if (missing.length > 0) {
    const more = missing.length > TOLD ? ` and ${missing.length - TOLD} more` : "";
    const ids = printable(missing.slice(0, TOLD).join(", "));
    process.stderr.write(`Relevant designs that the catalog lacks count as not found: ${ids}${more}\n`);
  }
}

function describe({ line, id, reason }: QueryFailure): string {
  return `Line ${line} (${id}) was not measured. ${reason}`;
}

function nothingMeasured(file: string, failures: readonly QueryFailure[]): AppError {
  const [first] = failures;
  const why = first ? describe(first) : "It has no lines below its header.";
  return new AppError("INVALID_REQUEST", `${file} has no query that could be measured. ${why}`);
}
