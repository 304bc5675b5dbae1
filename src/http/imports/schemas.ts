import { z } from "@hono/zod-openapi";
import { viewName } from "../schemas.js";
import { IMPORT_STATES, type ImportJob } from "./import-jobs.js";

const rowError = z
  .object({
    line: z.int().openapi({ description: "In the manifest; in an upload without one, the design's place." }),
    id: z.string().nullable(),
    view: viewName.nullable(),
    code: z.string(),
    reason: z.string().openapi({ description: "What was expected, what came, what to do." }),
  })
  .openapi("RowError");

/** Without its rejected rows, which may be many. */
export const importProgress = z
  .object({
    id: z.string(),
    state: z.enum(IMPORT_STATES),
    source: z.string().openapi({ description: "What was sent: a file's name, and how many more there are." }),
    startedAt: z.iso.datetime(),
    total: z.int().nullable().openapi({ description: "Rows in all; null until they are counted." }),
    rows: z.int().openapi({ description: "Rows that are done." }),
    imported: z.int().openapi({ description: "Of these, new or changed." }),
    unchanged: z.int().openapi({ description: "Of these, in the catalog already, just so." }),
    failed: z.int().openapi({ description: "Of these, rejected; what the catalog had under the id stays." }),
    waitsForWorker: z.boolean().openapi({
      description: "No worker runs that would embed its pictures: it goes on by itself once one does.",
    }),
    failure: z
      .object({ code: z.string(), detail: z.string() })
      .nullable()
      .openapi({ description: "Why the import as a whole failed." }),
  })
  .openapi("ImportProgress");

export const importAnswer = importProgress
  .extend({
    errors: z.array(rowError).openapi({ description: "The first rejected views and rows." }),
    errorCount: z.int().openapi({ description: "How many were rejected." }),
  })
  .openapi("Import");

export const importList = z.object({ imports: z.array(importProgress) }).openapi("Imports");

/** Rejected rows that an answer tells; all that are kept are in the CSV. */
const MOST_TOLD = 200;

export function progressOf(job: ImportJob) {
  const { id, state, source, startedAt, total, progress, waitsForWorker, failure } = job;
  return {
    id,
    state,
    source,
    startedAt: startedAt.toISOString(),
    total,
    ...progress,
    waitsForWorker,
    failure,
  };
}

export function importOf(job: ImportJob) {
  return { ...progressOf(job), errors: job.errors.slice(0, MOST_TOLD), errorCount: job.errorCount };
}
