import { beforeAll, describe, expect, test } from "vitest";
import { drawingPng } from "../fixtures/drawings.js";
import { createHttpWorld, type Design, file, form, type Problem } from "./http-world.js";

const world = createHttpWorld("operation");

const front = async (design: number) => file("front.png", await drawingPng(design, "front"));
async function put(id: string, design: number, attributes: object, headers: Record<string, string> = {}) {
  const body = form({ front: await front(design), attributes: JSON.stringify(attributes) });
  return world.send<Design & Problem>(`/api/v1/designs/${id}`, { method: "PUT", body, headers });
}

beforeAll(async () => {
  await put("A", 1, { category: "tee", price: 10, code: "007" });
  await put("B", 2, { category: "tee", price: 30.5 });
  await put("C", 3, { category: "polo" });
});

describe("a request that changes something", () => {
  const crossSite = [
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
    { Origin: "https://elsewhere.example" },
    { Origin: "null" },
    { Origin: "http://localhost:81" },
    { "Sec-Fetch-Site": "cross-site", Origin: "http://localhost" },
  ];
  test.each(crossSite)("is refused when another site's page sends it, with %j", async (headers) => {
    const requests = [
      put("X", 4, {}, headers),
      world.send("/api/v1/designs/A", { method: "DELETE", headers }),
      world.send("/api/v1/designs/A/restore", { method: "POST", headers }),
      world.send("/api/v1/imports/none/cancel", { method: "POST", headers }),
      world.send("/api/v1/searches", { method: "POST", headers, body: form({ front: await front(1) }) }),
      world.send("/api/v1/imports", { method: "POST", headers, body: form({ files: file("a.zip", "x") }) }),
    ];
    for (const { status, body } of await Promise.all(requests)) {
      expect([status, body.code]).toEqual([400, "INVALID_REQUEST"]);
      expect(body.detail).toMatch(/another site/u);
    }
    for (const page of ["/search", "/upload", "/language", "/catalogue/import"]) {
      const { status } = await world.bytes(page, { method: "POST", headers, body: form({ language: "en" }) });
      expect([page, status]).toEqual([page, 400]);
    }
    expect(await world.ids()).toEqual(["A", "B", "C"]);
    expect(await world.uploadsLeft()).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ["from a program", {}],
    ["from Diptych's own page", { "Sec-Fetch-Site": "same-origin", Origin: "http://localhost" }],
    ["by a person at the address line", { "Sec-Fetch-Site": "none" }],
    ["from an older browser", { Origin: "http://localhost" }],
    ["through a proxy that speaks https", { Origin: "https://designs.example", Host: "designs.example" }],
  ])("is accepted %s", async (_, headers) => {
    expect((await put("A", 1, { category: "tee", price: 10, code: "007" }, headers)).status).toBe(200);
  });

  test("is told from one that only reads, which other sites' links may lead to", async () => {
    const headers = { "Sec-Fetch-Site": "cross-site", Origin: "https://elsewhere.example" };
    expect(await world.send("/api/v1/designs/A", { headers })).toMatchObject({ status: 200 });
    expect((await world.bytes("/", { headers })).status).toBe(200);
    expect((await world.bytes("/", { method: "HEAD", headers })).status).toBe(200);
  });
});

describe("the attributes", () => {
  test("are told with their values, those of most designs first", async () => {
    const { body } = await world.get<{ attributes: object[] }>("/api/v1/attributes");
    expect(body.attributes).toEqual([
      {
        ...{ key: "category", designs: 3, complete: true, range: null },
        values: [
          { value: "tee", designs: 2 },
          { value: "polo", designs: 1 },
        ],
      },
      expect.objectContaining({ key: "price", designs: 2, range: { min: 10, max: 30.5 } }),
      expect.objectContaining({ key: "code", values: [{ value: "007", designs: 1 }], range: null }),
    ]);
  });

  test("change with the designs", async () => {
    await put("C", 3, { season: "SS26" });
    const { body } = await world.get<{ attributes: { key: string }[] }>("/api/v1/attributes");
    expect(body.attributes.map(({ key }) => key)).toContain("season");
  });
});

describe("the metrics", () => {
  /** The numbers of a metric, by its labels as they are written. */
  async function metric(name: string): Promise<Record<string, number>> {
    const { response, bytes } = await world.bytes("/metrics");
    expect(response.headers.get("Content-Type")).toMatch(/^text\/plain; version=0\.0\.4/u);
    const lines = bytes.toString().matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, "gmu"));
    return Object.fromEntries([...lines].map(([, labels = "", value]) => [labels, Number(value)]));
  }

  test("count and time the stages of searches", async () => {
    const before = await metric("diptych_search_stage_seconds_count");
    const { id } = await world.search({ front: await front(1) });
    await world.get(`/api/v1/searches/${id}?topK=1`);
    const after = await metric("diptych_search_stage_seconds_count");
    const more = (stage: string) => after[`stage="${stage}"`]! - (before[`stage="${stage}"`] ?? 0);
    expect([more("embed"), more("rank")]).toEqual([1, 2]);
    const seconds = await metric("diptych_search_stage_seconds");
    for (const stage of ["embed", "rank"]) {
      for (const quantile of [0.5, 0.95, 0.99]) {
        expect(seconds[`quantile="${quantile}",stage="${stage}"`]).toBeGreaterThan(0);
      }
    }
    const { body } = await world.get<{ latency: Record<string, object> }>("/api/v1/stats");
    const told = { count: expect.any(Number), p50Ms: expect.any(Number), p95Ms: expect.any(Number) };
    expect(body.latency).toEqual({ embed: told, rank: told });
    expect(await metric("diptych_searches_embedding")).toEqual({ "": 0 });
  });

  test("count failures by their code, and requests by their route", async () => {
    const failures = () => metric("diptych_failures_total");
    const before = await failures();
    await world.get("/api/v1/designs/none");
    await world.get("/api/v1/designs/none/similar");
    await world.bytes("/nowhere", { headers: { Accept: "text/html" } });
    await world.post("/api/v1/searches", form({ front: file("front.png", "no picture") }));
    const after = await failures();
    const more = (code: string) => after[`code="${code}"`]! - (before[`code="${code}"`] ?? 0);
    expect([more("NOT_FOUND"), more("UNSUPPORTED_IMAGE")]).toEqual([3, 1]);
    const requests = await metric("diptych_http_request_duration_seconds_count");
    expect(Object.keys(requests)).toContain('method="GET",route="/api/v1/designs/:id",status="404"');
    expect(Object.keys(requests).join()).not.toContain("none");
  });

  test("tell how much there is", async () => {
    expect(await metric("diptych_catalog_designs")).toEqual({ "": 3 });
    expect(await metric("diptych_imports_unfinished")).toEqual({ "": 0 });
    expect((await metric("diptych_searches_kept"))[""]).toBeGreaterThan(0);
  });
});
