import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { requestId } from "hono/request-id";
import type { AccessToken } from "../access-tokens.js";
import type { Diptych } from "../compose.js";
import { Admission } from "../core/admission.js";
import { LANES } from "../core/ports.js";
import { AppError } from "../errors.js";
import { Access, askerOf } from "./access/access.js";
import { withAccess } from "./access/describe-access.js";
import { admitSearches, MAX_FORMS_BYTES } from "./admission.js";
import { DeletedDesigns } from "./deleted-designs.js";
import { addDesignRoutes } from "./designs.js";
import { ImportJobs } from "./imports/import-jobs.js";
import { addImportRoutes } from "./imports/routes.js";
import { KeptSearches } from "./kept-searches.js";
import { loopbackHost } from "./loopback-host.js";
import { Metrics } from "./metrics.js";
import { pageRoutes, showFailure } from "./pages/routes.js";
import { failureOf, isForKeeper, problem } from "./problem.js";
import { safeHeaders } from "./safe-headers.js";
import { sameOrigin } from "./same-origin.js";
import { invalidRequest } from "./schemas.js";
import { addSearchRoutes } from "./searches.js";
import { API, type Api, type Served } from "./served.js";
import { sheetsInTurn } from "./sheets-in-turn.js";
import { addStatusRoutes } from "./status.js";

export interface AppOptions {
  /** Of Diptych. */
  readonly version: string;
  /** Whom to let in. Default: everybody. */
  readonly tokens?: readonly AccessToken[];
  /** What is told of the server. Default: metrics of its own. */
  readonly metrics?: Metrics;
  /** Whether only requests for this machine's own names are answered ({@link loopbackHost}). Default: no. */
  readonly loopbackOnly?: boolean;
  /** Whether the proxy before the server is believed who asks. Default: no. */
  readonly trustProxy?: boolean;
  /** The clock of the limits, in milliseconds. Default: the process's. */
  readonly now?: () => number;
  /** Whether the server takes no more, and only finishes what it has. Default: never. */
  readonly isDraining?: () => boolean;
  /** Told of every request that was answered. Default: nobody. */
  readonly onRequest?: (request: AnsweredRequest) => void;
  /** Told, whole, of failures that are not a stranger's making: defects, and a catalog or a model that cannot be used. Default: nobody. */
  readonly onDefect?: (error: AppError) => void;
}

/** A request as it stands in the logs: without its query string, pictures or headers. */
export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** The name of the token that it came with, if any. */
  readonly token: string | null;
  readonly status: number;
  readonly ms: number;
}

/** What answers requests. */
export interface App {
  readonly api: Api;
  /** Ends what runs in the background; to be awaited before the catalog is closed. */
  close(): Promise<void>;
}

/** The HTTP API and the pages over an open catalog; it does not listen by itself. */
export function createApp(diptych: Diptych, options: AppOptions): App {
  const {
    version,
    metrics = new Metrics(),
    isDraining = () => false,
    onDefect = () => {},
    onRequest = () => {},
  } = options;
  const { tokens = [], loopbackOnly = false, trustProxy = false, now = () => performance.now() } = options;
  const access = new Access({ tokens, trustProxy, now });
  const served: Served = {
    diptych: { ...metrics.measured(diptych), contactSheet: sheetsInTurn(diptych) },
    admission: new Admission(now, MAX_FORMS_BYTES),
    searches: new KeptSearches(diptych.thumbnail),
    deleted: new DeletedDesigns(diptych),
    imports: new ImportJobs(diptych, onDefect),
    metrics,
    version,
  };
  addGauges(served);
  /** Any failure as one of the table, counted and, if it is a defect, told. */
  const note = (error: unknown): AppError => {
    const failure = failureOf(error);
    metrics.countFailure(failure.code);
    if (isForKeeper(failure)) onDefect(failure);
    return failure;
  };

  const api = new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return;
      throw invalidRequest(result.error);
    },
  });
  api.use(requestId());
  api.use(async (context, next) => {
    const started = performance.now();
    await next();
    const { method, path } = context.req;
    const ms = Math.round(performance.now() - started);
    const { token } = askerOf(context);
    onRequest({ requestId: context.get("requestId"), method, path, token, status: context.res.status, ms });
  });
  api.use(metrics.middleware);
  api.use(safeHeaders);
  if (loopbackOnly) api.use(loopbackHost);
  api.use(sameOrigin);
  api.use(access.middleware);
  const admitted = admitSearches(served.admission);
  for (const path of [`${API}/searches`, "/search", "/upload"]) api.use(path, admitted);
  addStatusRoutes(api, served, isDraining);
  addSearchRoutes(api, served);
  addDesignRoutes(api, served);
  addImportRoutes(api, served);
  const document = {
    openapi: "3.1.0",
    info: {
      title: "Diptych",
      version,
      description: "Visual search for designs with two sides, a front and a back.",
    },
  };
  const describe = () => withAccess(api.getOpenAPI31Document(document));
  api.get(`${API}/openapi.json`, (context) => context.json(describe()));
  api.route("/", pageRoutes(served, { access, note, describe }));
  api.notFound((context) => {
    const failure = note(
      new AppError("NOT_FOUND", `There is nothing at ${context.req.path}; see ${API}/openapi.json.`),
    );
    return isForPeople(context) ? showFailure(context, failure) : problem(context, failure);
  });
  api.onError((error, context) => {
    const failure = note(error);
    const isPage = isForPeople(context) && !context.req.path.startsWith(`${API}/`);
    return isPage ? showFailure(context, failure) : problem(context, failure);
  });
  return { api, close: () => served.imports.close() };
}

function isForPeople({ req }: Context): boolean {
  return req.header("Accept")?.includes("text/html") ?? false;
}

function addGauges({ diptych, searches, imports, metrics }: Served): void {
  metrics.gauge("diptych_catalog_designs", "Designs in the catalog.", async () => {
    const { designs } = await diptych.catalog.stats();
    return designs;
  });
  for (const lane of LANES) {
    metrics.gauge(
      `diptych_queue_depth_${lane}`,
      `Pictures that wait for the model, of the lane ${lane}.`,
      async () => {
        // Not known while Redis cannot be reached.
        const load = await diptych.load().catch(() => null);
        return load?.waiting[lane] ?? Number.NaN;
      },
    );
  }
  metrics.gauge(
    "diptych_searches_embedding",
    "Searches whose pictures are being decoded and embedded.",
    () => metrics.searchesEmbedding,
  );
  metrics.gauge("diptych_searches_kept", "Searches that can be ranked again.", () => searches.count);
  metrics.gauge("diptych_imports_unfinished", "Imports that run or wait.", () => imports.unfinished);
}
