import { expect, test } from "vitest";
import { findToken, includesScope, makeToken, parseTokens, SCOPES } from "./access-tokens.js";

test("a token that was made is found by its entry, and no other is", () => {
  const made = SCOPES.map((scope) => ({ scope, ...makeToken(`for-${scope}`, scope) }));
  const tokens = parseTokens(made.map(({ entry }) => entry).join(",\n "));
  for (const { token, scope, entry } of made) {
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
    expect(entry).not.toContain(token);
    expect(findToken(tokens, token)).toMatchObject({ name: `for-${scope}`, scope });
    expect(findToken(tokens, `${token}x`)).toBeNull();
    expect(findToken(tokens, token.slice(1))).toBeNull();
  }
  expect(findToken(tokens, makeToken("x", "admin").token)).toBeNull();
  expect(findToken(tokens, "")).toBeNull();
  expect(findToken([], made[0]!.token)).toBeNull();
});

test("admin includes write, which includes search", () => {
  const included = SCOPES.map((scope) => SCOPES.filter((needed) => includesScope(scope, needed)));
  expect(included).toEqual([["search"], ["search", "write"], ["search", "write", "admin"]]);
});

test("no entries are no tokens", () => {
  expect(parseTokens(" ,\n")).toEqual([]);
});

const good = makeToken("a", "search").entry;
const { token } = makeToken("b", "write");
test.each([
  ["a token itself", `${good} ${token}`, /entry 2 is none/u],
  ["a token in place of its hash", `a:search:${token}`, /entry 1 is none/u],
  ["a scope that is none", good.replace("search", "all"), /entry 1 is none/u],
  ["no name", good.slice(1), /entry 1 is none/u],
  ["a part too many", `${good}:x`, /entry 1 is none/u],
  [
    "a name that is there twice",
    `${good},${makeToken("a", "write").entry}`,
    /entry 2 has that of an earlier/u,
  ],
])("entries with %s are refused, and not repeated", (_, text, sentence) => {
  const refused = expect(() => parseTokens(text));
  refused.toThrow(
    expect.objectContaining({ code: "INVALID_REQUEST", message: expect.stringMatching(sentence) }),
  );
  refused.not.toThrow(token);
});

test.each(["", "a b", "a:b", "a\nb", "x".repeat(65)])("a token is not made for the name %j", (name) => {
  expect(() => makeToken(name, "search")).toThrow(/^The name of a token has 1 to 64/u);
});
