import { createMiddleware } from "hono/factory";
import { AppError } from "../errors.js";
import { isReading } from "./access/needed-scope.js";

/**
 * Refuses what another site's page makes a browser send. Browsers tell where a request comes from; programs that are none send
 * neither header and are let through.
 */
export const sameOrigin = createMiddleware(async (context, next) => {
  if (!isReading(context.req.method) && isFromElsewhere(context.req.raw)) {
    throw new AppError(
      "INVALID_REQUEST",
      "A request that changes something comes from Diptych's own pages or from a program; received one from another site.",
    );
  }
  await next();
});

function isFromElsewhere({ headers, url }: Request): boolean {
  const site = headers.get("Sec-Fetch-Site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  const origin = headers.get("Origin");
  if (origin === null) return false;
  // Not the scheme: a proxy before this server may speak https.
  return !URL.canParse(origin) || new URL(origin).host !== (headers.get("Host") ?? new URL(url).host);
}
