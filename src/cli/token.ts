import { makeToken, SCOPES } from "../access-tokens.js";
import { AppError } from "../errors.js";

export interface TokenFlags {
  readonly name: string;
  readonly scope: string;
}

/**
 * `diptych token`: makes a token. It is told once and kept nowhere.
 *
 * @throws AppError INVALID_REQUEST for a scope that is none, and as makeToken.
 */
export function runToken({ name, scope }: TokenFlags): void {
  const known = SCOPES.find((each) => each === scope);
  if (known === undefined) {
    throw new AppError(
      "INVALID_REQUEST",
      `The scope of a token is one of ${SCOPES.join(", ")}; received ${JSON.stringify(scope)}.`,
    );
  }
  const { token, entry } = makeToken(name, known);
  process.stderr.write("The token, which is shown this once, and the entry for DIPTYCH_TOKENS:\n");
  process.stdout.write(`${token}\n${entry}\n`);
}
