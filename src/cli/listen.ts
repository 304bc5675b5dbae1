import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { AppError } from "../errors.js";

export interface ListenOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly host: string;
  /** After so long without a byte in either direction a connection is ended, between two requests too, in milliseconds. Default: two minutes. */
  readonly idleMs?: number;
  /** So long the head of a request may take, in milliseconds. Default: 20 s. */
  readonly headersMs?: number;
  /** The flags to choose another address by, as a failure tells them. */
  readonly flags: string;
}

/**
 * Answers requests; listening when it returns.
 *
 * @throws AppError INVALID_REQUEST when the address cannot be listened on.
 */
export function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  { port, host, flags, idleMs = 120_000, headersMs = 20_000 }: ListenOptions,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const serverOptions = {
      // A large upload may take long.
      requestTimeout: 0,
      headersTimeout: headersMs,
      connectionsCheckingInterval: headersMs / 2,
      // Node.js's own 5 s are less than proxies keep connections for: one would now and then send a request into a connection that ends.
      keepAliveTimeout: idleMs,
    };
    const server = serve({ fetch, port, hostname: host, serverOptions }, () => resolve(server)) as Server;
    server.setTimeout(idleMs);
    server.on("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new AppError(
          "INVALID_REQUEST",
          `${host}:${port} cannot be listened on (${cause.code}); choose another ${flags}.`,
          { cause },
        ),
      ),
    );
  });
}

/** Takes no more connections; those there are end once what they asked for is answered. */
export function stopListening(server: Server): void {
  // One that is busy now would be kept for its next request. 0 would mean for ever.
  server.keepAliveTimeout = 1;
  server.close();
}
