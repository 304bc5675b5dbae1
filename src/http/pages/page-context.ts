import type { Context } from "hono";
import { includesScope } from "../../access-tokens.js";
import { askerOf } from "../access/access.js";
import { languageOf } from "./language.js";
import type { PageContext } from "./layout.js";

/** What every page is told of the request for it. The answer to a form has no address of its own. */
export function contextOf(context: Context): PageContext {
  const { pathname, search } = new URL(context.req.url);
  const isForm = context.req.method === "POST";
  const { scope, token } = askerOf(context);
  return {
    language: languageOf(context),
    address: isForm ? "/" : `${pathname}${search}`,
    may: (needed) => scope !== null && includesScope(scope, needed),
    signedIn: token !== null,
  };
}

/**
 * An address to go back to, as a form tells it: of a page of ours alone, never of another host. Only what may stand in an address: browsers
 * leave out a tab, after which `/` could be the second of two slashes.
 */
export function ownAddress(told: unknown): string {
  return typeof told === "string" && /^\/(?![/\\])[\x21-\x7e]*$/u.test(told) ? told : "/";
}

/** Whether the request is one of our scripts', which show what comes of it in the page they are on. */
export function wantsJson(context: Context): boolean {
  return context.req.header("Accept") === "application/json";
}

/**
 * The end of a form that was sent: another page. A script is told its address, and the browser that sent the form itself goes
 * there.
 */
export function goTo(context: Context, address: string): Response {
  if (wantsJson(context)) return context.json({ location: address }, 201);
  return context.redirect(address, 303);
}
