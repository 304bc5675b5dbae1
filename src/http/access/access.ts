import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { type AccessToken, findToken, includesScope, type Scope } from "../../access-tokens.js";
import { AppError } from "../../errors.js";
import { clientAddress } from "./client-address.js";
import { Limits } from "./limits.js";
import { neededScope } from "./needed-scope.js";

const COOKIE = "diptych-token";
const SIGNED_IN_FOR_S = 30 * 24 * 60 * 60;

export interface AccessOptions {
  /** Whom to let in; none: everybody. */
  readonly tokens: readonly AccessToken[];
  /** Whether the proxy before the server is believed who asks. */
  readonly trustProxy: boolean;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
}

/** Who asks, as the routes are told. */
export interface Asker {
  /** What they may do; null: nothing that needs a token. */
  readonly scope: Scope | null;
  /** The name of their token; null without one. */
  readonly token: string | null;
}

/** Who asks; nobody where the request was refused before that was known. */
export function askerOf(context: Context): Asker {
  return context.get("asker") ?? { scope: null, token: null };
}

/** Lets in who has a token that allows what they ask for, no more often than the limits say. */
export class Access {
  readonly #options: AccessOptions;
  readonly #limits: Limits;

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#limits = new Limits(options.now);
  }

  /** Whether tokens are asked for. */
  get isRequired(): boolean {
    return this.#options.tokens.length > 0;
  }

  /** @throws AppError UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED */
  readonly middleware = createMiddleware<{ Variables: { asker: Asker } }>(async (context, next) => {
    const { method, path } = context.req;
    const needed = neededScope(method, path);
    const asker = this.#askerOf(context, needed);
    context.set("asker", asker);
    if (needed !== null) {
      if (asker.scope === null || !includesScope(asker.scope, needed)) {
        throw new AppError(
          "FORBIDDEN",
          `This needs a token with the scope ${needed}; the one received has ${asker.scope}.`,
        );
      }
      const address = clientAddress(context, this.#options.trustProxy);
      this.#limits.countRequest(method, path, { token: asker.token, address });
    }
    await next();
    if (this.isRequired && needed !== null) keepPrivate(context.res.headers);
  });

  /**
   * Keeps a token in the browser that sent it.
   *
   * @throws AppError UNAUTHENTICATED, RATE_LIMITED
   */
  signIn(context: Context, token: string): void {
    this.#find(context, token);
    setCookie(context, COOKIE, token, { ...cookieOptions(context), maxAge: SIGNED_IN_FOR_S });
  }

  signOut(context: Context): void {
    deleteCookie(context, COOKIE, cookieOptions(context));
  }

  #askerOf(context: Context, needed: Scope | null): Asker {
    if (!this.isRequired) return { scope: "admin", token: null };
    if (needed === null) return { scope: null, token: null };
    const [, bearer] = /^Bearer +(\S+)$/iu.exec(context.req.header("Authorization") ?? "") ?? [];
    const presented = bearer ?? getCookie(context, COOKIE);
    if (presented === undefined) {
      throw new AppError(
        "UNAUTHENTICATED",
        "This server asks for a token; send it as Authorization: Bearer TOKEN, or sign in at /sign-in.",
      );
    }
    // So that a browser whose token was taken away is asked for another, and not refused for trying too often.
    if (bearer === undefined && findToken(this.#options.tokens, presented) === null) this.signOut(context);
    const { scope, name } = this.#find(context, presented);
    return { scope, token: name };
  }

  /** A token that is known is let in however many others failed: nobody can keep others out. */
  #find(context: Context, presented: string): AccessToken {
    const found = findToken(this.#options.tokens, presented);
    if (found) return found;
    this.#limits.countFailedSignIn(clientAddress(context, this.#options.trustProxy));
    throw new AppError("UNAUTHENTICATED", "The token is not known here; ask the server's keeper for one.");
  }
}

function cookieOptions(context: Context) {
  const { protocol } = new URL(context.req.url);
  // Whoever lies about it gets a cookie of their own that their browser keeps to itself.
  const secure = protocol === "https:" || context.req.header("X-Forwarded-Proto") === "https";
  // Lax, so that a link in a mail leads to the page and not to the sign-in; what another site makes a browser send sameOrigin refuses.
  return { path: "/", httpOnly: true, sameSite: "Lax", secure } as const;
}

/** Caches between server and browser keep nothing that needs a token. */
function keepPrivate(headers: Headers): void {
  const told = headers.get("Cache-Control");
  headers.set("Cache-Control", told?.replace("public", "private") ?? "private, no-cache");
}
