import { createMiddleware } from "hono/factory";
import { AppError } from "../errors.js";
import { isLoopback } from "../loopback.js";

/**
 * Refuses what was sent to this machine by another name. A site can make its name lead here (DNS rebinding): its pages then are of the
 * same origin as the server's for a browser, and the `Host` that it sends is all that tells them apart.
 */
export const loopbackHost = createMiddleware(async (context, next) => {
  const host = context.req.header("Host") ?? new URL(context.req.url).host;
  const address = `http://${host}`;
  const name = URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$/gu, "") : "";
  if (!isLoopback(name)) {
    throw new AppError(
      "INVALID_REQUEST",
      "This server answers to localhost alone; to reach it by another name start it with tokens (diptych token makes one) or with --insecure.",
    );
  }
  await next();
});
