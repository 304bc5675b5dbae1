/** `web.ts REDIS CATALOG`: the article's web process, `run_web_server.py`, with Diptych's own picture reader and ranking. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { collectDefaultMetrics, Registry } from "prom-client";
import { createImageReader } from "../../../src/adapters/image/reader.js";
import { openCatalog } from "../../../src/adapters/lancedb/open-catalog.js";
import { readConfig } from "../../../src/config.js";
import { search } from "../../../src/core/search.js";
import { createJudge } from "../../../src/core/verdict.js";
import { picturesOf } from "../../../src/http/searching.js";
import { findPack } from "../../../src/model-packs.js";
import { createPolledEmbedder } from "./polled-embedder.js";

const [url, directory] = process.argv.slice(2);
const { model, models, catalog: place } = readConfig({ catalog: directory }, {});
const pack = await findPack(model, models);
const { input, resizePolicy, resample } = pack.manifest;
const embedder = createPolledEmbedder(pack, url!);
const ports = {
  images: createImageReader({ inputSize: input.size, resizePolicy, resample }),
  embedder,
  catalog: await openCatalog({ directory: place, model: pack.identity, create: false }),
  judge: embedder.verdicts && createJudge(embedder.aspects, embedder.verdicts),
  now: () => performance.now(),
};
const registry = new Registry();
collectDefaultMetrics({ register: registry });

const app = new Hono();
app.post("/predict", async (context) => {
  const { front, back } = await context.req.parseBody();
  const { matches } = await search({ pictures: await picturesOf({ front, back }) }, ports);
  return context.json({ success: true, matches });
});
app.get("/metrics", async (context) => context.text(await registry.metrics()));
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`The article's web process answers at http://127.0.0.1:${port}`);
});
