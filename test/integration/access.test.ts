import { beforeAll, describe, expect, test } from "vitest";
import { makeToken, parseTokens, SCOPES, type Scope } from "../../src/access-tokens.js";
import { neededScope } from "../../src/http/access/needed-scope.js";
import type { AnsweredRequest } from "../../src/http/app.js";
import type { Api } from "../../src/http/served.js";
import { drawingPng } from "../fixtures/drawings.js";
import { createHttpWorld, file, form, type Problem } from "./http-world.js";
import { type OpenApiDocument, operationsOf } from "./openapi-document.js";

const world = createHttpWorld("access");

const made = SCOPES.map((scope) => ({ scope, ...makeToken(`a-${scope}`, scope) }));
const tokens = parseTokens(made.map(({ entry }) => entry).join(" "));
const tokenOf = (scope: Scope) => made.find((each) => each.scope === scope)!.token;
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const PAGE = { Accept: "text/html" };

let api: Api;
let at = 0;
const answered: AnsweredRequest[] = [];
beforeAll(async () => {
  ({ api } = world.serve(
    {},
    { tokens, now: () => at, trustProxy: false, onRequest: (request) => answered.push(request) },
  ));
  const body = form({ front: file("a.png", await drawingPng(1, "front")) });
  expect((await world.send("/api/v1/designs/A", { method: "PUT", body })).status).toBe(201);
});

/** A request as one of the address sends it. */
const send = (address: string, init: RequestInit = {}, from?: string) =>
  api.request(
    address,
    init,
    from && {
      incoming: {
        socket: { remoteAddress: from, remotePort: 1, remoteFamily: from.includes(":") ? "IPv6" : "IPv4" },
      },
    },
  );

/** Every route of the API and the pages, with something for what stands open in its path. */
function routes() {
  const all = api.routes.filter(({ method }) => method !== "ALL");
  const told = all.map(({ method, path }) => ({
    method,
    path: path.replaceAll(/:\w+(?:\{[^}]*\})?/gu, "none"),
  }));
  return [...new Map(told.map((route) => [`${route.method} ${route.path}`, route])).values()];
}

