import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { collectDefaultMetrics } from "prom-client";
import { openDiptych } from "../compose.js";
import type { Config } from "../config.js";
import { AppError } from "../errors.js";
import { createApp } from "../http/app.js";
import { removeStaleUploads } from "../http/imports/receive-upload.js";
import { createLog } from "../log.js";
import { version } from "../version.js";
import { untilToldToEnd } from "./interruptible.js";

/** After so long without a byte in either direction a connection is ended. */
const IDLE_MS = 120_000;

export interface ServeFlags {
  readonly port: number;
  readonly host: string;
}

/**
 * `diptych serve`: answers until it is told to end, then finishes what it has.
 *
 * @throws AppError INVALID_REQUEST when the address cannot be listened on; as openDiptych.
 */
export async function runServe({ port, host }: ServeFlags, config: Config): Promise<void> {
  const diptych = await openDiptych({ ...config, create: true });
  await removeStaleUploads(config.catalog);
  let draining = false;
  const log = createLog(config.log);
  const app = createApp(diptych, {
    version,
    isDraining: () => draining,
    onRequest: (request) => log.info(request, "answered"),
    onDefect: (error) => log.error({ err: error.cause ?? error, code: error.code }, error.message),
  });
  collectDefaultMetrics({ register: app.metrics.registry });
  try {
    await new Promise<void>((resolve, reject) => {
      const server = serve(
        // A large upload may take long, as long as it does not stand still.
        { fetch: app.api.fetch, port, hostname: host, serverOptions: { requestTimeout: 0 } },
        (address) => {
          process.stderr.write(`Diptych answers at http://${told(host)}:${address.port}\n`);
        },
      );
      (server as Server).setTimeout(IDLE_MS);
      server.on("error", (cause: NodeJS.ErrnoException) =>
        reject(
          new AppError(
            "INVALID_REQUEST",
            `${host}:${port} cannot be listened on (${cause.code}); choose another --port or --host.`,
            { cause },
          ),
        ),
      );
      void untilToldToEnd().then(() => {
        draining = true;
        // With it end those who watch an import, who would keep the server open.
        void app.close();
        server.close(() => resolve());
      });
    });
  } finally {
    await app.close();
    await diptych.close();
  }
}

/** An IPv6 address stands in brackets. */
function told(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
