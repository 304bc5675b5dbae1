import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { AppError } from "../errors.js";

export interface ListenOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly host: string;
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
  { port, host, flags }: ListenOptions,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    // A large upload may take long.
    const server = serve({ fetch, port, hostname: host, serverOptions: { requestTimeout: 0 } }, () =>
      resolve(server),
    ) as Server;
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
