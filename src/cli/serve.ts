import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { collectDefaultMetrics } from "prom-client";
import type { AccessToken } from "../access-tokens.js";
import { openDiptych } from "../compose.js";
import type { Config } from "../config.js";
import { createApp } from "../http/app.js";
import { removeStaleUploads } from "../http/imports/receive-upload.js";
import { Metrics } from "../http/metrics.js";
import { createLog } from "../log.js";
import { refuseExposure } from "../loopback.js";
import { version } from "../version.js";
import { letGarbageGather } from "./garbage.js";
import { untilToldToEnd } from "./interruptible.js";
import { listen, stopListening } from "./listen.js";

export interface ServeFlags {
  readonly port: number;
  readonly host: string;
  /** Whom to let in; none: everybody. */
  readonly tokens: readonly AccessToken[];
  readonly insecure?: boolean;
  readonly trustProxy?: boolean;
}

/**
 * `diptych serve`: answers until it is told to end, then finishes what it has.
 *
 * @throws AppError INVALID_REQUEST when the address cannot be listened on, or may not be without tokens; as openDiptych.
 */
export async function runServe(flags: ServeFlags, config: Config): Promise<void> {
  const { port, host, tokens, insecure, trustProxy = false } = flags;
  const loopbackOnly = refuseExposure(host, tokens, { flag: "--host", insecure });
  const metrics = new Metrics();
  const onBatch = (pictures: number, ms: number) => metrics.noteBatch(pictures, ms);
  const diptych = await openDiptych({ ...config, create: true, onBatch });
  await removeStaleUploads(config.catalog);
  let draining = false;
  const log = createLog(config.log);
  const app = createApp(diptych, {
    version,
    metrics,
    tokens,
    loopbackOnly,
    trustProxy,
    isDraining: () => draining,
    onRequest: (request) => log.info(request, "answered"),
    onDefect: (error) => log.error({ err: error.cause ?? error, code: error.code }, error.message),
  });
  collectDefaultMetrics({ register: metrics.registry });
  try {
    const server = await listen(app.api.fetch, { port, host, flags: "--port or --host" });
    const address = server.address() as AddressInfo;
    letGarbageGather();
    await untilToldToEnd(() => {
      process.stderr.write(`Diptych answers at http://${told(host)}:${address.port}\n`);
    });
    draining = true;
    const ended = once(server, "close");
    stopListening(server);
    // With it end those who watch an import, who would keep the server open.
    await app.close();
    await ended;
  } finally {
    await app.close();
    await diptych.close();
  }
}

/** An IPv6 address stands in brackets. */
function told(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
