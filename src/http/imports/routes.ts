import { randomBytes } from "node:crypto";
import path from "node:path";
import { createRoute, z } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { csvHeaders, csvText } from "../csv.js";
import { API, type Api, failures, json, type Served } from "../served.js";
import type { ImportJob } from "./import-jobs.js";
import { receiveUpload, uploadsFolder } from "./receive-upload.js";
import { importAnswer, importList, importOf, progressOf } from "./schemas.js";

const idParam = z.object({ id: z.string().max(64) });

const create = createRoute({
  method: "post",
  path: `${API}/imports`,
  summary:
    "Import designs in the background: a ZIP archive, or a manifest (CSV, TSV, JSON Lines) with its pictures",
  request: {
    body: {
      required: true,
      content: {
        "multipart/form-data": {
          schema: z.object({
            files: z.array(z.string()).openapi({
              items: { type: "string", format: "binary" },
              description:
                "One ZIP archive; or a manifest and the pictures that it names; or pictures called x_front.jpg and x_back.jpg.",
            }),
          }),
        },
      },
    },
  },
  responses: { 202: json(importAnswer, "It was begun."), ...failures(400, 413, 503) },
});

const list = createRoute({
  method: "get",
  path: `${API}/imports`,
  summary: "The last imports, the latest first",
  responses: { 200: json(importList, "Without their rejected rows.") },
});

const get = createRoute({
  method: "get",
  path: `${API}/imports/{id}`,
  summary: "How far an import is, and what it rejected",
  request: { params: idParam },
  responses: { 200: json(importAnswer, "The import."), ...failures(400, 404) },
});

const events = createRoute({
  method: "get",
  path: `${API}/imports/{id}/events`,
  summary: "The progress of an import as server-sent events, until it is over",
  request: { params: idParam },
  responses: {
    200: {
      description: "Events called progress, each with an ImportProgress as its data.",
      content: { "text/event-stream": { schema: z.string() } },
    },
    ...failures(400, 404),
  },
});

const errors = createRoute({
  method: "get",
  path: `${API}/imports/{id}/errors.csv`,
  summary: "The rows that an import rejected, with line, id, view, code and reason",
  request: { params: idParam },
  responses: {
    200: { description: "CSV.", content: { "text/csv": { schema: z.string() } } },
    ...failures(400, 404),
  },
});

const cancel = createRoute({
  method: "post",
  path: `${API}/imports/{id}/cancel`,
  summary: "End an import: what the model has begun with is finished, the rest is left",
  request: { params: idParam },
  responses: { 202: json(importAnswer, "It ends soon, or has ended before."), ...failures(400, 404) },
});

/** Between two events of a running import. */
const EVENT_PAUSE_MS = 200;

export function addImportRoutes(api: Api, served: Served): void {
  const { imports } = served;

  // Not validated by its schema, which would take the whole form into memory.
  api.openAPIRegistry.registerPath(create);
  api.post(create.path, async (context) => {
    const job = await startImport(served, context.req.raw);
    context.header("Location", `${API}/imports/${job.id}`);
    return context.json(importOf(job), 202);
  });

  api.openapi(list, (context) => context.json({ imports: imports.list().map(progressOf) }, 200));

  api.openapi(get, (context) => context.json(importOf(imports.get(context.req.valid("param").id)), 200));

  api.openapi(events, (context) => {
    const job = imports.get(context.req.valid("param").id);
    return streamSSE(context, async (stream) => {
      while (!stream.aborted) {
        // Asked before it is told, for it may change while whoever watches is slow to read.
        const changed = isOver(job) ? null : nextChange(served, job.id);
        await stream.writeSSE({ event: "progress", data: JSON.stringify(progressOf(job)) });
        if (changed === null) return;
        await changed;
        await stream.sleep(EVENT_PAUSE_MS);
      }
    });
  });

  api.openapi(errors, (context) => {
    const job = imports.get(context.req.valid("param").id);
    const rows = job.errors.map(({ line, id, view, code, reason }) => [line, id, view, code, reason]);
    return context.body(
      csvText([["line", "id", "view", "code", "reason"], ...rows]),
      200,
      csvHeaders("rejected-rows.csv"),
    );
  });

  api.openapi(cancel, (context) =>
    context.json(importOf(imports.cancel(context.req.valid("param").id)), 202),
  );
}

/**
 * Takes the files of a form and imports them in the background.
 *
 * @throws AppError as receiveUpload; QUEUE_FULL when too many imports wait.
 */
export async function startImport({ diptych, imports }: Served, request: Request): Promise<ImportJob> {
  const directory = path.join(uploadsFolder(diptych.directory), randomBytes(8).toString("hex"));
  return imports.start((signal) => receiveUpload(request, directory, signal));
}

export function isOver({ state }: ImportJob): boolean {
  return state !== "waiting" && state !== "running";
}

function nextChange({ imports }: Served, id: string): Promise<void> {
  return new Promise((resolve) => {
    const end = imports.watch(id, () => {
      end();
      resolve();
    });
  });
}
