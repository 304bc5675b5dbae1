import { errorTable } from "../../errors.js";
import { neededScope } from "./needed-scope.js";

/** As much of an OpenAPI document as tells of access. */
interface Described {
  readonly paths?: object;
  readonly components?: object;
}

type Operations = Readonly<Record<string, { readonly responses?: object }>>;

const problem = (code: "UNAUTHENTICATED" | "FORBIDDEN" | "RATE_LIMITED") => ({
  description: `${errorTable[code].title}: an RFC 9457 problem document.`,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});

/** The same document with the token and the scope that each operation needs where the server asks for tokens. */
export function withAccess<T extends Described>(document: T): T {
  const paths = Object.entries(document.paths ?? {}).map(([path, operations]) => [
    path,
    Object.fromEntries(
      Object.entries(operations as Operations).map(([method, operation]) => {
        const scope = neededScope(method.toUpperCase(), path);
        if (scope === null) return [method, { ...operation, security: [] }];
        const refusals = { 401: problem("UNAUTHENTICATED"), 403: problem("FORBIDDEN") };
        const limited = method === "get" ? {} : { 429: problem("RATE_LIMITED") };
        const responses = { ...operation.responses, ...refusals, ...limited };
        return [method, { ...operation, security: [{ token: [scope] }], responses }];
      }),
    ),
  ]);
  const token = {
    type: "http",
    scheme: "bearer",
    description:
      "Asked for where the server has DIPTYCH_TOKENS. Scopes: search, write, which includes it, and admin, which includes both.",
  };
  return {
    ...document,
    paths: Object.fromEntries(paths),
    components: { ...document.components, securitySchemes: { token } },
  };
}
