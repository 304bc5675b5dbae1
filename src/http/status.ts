import { createRoute, z } from "@hono/zod-openapi";
import { stats } from "./schemas.js";
import { API, type Api, json, type Served } from "./served.js";

const status = z.object({ status: z.string() });

const live = createRoute({
  method: "get",
  path: "/livez",
  summary: "Whether the process answers",
  responses: { 200: json(status, "It does.") },
});

const ready = createRoute({
  method: "get",
  path: "/readyz",
  summary:
    "Whether requests may be sent here: the model is warm, the catalog open, and the server not about to end",
  responses: { 200: json(status, "They may."), 503: json(status, "Not now.") },
});

const getStats = createRoute({
  method: "get",
  path: `${API}/stats`,
  summary: "What is served",
  responses: { 200: json(stats, "Model, catalog and searches.") },
});

/** @param isDraining whether the server takes no more, and only finishes what it has. */
export function addStatusRoutes(
  api: Api,
  { diptych, searches }: Served,
  { version, isDraining }: { readonly version: string; readonly isDraining: () => boolean },
): void {
  api.openapi(live, (context) => context.json({ status: "live" }, 200));

  api.openapi(ready, async (context) => {
    if (isDraining()) return context.json({ status: "draining" }, 503);
    // Fails when the catalog cannot be read.
    await diptych.catalog.stats();
    return context.json({ status: "ready" }, 200);
  });

  api.openapi(getStats, async (context) => {
    const { id, sha256, embeddingDim } = diptych.model;
    return context.json(
      {
        version,
        model: { id, sha256, embeddingDim },
        aspects: diptych.aspects.map(({ name }) => name),
        catalog: await diptych.catalog.stats(),
        searches: { kept: searches.count },
      },
      200,
    );
  });
}
