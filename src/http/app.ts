import { OpenAPIHono } from "@hono/zod-openapi";
import { secureHeaders } from "hono/secure-headers";
import type { Diptych } from "../compose.js";
import { AppError } from "../errors.js";
import { addDesignRoutes } from "./designs.js";
import { KeptSearches } from "./kept-searches.js";
import { pageRoutes } from "./pages/routes.js";
import { failureOf, problem } from "./problem.js";
import { invalidRequest } from "./schemas.js";
import { addSearchRoutes } from "./searches.js";
import { API, type Api, type Served } from "./served.js";
import { addStatusRoutes } from "./status.js";

export interface AppOptions {
  /** Of Diptych. */
  readonly version: string;
  /** Whether the server takes no more, and only finishes what it has. Default: never. */
  readonly isDraining?: () => boolean;
  /** Told of defects, whole. Default: nobody. */
  readonly onDefect?: (error: AppError) => void;
}

/** The HTTP API and the pages over an open catalog; it does not listen by itself. */
export function createApp(diptych: Diptych, options: AppOptions): Api {
  const { version, isDraining = () => false, onDefect = () => {} } = options;
  const served: Served = { diptych, searches: new KeptSearches() };
  const api = new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return;
      throw invalidRequest(result.error);
    },
  });
  api.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        // blob: a picture that was chosen, before it is sent.
        imgSrc: ["'self'", "blob:"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        styleSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // Whether it is reached by https is for whoever puts a proxy before it.
      strictTransportSecurity: false,
    }),
  );
  addStatusRoutes(api, served, { version, isDraining });
  addSearchRoutes(api, served);
  addDesignRoutes(api, served);
  api.doc31(`${API}/openapi.json`, {
    openapi: "3.1.0",
    info: {
      title: "Diptych",
      version,
      description: "Visual search for designs with two sides, a front and a back.",
    },
  });
  api.route("/", pageRoutes(served, onDefect));
  api.notFound((context) =>
    problem(
      context,
      new AppError("NOT_FOUND", `There is nothing at ${context.req.path}; see ${API}/openapi.json.`),
    ),
  );
  api.onError((error, context) => {
    const failure = failureOf(error);
    if (failure.code === "INTERNAL") onDefect(failure);
    return problem(context, failure);
  });
  return api;
}
