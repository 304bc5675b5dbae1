import { beforeAll, describe, expect, test } from "vitest";
import { makeToken, parseTokens } from "../../src/access-tokens.js";
import { createWorkerApp, WorkerMetrics } from "../../src/http/worker-metrics.js";
import { drawingPng } from "../fixtures/drawings.js";
import { createHttpWorld, file, form } from "./http-world.js";

const world = createHttpWorld("safe-headers");
const ORIGIN = { Origin: "https://elsewhere.example" };
const PREFLIGHT = {
  ...ORIGIN,
  "Access-Control-Request-Method": "PUT",
  "Access-Control-Request-Headers": "authorization",
};

beforeAll(async () => {
  const body = form({ front: file("a.png", await drawingPng(1, "front")) });
  expect((await world.send("/api/v1/designs/A", { method: "PUT", body })).status).toBe(201);
});

function expectSafe(response: Response, about: string) {
  const { headers } = response;
  const told = {
    "Content-Security-Policy": headers.get("Content-Security-Policy"),
    "X-Content-Type-Options": headers.get("X-Content-Type-Options"),
    "Referrer-Policy": headers.get("Referrer-Policy"),
    "X-Frame-Options": headers.get("X-Frame-Options"),
    "Cross-Origin-Resource-Policy": headers.get("Cross-Origin-Resource-Policy"),
    "Cross-Origin-Opener-Policy": headers.get("Cross-Origin-Opener-Policy"),
  };
  expect({ about, ...told }).toEqual({
    about,
    "Content-Security-Policy":
      "default-src 'none'; img-src 'self' blob:; script-src 'self'; connect-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
  });
  expect([about, [...headers.keys()].filter((name) => name.startsWith("access-control-"))]).toEqual([
    about,
    [],
  ]);
}

describe("every answer keeps browsers safe and opens nothing to other sites:", () => {
  test.each([
    ["a page", 200, "/"],
    ["a page of a design", 200, "/designs/A"],
    ["a page of a failure", 404, "/designs/none"],
    ["a style sheet or a page without it", 200, "/catalogue"],
    ["an answer of the API", 200, "/api/v1/designs/A"],
    ["the API's description", 200, "/api/v1/openapi.json"],
    ["a picture", 200, "/api/v1/designs/A/views/front"],
    ["a picture in full size", 200, "/api/v1/designs/A/views/front?size=full"],
    ["a contact sheet", 200, "/api/v1/designs/A/similar/sheet.jpg"],
    ["a CSV file", 200, "/api/v1/designs/A/similar/matches.csv"],
    ["a problem", 404, "/api/v1/designs/none"],
    ["a request that is not valid", 400, "/api/v1/designs?limit=none"],
    ["an address where nothing is", 404, "/nothing"],
    ["metrics", 200, "/metrics"],
    ["health", 200, "/livez"],
  ])("%s", async (about, status, address) => {
    for (const headers of [{}, ORIGIN]) {
      const { response } = await world.bytes(address, { headers: { ...headers, Accept: "text/html" } });
      expect(response.status).toBe(status);
      expectSafe(response, about);
    }
    const preflight = await world.bytes(address, { method: "OPTIONS", headers: PREFLIGHT });
    expect(preflight.response.ok).toBe(false);
    expectSafe(preflight.response, `a preflight to ${about}`);
  });

  test("styles and scripts", async () => {
    const page = (await world.bytes("/")).bytes.toString();
    const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/gu)].map(
      ([, address = ""]) => address,
    );
    expect(assets.length).toBeGreaterThan(3);
    for (const address of assets) expectSafe((await world.bytes(address)).response, address);
  });

  test("refusals", async () => {
    const cross = await world.bytes("/search", { method: "POST", headers: ORIGIN });
    expect(cross.status).toBe(400);
    expectSafe(cross.response, "another site's request");
    const { api } = world.serve({}, { tokens: parseTokens(makeToken("a", "search").entry) });
    for (const Accept of ["text/html", "application/json"]) {
      const response = await api.request("/", { headers: { ...ORIGIN, Accept } });
      expect(response.status).toBe(401);
      expectSafe(response, "a request without a token");
    }
  });

  test("a defect", async () => {
    const catalog = { ...world.diptych().catalog, stats: () => Promise.reject(new Error("a defect")) };
    const { response } = await world.serve({ catalog }).bytes("/");
    expect(response.status).toBe(500);
    expectSafe(response, "a defect");
    expect(world.takeDefects()).toHaveLength(1);
  });

  test("those of a worker", async () => {
    const app = createWorkerApp(new WorkerMetrics());
    for (const path of ["/livez", "/metrics", "/nothing"]) expectSafe(await app.request(path), path);
  });
});
