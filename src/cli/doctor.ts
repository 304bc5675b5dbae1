import type { Config } from "../config.js";
import { type Examination, examineCatalog, type Finding } from "../doctor.js";
import { formatTable } from "../text-table.js";
import { type Progress, progressOnTerminal } from "./progress.js";

/** Exit status of `diptych doctor` beside those of the error table. */
const SOMETHING_IS_WRONG = 3;

/** Terminal columns: enough that no remedy is cut. */
const MAX_SHOWN_WIDTH = 300;

export interface DoctorFlags {
  readonly repair?: boolean;
  readonly json?: boolean;
}

/**
 * `diptych doctor`
 *
 * @returns the exit status: 0 nothing is lost or wrong, 3 something is.
 */
export async function runDoctor({ repair = false, json }: DoctorFlags, config: Config): Promise<number> {
  let progress: Progress | undefined;
  const examination = await examineCatalog(config, {
    repair,
    onStart(total) {
      progress = progressOnTerminal("designs", total);
    },
    onProgress: (rows) => progress?.update(rows),
  });
  progress?.tell(`${examination.designs} designs examined, catalog ${config.catalog}`);
  process.stdout.write(json ? `${JSON.stringify(examination, null, 2)}\n` : describe(examination));
  return examination.findings.some(isOpen) ? SOMETHING_IS_WRONG : 0;
}

function isOpen({ serious, repaired }: Finding): boolean {
  return serious && !repaired;
}

function describe({ findings }: Examination): string {
  if (findings.length === 0) return "Everything is as it should be.\n";
  const rows = findings.map(({ kind, subject, detail, remedy, repaired }) => [
    kind,
    subject,
    detail,
    repaired ? "repaired" : "",
    remedy,
  ]);
  const open = findings.filter(isOpen).length;
  const repaired = findings.filter((finding) => finding.repaired).length;
  return `${formatTable(rows, MAX_SHOWN_WIDTH)}${findings.length} findings: ${repaired} repaired, ${open} to be looked after.\n`;
}
