import type { Scope } from "../../access-tokens.js";
import { API } from "../served.js";

export const SIGN_IN = "/sign-in";
export const SIGN_OUT = "/sign-out";

/** What whoever has no token may ask for: it tells nothing of the catalog. */
const OPEN = /^\/(?:livez|readyz|sign-in|sign-out|language|assets\/[^/]+)$/u;
const FOR_ADMINS = ["/metrics", "/status", `${API}/stats`];
/** What is sent to search, and changes nothing. */
const SEARCHES = ["/search", "/upload", `${API}/searches`];
/** Pages and answers for those who change the catalog. */
const OF_CHANGES = new RegExp(`^(?:/catalogue/(?:new|import)|/imports|${API}/imports)(?:/|$)`, "u");

export const isReading = (method: string): boolean => ["GET", "HEAD", "OPTIONS"].includes(method);

export const isSearch = (method: string, path: string): boolean =>
  method === "POST" && SEARCHES.includes(path);

/**
 * The scope that a request needs; null: none. What is not named here needs `search` to be read and `write` to be sent.
 *
 * @param path as the routes are found by: decoded.
 */
export function neededScope(method: string, path: string): Scope | null {
  if (OPEN.test(path)) return null;
  if (FOR_ADMINS.includes(path)) return "admin";
  if (isSearch(method, path)) return "search";
  return isReading(method) && !OF_CHANGES.test(path) ? "search" : "write";
}
