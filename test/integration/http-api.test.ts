import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { rasterise, writeCatalogue } from "../../demo/catalogue.js";
import { createFlatDesign } from "../../demo/flats/design.js";
import { drawFlat } from "../../demo/flats/draw.js";
import { perturb } from "../../demo/perturb.js";
import { type App, createApp } from "../../src/http/app.js";
import type { designPage, problemDocument, searchAnswer } from "../../src/http/schemas.js";
import type { Api } from "../../src/http/served.js";
import { type AppError, type Diptych, openDiptych } from "../../src/index.js";

const SEED = 5;
const DESIGNS = 24;
const wanted = createFlatDesign(SEED, 7);

type Answer = z.infer<typeof searchAnswer>;
type Page = z.infer<typeof designPage>;
type Problem = z.infer<typeof problemDocument>;

let directory: string;
let diptych: Diptych;
let api: Api;
let app: App;
let draining = false;
const defects: AppError[] = [];
const pictures = {} as Record<"front" | "back", Buffer>;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-http-"));
  const { manifest } = await writeCatalogue({ directory, count: DESIGNS, seed: SEED });
  diptych = await openDiptych({ catalog: path.join(directory, "catalog"), create: true });
  await diptych.import(manifest);
  app = createApp(diptych, {
    version: "1.2.3",
    isDraining: () => draining,
    onDefect: (error) => defects.push(error),
  });
  ({ api } = app);
  for (const view of ["front", "back"] as const) {
    pictures[view] = await perturb(await rasterise(drawFlat(wanted, view)), "mild", 1);
  }
});
afterAll(async () => {
  await app.close();
  await diptych.close();
  await rm(directory, { recursive: true });
});

function form(fields: Record<string, string | Buffer | readonly string[]>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (Buffer.isBuffer(value)) data.append(name, new File([value], `${name}.jpg`));
    else for (const each of [value].flat()) data.append(name, each);
  }
  return data;
}

async function searchFor(fields: Parameters<typeof form>[0]) {
  const response = await api.request("/api/v1/searches", { method: "POST", body: form(fields) });
  return { response, body: (await response.json()) as Answer & Problem };
}

async function get<T = Problem>(address: string, headers: Record<string, string> = {}) {
  const response = await api.request(address, { headers });
  return { response, body: (await response.json()) as T };
}

async function getPicture(address: string, headers: Record<string, string> = {}) {
  const response = await api.request(address, { headers });
  return { response, picture: Buffer.from(await response.arrayBuffer()) };
}

