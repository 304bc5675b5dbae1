import { createRoute, z } from "@hono/zod-openapi";
import { problemDocument, stats } from "./schemas.js";
import { API, type Api, failures, json, type Served } from "./served.js";

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
    "Whether requests may be sent here: the model is warm, here or in a worker, the catalog open, and the server not about to end",
  responses: {
    200: json(status, "They may."),
    503: {
      description: "Not now; a problem document where the catalog cannot be read.",
      content: {
        "application/json": { schema: status },
        "application/problem+json": { schema: problemDocument },
      },
    },
  },
});

const getStats = createRoute({
  method: "get",
  path: `${API}/stats`,
  summary: "What is served, and how fast",
  responses: { 200: json(stats, "Model, catalog, searches, imports and process."), ...failures(409, 503) },
});

const metrics = createRoute({
  method: "get",
  path: "/metrics",
  summary: "Counters and times for Prometheus",
  responses: {
    200: { description: "Prometheus's text format.", content: { "text/plain": { schema: z.string() } } },
    ...failures(409, 503),
  },
});

/** @param isDraining whether the server takes no more, and only finishes what it has. */
export function addStatusRoutes(api: Api, served: Served, isDraining: () => boolean): void {
  const { registry } = served.metrics;
  api.openapi(live, (context) => context.json({ status: "live" }, 200));

  api.openapi(ready, async (context) => {
    if (isDraining()) return context.json({ status: "draining" }, 503);
    // Both fail when they cannot be reached.
    await served.diptych.catalog.stats();
    const { workers } = await served.diptych.load();
    const isWarm = workers === null || workers.some(({ model }) => model === served.diptych.model.sha256);
    return isWarm ? context.json({ status: "ready" }, 200) : context.json({ status: "no worker" }, 503);
  });

  api.openapi(getStats, async (context) => context.json(await statsOf(served), 200));

  api.openapi(metrics, async (context) =>
    context.text(await registry.metrics(), 200, { "Content-Type": registry.contentType }),
  );
}

/** What a server tells of itself. */
export async function statsOf({ diptych, searches, imports, metrics, version }: Served) {
  // What cannot be reached is told as such: the rest is asked for all the more.
  const load = await diptych.load().catch(() => null);
  const { id, sha256, embeddingDim } = diptych.model;
  const [catalog, bytesOnDisk] = await Promise.all([diptych.catalog.stats(), diptych.catalog.bytesOnDisk()]);
  return {
    version,
    node: process.versions.node,
    uptimeS: Math.round(process.uptime()),
    residentBytes: process.memoryUsage.rss(),
    model: { id, sha256, embeddingDim },
    aspects: diptych.aspects.map(({ name }) => name),
    catalog: { ...catalog, bytesOnDisk },
    searches: { kept: searches.count, embedding: metrics.searchesEmbedding },
    imports: { unfinished: imports.unfinished },
    queue: load && { waiting: load.waiting, workers: load.workers && [...load.workers] },
    latency: await metrics.latency(),
  };
}
