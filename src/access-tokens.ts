import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { AppError } from "./errors.js";

/** What a token may be used for; each includes those before it. */
export const SCOPES = ["search", "write", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

/** A token as the configuration knows it: by its hash. */
export interface AccessToken {
  /** Of whoever uses it, as logs and limits tell it. */
  readonly name: string;
  readonly scope: Scope;
  /** SHA-256 of the token, 32 bytes. */
  readonly digest: Buffer;
}

const NAME = /^[\w.-]{1,64}$/u;
const DIGEST = /^[\da-f]{64}$/iu;

/** Whether what a scope allows includes what is needed. */
export function includesScope(scope: Scope, needed: Scope): boolean {
  return SCOPES.indexOf(scope) >= SCOPES.indexOf(needed);
}

/**
 * A new token, and the entry of DIPTYCH_TOKENS that lets it in.
 *
 * @throws AppError INVALID_REQUEST for a name that an entry cannot hold.
 */
export function makeToken(name: string, scope: Scope): { readonly token: string; readonly entry: string } {
  if (!NAME.test(name)) {
    throw new AppError(
      "INVALID_REQUEST",
      `The name of a token has 1 to 64 letters, digits, dots, dashes and underscores; received ${JSON.stringify(name)}.`,
    );
  }
  const token = randomBytes(32).toString("base64url");
  return { token, entry: `${name}:${scope}:${digestOf(token).toString("hex")}` };
}

/**
 * The entries of DIPTYCH_TOKENS: NAME:SCOPE:SHA256HEX, separated by commas or white space. Faults are told by the entry's place
 * alone, for somebody may have put a token there.
 *
 * @throws AppError INVALID_REQUEST for an entry that is none, and for a name that is there twice.
 */
export function parseTokens(text: string): readonly AccessToken[] {
  const names = new Set<string>();
  const entries = text.split(/[\s,]+/u).filter((entry) => entry !== "");
  return entries.map((entry, i) => {
    const [name = "", scope, digest = "", ...rest] = entry.split(":");
    const known = SCOPES.find((each) => each === scope);
    if (!NAME.test(name) || known === undefined || !DIGEST.test(digest) || rest.length > 0) {
      throw new AppError(
        "INVALID_REQUEST",
        `DIPTYCH_TOKENS has entries NAME:SCOPE:SHA256HEX, as diptych token prints them; entry ${i + 1} is none.`,
      );
    }
    if (names.has(name)) {
      throw new AppError(
        "INVALID_REQUEST",
        `Every entry of DIPTYCH_TOKENS has its own name; entry ${i + 1} has that of an earlier one.`,
      );
    }
    names.add(name);
    return { name, scope: known, digest: Buffer.from(digest, "hex") };
  });
}

/** The entry of a token, if it has one. All are looked at, so that the time tells nothing of which. */
export function findToken(tokens: readonly AccessToken[], token: string): AccessToken | null {
  const digest = digestOf(token);
  let found: AccessToken | null = null;
  for (const entry of tokens) if (timingSafeEqual(entry.digest, digest)) found = entry;
  return found;
}

/** Plain SHA-256 suffices: a token has 256 random bits, which nobody finds by trying, however fast the hash is. */
function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