describe("a server with tokens", () => {
  test("lets nobody in without one, but to what tells nothing", async () => {
    const open: string[] = [];
    expect(routes().length).toBeGreaterThan(40);
    for (const { method, path } of routes()) {
      const response = await send(path, { method });
      // What the form to sign in answers to no token is a page.
      if (response.status !== 401 || path === "/sign-in") {
        open.push(`${method} ${path.replace(/\.\w{12}\./u, ".")}`);
        continue;
      }
      expect(response.headers.get("WWW-Authenticate")).toBe('Bearer realm="Diptych"');
      expect(await response.json()).toMatchObject({ code: "UNAUTHENTICATED", status: 401 });
    }
    const assets = ["style.css", "icon.svg", "search.js", "crop.js", "result.js", "beside.js", "upload.js"];
    expect(open.toSorted()).toEqual(
      [
        ...["GET /livez", "GET /readyz", "GET /sign-in", "POST /sign-in", "POST /sign-out", "POST /language"],
        ...[...assets, "progress.js", "failure.js"].map((name) => `GET /assets/${name}`),
      ].toSorted(),
    );
    expect((await send("/nothing/here")).status).toBe(401);
    for (const path of ["/livez", "/readyz"]) {
      expect(await (await send(path)).text()).toMatch(/^\{"status":"\w+"\}$/u);
    }
  });

  test("lets each token do what its scope includes, and no more", async () => {
    const needed: Record<string, Scope> = {
      "GET /": "search",
      "HEAD /catalogue": "search",
      "GET /api/v1/designs/A": "search",
      "GET /api/v1/designs/A/views/front": "search",
      "GET /api/v1/openapi.json": "search",
      "POST /api/v1/searches": "search",
      "POST /search": "search",
      "POST /upload": "search",
      "PUT /api/v1/designs/B": "write",
      "DELETE /api/v1/designs/none": "write",
      "POST /api/v1/designs/none/restore": "write",
      "POST /designs/none": "write",
      "POST /designs/none/delete": "write",
      "POST /designs/none/restore": "write",
      "GET /catalogue/new": "write",
      "POST /catalogue/new": "write",
      "GET /catalogue/import": "write",
      "POST /catalogue/import": "write",
      "GET /imports/none": "write",
      "POST /imports/none/cancel": "write",
      "GET /api/v1/imports": "write",
      "POST /api/v1/imports": "write",
      "GET /api/v1/imports/none/events": "write",
      "POST /api/v1/imports/none/cancel": "write",
      "GET /metrics": "admin",
      "GET /status": "admin",
      "GET /api/v1/stats": "admin",
      // Nothing is there, and what is sent might change something.
      "POST /api/v1/searches/": "write",
      "PATCH /": "write",
    };
    for (const [request, least] of Object.entries(needed)) {
      const [method = "", path = ""] = request.split(" ");
      for (const scope of SCOPES) {
        const { status } = await send(path, { method, headers: bearer(tokenOf(scope)) });
        const isLetIn = SCOPES.indexOf(scope) >= SCOPES.indexOf(least);
        expect([request, scope, status === 403, status === 401]).toEqual([request, scope, !isLetIn, false]);
      }
    }
  });

  test.each([
    "/%6detrics",
    "/api/v1/%73tats",
    "/./metrics",
    "/x/../metrics",
    "/api//v1/../v1/stats",
    "/METRICS",
    "/metrics/",
    "/metrics?x",
    "//metrics",
  ])("tells by no other way of writing it, as %s, what only some may read", async (path) => {
    const response = await send(`http://localhost${path}`, { headers: bearer(tokenOf("search")) });
    expect(response.status).toBeOneOf([403, 404]);
  });

  test.each<[string, Record<string, string>]>([
    ["another token", bearer(makeToken("x", "admin").token)],
    ["the hash of one", bearer(tokens[2]!.digest.toString("hex"))],
    ["the entry of one", bearer(made[2]!.entry)],
    ["no token", { Authorization: "Bearer " }],
    ["another scheme", { Authorization: `Basic ${tokenOf("admin")}` }],
    ["two tokens", bearer(`${tokenOf("admin")}, ${tokenOf("admin")}`)],
  ])("refuses %s, and repeats none", async (_, headers) => {
    at += 60_000;
    const response = await send("/api/v1/designs", { headers });
    expect(response.status).toBe(401);
    const text = await response.text();
    for (const sent of Object.values(headers)) expect(text).not.toContain(sent.split(" ")[1] || "Basic");
  });

  test("tells in its log whose token it was", async () => {
    answered.length = 0;
    await send("/api/v1/designs/A", { headers: bearer(tokenOf("search")) });
    await send("/api/v1/designs/A");
    expect(answered.map(({ token, status }) => [token, status])).toEqual([
      ["a-search", 200],
      [null, 401],
    ]);
  });

  test("lets no cache between server and browser keep what it tells", async () => {
    const headers = bearer(tokenOf("search"));
    const design = (await (await send("/api/v1/designs/A", { headers })).json()) as {
      thumbnails: { front: string };
    };
    const kept = async (path: string) => (await send(path, { headers })).headers.get("Cache-Control");
    expect(await kept(design.thumbnails.front)).toBe("private, max-age=31536000, immutable");
    expect(await kept("/catalogue")).toBe("private, no-cache");
    expect(await kept("/api/v1/designs/A")).toBe("private, no-cache");
  });

  test("describes what each operation needs", async () => {
    const document = (await (
      await send("/api/v1/openapi.json", { headers: bearer(tokenOf("search")) })
    ).json()) as OpenApiDocument & { components: { securitySchemes: object } };
    expect(document.components.securitySchemes).toMatchObject({ token: { type: "http", scheme: "bearer" } });
    for (const { method, path, responses, ...operation } of operationsOf(document)) {
      const scope = neededScope(method, path);
      expect(operation).toMatchObject({ security: scope === null ? [] : [{ token: [scope] }] });
      expect(["401", "403"].every((status) => status in responses)).toBe(scope !== null);
      expect("429" in responses).toBe(method !== "GET");
    }
  });
});