describe("a search", () => {
  test("finds the design, is kept at its own address, and is ranked again there", async () => {
    const { response, body } = await searchFor({ ...pictures, topK: "3" });
    expect(response.status).toBe(201);
    expect(response.headers.get("Location")).toBe(`/api/v1/searches/${body.id}`);
    expect(body.matches).toHaveLength(3);
    expect(body.matches[0]).toMatchObject({ rank: 1, id: wanted.id, verdict: "same" });
    expect(body.weights).toEqual({ front: 0.5, back: 0.5 });

    const again = await get<Answer>(`${response.headers.get("Location")}?topK=3`);
    expect(again.response.status).toBe(200);
    expect(again.body).toEqual(body);

    const frontOnly = await get<Answer>(`${response.headers.get("Location")}?front=3&back=0`);
    expect(frontOnly.body.weights).toEqual({ front: 1, back: 0 });
    expect(frontOnly.body.matches).toHaveLength(20);
    for (const { score, views } of frontOnly.body.matches) expect(score).toBeCloseTo(views.front!, 10);

    const direct = await diptych.search({
      pictures: { front: pictures.front },
      aspects: { detail: 0.8, shape: 0.2 },
    });
    const weighed = await get<Answer>(
      `${response.headers.get("Location")}?back=0&aspect=detail%3D0.8,shape%3D0.2`,
    );
    expect(weighed.body.matches.map(({ id }) => id)).toEqual(direct.matches.map(({ id }) => id));
  });

  test("takes a weight that was left empty for one that was not told", async () => {
    const { body } = await searchFor({ ...pictures, frontWeight: "", backWeight: "0.5", topK: "1" });
    expect(body.weights).toEqual({ front: 0.5, back: 0.5 });
  });

  test("is told that it cannot be ranked so before its pictures are read", async () => {
    const undecodable = { front: Buffer.from("no picture") };
    for (const [asked, reason] of [
      [{ aspect: "nosuch=1" }, "nosuch"],
      [{ aspect: "detail=1", ignoreColour: "true" }, "received both"],
      [{ frontWeight: "0" }, "weigh"],
    ] as const) {
      const { response, body } = await searchFor({ ...undecodable, ...asked });
      expect(response.status).toBe(400);
      expect(body).toMatchObject({ code: "INVALID_REQUEST", detail: expect.stringContaining(reason) });
    }
  });

  test("by one side, with filters, keeps to them", async () => {
    const { category, colour } = { category: "tee|polo|hoodie", colour: "black" };
    const filter = [`category=${category}`, `colour!=${colour}`];
    const { response, body } = await searchFor({ back: pictures.back, filter, topK: "100" });
    expect(response.status).toBe(201);
    const all = (await diptych.catalog.list({ limit: 100 })).designs;
    const fitting = all.filter(
      ({ attributes }) =>
        category.split("|").includes(String(attributes.category)) && attributes.colour !== colour,
    );
    expect(fitting.length).toBeGreaterThan(0);
    expect(fitting.length).toBeLessThan(DESIGNS);
    expect(body.matches.map(({ id }) => id).toSorted()).toEqual(fitting.map(({ id }) => id).toSorted());
    expect(Object.keys(body.query)).toEqual(["back"]);
  });

  test("has its query's thumbnails and a contact sheet in three formats", async () => {
    const { body } = await searchFor(pictures);
    const thumbnail = await getPicture(body.query.front!);
    expect(thumbnail.response.headers.get("Content-Type")).toBe("image/webp");
    expect(await sharp(thumbnail.picture).metadata()).toMatchObject({ format: "webp", height: 256 });
    for (const [format, kind] of [
      ["jpg", "jpeg"],
      ["png", "png"],
      ["webp", "webp"],
    ] as const) {
      const sheet = await getPicture(body.sheet.replace(/jpg$/u, format));
      expect(sheet.response.headers.get("Content-Type")).toBe(`image/${kind}`);
      expect((await sharp(sheet.picture).metadata()).format).toBe(kind);
    }
  });

  test.each<[string, Parameters<typeof form>[0], number, string, RegExp]>([
    ["no picture", { topK: "3" }, 400, "INVALID_REQUEST", /needs a front picture, a back picture or both/u],
    ["text for a picture", { front: "x" }, 400, "INVALID_REQUEST", /expected a picture file .*front/u],
    [
      "a file that is no picture",
      { front: Buffer.from("hello, this is no picture") },
      415,
      "UNSUPPORTED_IMAGE",
      /The front picture: A picture must be one of JPEG/u,
    ],
    ["too many matches", { front: Buffer.alloc(1), topK: "1000" }, 400, "INVALID_REQUEST", /topK/u],
    [
      "a filter that is none",
      { front: Buffer.alloc(1), filter: "colour" },
      400,
      "INVALID_REQUEST",
      /key=value/u,
    ],
  ])("is refused with a problem document: %s", async (_, fields, status, code, detail) => {
    const { response, body } = await searchFor(fields);
    expect(response.status).toBe(status);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(body).toMatchObject({ status, code, detail: expect.stringMatching(detail) });
  });

  test("that is cut off is refused as damaged", async () => {
    const { response, body } = await searchFor({ front: pictures.front.subarray(0, 900) });
    expect(response.status).toBe(422);
    expect(body).toMatchObject({ code: "IMAGE_UNDECODABLE" });
  });

  test("by an empty sheet is refused, for it would find anything", async () => {
    const sheet = sharp({ create: { width: 600, height: 400, channels: 3, background: "#fff" } });
    const { response, body } = await searchFor({ ...pictures, front: await sheet.png().toBuffer() });
    expect(response.status).toBe(422);
    expect(body).toMatchObject({
      code: "IMAGE_BLANK",
      detail: expect.stringMatching(/^The front picture: .* one colour #ffffff/u),
    });
  });

  test("with another kind of body, or that is not kept, says so", async () => {
    const response = await api.request("/api/v1/searches", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    });
    expect(response.status).toBe(400);
    expect(await get("/api/v1/searches/nothing")).toMatchObject({
      response: { status: 404 },
      body: { code: "NOT_FOUND", detail: expect.stringMatching(/search again/u) },
    });
  });
});