describe("in a browser", () => {
  const cookieOf = (response: Response) => response.headers.get("Set-Cookie") ?? "";
  const signIn = (token: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    send("/sign-in", { method: "POST", body: form({ token, ...fields }), headers: { ...PAGE, ...headers } });

  test("a page asks for a token and goes on where it was asked for", async () => {
    const asked = await send("/catalogue?filter=a%3Db", { headers: PAGE });
    expect(asked.status).toBe(401);
    const text = await asked.text();
    expect(text).toContain('<form class="edit" method="post" action="/sign-in">');
    const [, back = ""] = /name="return" value="([^"]+)"/u.exec(text) ?? [];
    const signedIn = await signIn(` ${tokenOf("write")}\n`, { return: back.replaceAll("&amp;", "&") });
    expect([signedIn.status, signedIn.headers.get("Location")]).toEqual([303, "/catalogue?filter=a%3Db"]);
    const cookie = cookieOf(signedIn);
    expect(cookie).toMatch(/^diptych-token=\S+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/u);
    const headers = { ...PAGE, Cookie: cookie.split(";")[0]! };
    expect((await send("/catalogue", { headers })).status).toBe(200);
    expect((await send("/status", { headers })).status).toBe(403);
    const out = await send("/sign-out", { method: "POST", headers });
    expect([out.status, out.headers.get("Location")]).toEqual([303, "/sign-in"]);
    expect(cookieOf(out)).toMatch(/^diptych-token=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/u);
  });

  test("the cookie is kept to https where that is spoken", async () => {
    expect(cookieOf(await signIn(tokenOf("search"), {}, { "X-Forwarded-Proto": "https" }))).toMatch(
      /; Secure/u,
    );
    const body = form({ token: tokenOf("search") });
    expect(cookieOf(await send("https://localhost/sign-in", { method: "POST", body }))).toMatch(/; Secure/u);
  });

  test.each([
    "https://elsewhere.example/",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "javascript:x",
    "",
  ])("nobody is led to %j", async (back) => {
    expect((await signIn(tokenOf("search"), { return: back })).headers.get("Location")).toBe("/");
  });

  test("another site cannot sign anybody in", async () => {
    const headers = { "Sec-Fetch-Site": "cross-site" };
    const response = await signIn(tokenOf("search"), {}, headers);
    expect([response.status, cookieOf(response)]).toEqual([400, ""]);
  });

  test("a wrong token is told in the page's language, and one that was taken away is forgotten", async () => {
    at += 60_000;
    const wrong = await signIn("wrong", { return: "/status" }, { "Accept-Language": "zh-TW" });
    expect([wrong.status, cookieOf(wrong)]).toEqual([401, ""]);
    const text = await wrong.text();
    expect(text).toContain("無法辨識這個權杖");
    expect(text).toContain('name="return" value="/status"');
    const headers = { ...PAGE, Cookie: `diptych-token=${makeToken("x", "admin").token}` };
    const gone = await send("/", { headers });
    expect(gone.status).toBe(401);
    expect(cookieOf(gone)).toMatch(/^diptych-token=; Max-Age=0;/u);
    expect((await signIn("x".repeat(20_000))).status).toBe(400);
  });

  test("what the token may not use is not shown", async () => {
    const pages: Record<Scope, string> = { search: "", write: "", admin: "" };
    for (const scope of SCOPES) {
      const headers = { ...PAGE, ...bearer(tokenOf(scope)) };
      for (const path of ["/", "/catalogue", "/designs/A", "/designs/A/similar"]) {
        const response = await send(path, { headers });
        expect(response.status).toBe(200);
        pages[scope] += await response.text();
      }
      const addresses = [...pages[scope].matchAll(/<(a|form)\b[^>]*?(?:href|action)="(\/[^"#?]*)/gu)];
      expect(addresses.length).toBeGreaterThan(10);
      // Whatever a page leads to, the token may use.
      for (const [, element, address = ""] of addresses) {
        const needed = neededScope(element === "a" ? "GET" : "POST", decodeURI(address));
        expect([scope, address, needed === null || SCOPES.indexOf(needed) <= SCOPES.indexOf(scope)]).toEqual([
          scope,
          address,
          true,
        ]);
      }
    }
    expect(pages.search).not.toMatch(/\/delete"|\/catalogue\/new|\/catalogue\/import|href="\/status"/u);
    expect(pages.write).toContain('action="/designs/A/delete"');
    expect(pages.write).toContain('href="/catalogue/new"');
    expect(pages.write).not.toContain('href="/status"');
    expect(pages.admin).toContain('href="/status"');
    expect(pages.search).toContain('action="/sign-out"');
  });

  test("a token that does not suffice says so, and another can be used", async () => {
    const response = await send("/status", { headers: { ...PAGE, ...bearer(tokenOf("search")) } });
    expect(response.status).toBe(403);
    const text = await response.text();
    expect(text).toContain("needs a token with the scope admin");
    expect(text).toContain('href="/sign-in"');
  });
});

describe("a server without tokens", () => {
  test("asks for none, and has no page to sign in", async () => {
    expect((await world.bytes("/status")).status).toBe(200);
    expect((await world.bytes("/metrics")).status).toBe(200);
    expect((await world.bytes("/sign-in")).status).toBe(404);
    expect((await world.bytes("/catalogue")).bytes.toString()).not.toContain("sign-out");
    expect((await world.bytes("/catalogue")).response.headers.get("Cache-Control")).toBeNull();
  });
});

describe("the limits", () => {
  const search = (from?: string, headers: Record<string, string> = {}) =>
    send("/api/v1/searches", { method: "POST", headers: { ...bearer(tokenOf("search")), ...headers } }, from);
  const change = (from: string | undefined, token: string) =>
    send("/api/v1/designs/none", { method: "DELETE", headers: bearer(token) }, from);

  /** How many are let in before one is refused. */
  async function letIn(ask: (i: number) => Response | Promise<Response>): Promise<[number, Response]> {
    for (let i = 0; i < 5000; i++) {
      const response = await ask(i);
      if (response.status === 429) return [i, response];
    }
    throw new Error("Nothing was refused.");
  }

  async function expectRefusal(response: Response) {
    expect(Number(response.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
    expect((await response.json()) as Problem).toMatchObject({ code: "RATE_LIMITED", status: 429 });
  }

  test("hold for a token wherever it is used, and let it in again after the time they told", async () => {
    at += 600_000;
    const [count, response] = await letIn((i) => search(i % 2 ? undefined : `192.0.2.${i % 200}`));
    expect(count).toBe(600);
    const retryAfterS = Number(response.headers.get("Retry-After"));
    await expectRefusal(response);
    at += retryAfterS * 1000;
    expect((await search()).status).toBe(400);
    // Reading and changing are other things.
    expect((await send("/api/v1/designs", { headers: bearer(tokenOf("search")) })).status).toBe(200);
    const [changes, refused] = await letIn(() => change(undefined, tokenOf("write")));
    expect(changes).toBe(1200);
    await expectRefusal(refused);
  });

  test("hold for an address whatever its tokens, and for a whole network of IPv6", async () => {
    for (const addresses of [
      ["198.51.100.1", "::ffff:198.51.100.1"],
      ["2001:db8::1", "2001:db8:0:0:ffff::2"],
    ]) {
      at += 600_000;
      const used = ["write", "admin"] as const;
      const [count] = await letIn((i) => change(addresses[i % 2], tokenOf(used[i % 2]!)));
      expect(count).toBe(1200);
      expect((await change("203.0.113.9", tokenOf("admin"))).status).toBe(404);
    }
  });

  test("of addresses do not hold for this machine", async () => {
    const { api: open } = world.serve({}, { now: () => at });
    const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });
    const ask = (address: string) => open.request("/api/v1/searches", { method: "POST" }, from(address));
    for (let i = 0; i < 650; i++) {
      for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
        expect((await ask(address)).status).toBe(400);
    }
    expect((await letIn(() => ask("192.0.2.77")))[0]).toBe(600);
  });

  test("go by X-Forwarded-For only where the proxy is trusted, and by what that wrote", async () => {
    at += 600_000;
    const untrusted = (i: number) =>
      send(
        "/api/v1/designs/none",
        {
          method: "DELETE",
          headers: {
            ...bearer(tokenOf(i % 2 ? "write" : "admin")),
            "X-Forwarded-For": `203.0.113.${i % 250}`,
          },
        },
        "192.0.2.5",
      );
    expect((await letIn(untrusted))[0]).toBe(1200);
    const { api: trusting } = world.serve({}, { trustProxy: true, now: () => at });
    const ask = (forwarded: string) =>
      trusting.request(
        "/api/v1/searches",
        { method: "POST", headers: { "X-Forwarded-For": forwarded } },
        { incoming: { socket: { remoteAddress: "127.0.0.1" } } },
      );
    // What a client puts before the proxy's own entry changes nothing.
    expect((await letIn((i) => ask(`10.0.0.${i % 250}, 203.0.113.1`)))[0]).toBe(600);
    expect((await ask("203.0.113.1, 203.0.113.2")).status).toBe(400);
  });

  test("hold for tokens that are not known, and never keep one out that is", async () => {
    at += 600_000;
    const guess = () => send("/api/v1/designs", { headers: bearer("guessed") }, "192.0.2.99");
    const [count, response] = await letIn(guess);
    expect(count).toBe(20);
    await expectRefusal(response);
    const known = { headers: bearer(tokenOf("search")) };
    expect((await send("/api/v1/designs", known, "192.0.2.99")).status).toBe(200);
    expect((await send("/api/v1/designs", { headers: bearer("guessed") }, "192.0.2.98")).status).toBe(401);
    const body = form({ token: "guessed" });
    const page = await send("/sign-in", { method: "POST", body, headers: PAGE }, "192.0.2.99");
    expect([page.status, page.headers.get("Retry-After")]).toEqual([429, "6"]);
    expect(await page.text()).toContain("There were too many wrong tokens. Try again in 6 seconds.");
  });
});