describe("designs", () => {
  test("come in pages, and one by one, without the paths of their pictures", async () => {
    const first = await get<Page>("/api/v1/designs?limit=10");
    const second = await get<Page>(`/api/v1/designs?limit=100&after=${encodeURIComponent(first.body.next!)}`);
    expect(second.body.next).toBeNull();
    const ids = [...first.body.designs, ...second.body.designs].map(({ id }) => id);
    expect(new Set(ids).size).toBe(DESIGNS);
    const one = await get(`/api/v1/designs/${wanted.id}`);
    expect(one.body).toMatchObject({ id: wanted.id, attributes: { category: expect.any(String) } });
    expect(JSON.stringify([first.body, one.body])).not.toContain(directory);
    expect((await get("/api/v1/designs/none")).body).toMatchObject({ code: "NOT_FOUND" });
  });

  test("have thumbnails that a browser may keep", async () => {
    const { body } = await get<Page["designs"][number]>(`/api/v1/designs/${wanted.id}`);
    const back = body.thumbnails.back!;
    const { response, picture } = await getPicture(back);
    expect(response.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    const stored = (await diptych.catalog.thumbnails([wanted.id])).get(wanted.id)!.back!;
    expect(picture.equals(stored)).toBe(true);
    const etag = response.headers.get("ETag")!;
    expect((await getPicture(back, { "If-None-Match": etag })).response.status).toBe(304);
    const plain = await getPicture(`/api/v1/designs/${wanted.id}/views/back`);
    expect(plain.response.headers.get("Cache-Control")).toBe("no-cache");
  });

  test("can be searched with, and are not among their own matches", async () => {
    const { body } = await get<Answer>(`/api/v1/designs/${wanted.id}/similar?topK=5`);
    const ids = body.matches.map(({ id }) => id);
    expect(ids).toHaveLength(5);
    expect(ids).not.toContain(wanted.id);
    expect(body.matches.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("the server", () => {
  test("tells that it lives, when it is ready, and what it serves", async () => {
    expect((await get("/livez")).response.status).toBe(200);
    expect((await get("/readyz")).response.status).toBe(200);
    draining = true;
    expect((await get("/readyz")).response.status).toBe(503);
    draining = false;
    expect((await get("/api/v1/stats")).body).toMatchObject({
      version: "1.2.3",
      model: diptych.model,
      catalog: { designs: DESIGNS, views: { front: DESIGNS, back: DESIGNS } },
    });
  });

  test("describes every route by OpenAPI 3.1", async () => {
    const { body } = await get<{ openapi: string; paths: object }>("/api/v1/openapi.json");
    expect(body.openapi).toBe("3.1.0");
    expect(Object.keys(body.paths).toSorted()).toEqual([
      "/api/v1/attributes",
      "/api/v1/designs",
      "/api/v1/designs/{id}",
      "/api/v1/designs/{id}/restore",
      "/api/v1/designs/{id}/similar",
      "/api/v1/designs/{id}/similar/matches.csv",
      "/api/v1/designs/{id}/similar/{sheet}",
      "/api/v1/designs/{id}/views/{view}",
      "/api/v1/imports",
      "/api/v1/imports/{id}",
      "/api/v1/imports/{id}/cancel",
      "/api/v1/imports/{id}/errors.csv",
      "/api/v1/imports/{id}/events",
      "/api/v1/searches",
      "/api/v1/searches/{id}",
      "/api/v1/searches/{id}/matches.csv",
      "/api/v1/searches/{id}/query/{view}",
      "/api/v1/searches/{id}/{sheet}",
      "/api/v1/stats",
      "/livez",
      "/metrics",
      "/readyz",
    ]);
  });

  test("answers an address where nothing is with a problem document", async () => {
    expect(await get("/elsewhere")).toMatchObject({ response: { status: 404 }, body: { code: "NOT_FOUND" } });
  });

  test("tells strangers nothing of a defect, and its keeper everything", async () => {
    const original = diptych.catalog.list;
    diptych.catalog.list = async () => {
      throw new Error("secret details");
    };
    const { response, body } = await get("/api/v1/designs");
    diptych.catalog.list = original;
    expect(response.status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(defects.map(({ message }) => message)).toEqual(["secret details"]);
  });
});
