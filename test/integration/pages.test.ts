import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type App, createApp } from "../../src/http/app.js";
import type { Api } from "../../src/http/served.js";
import { type Diptych, openDiptych } from "../../src/index.js";
import { drawingPng } from "../fixtures/drawings.js";

const HOSTILE = '<script>alert("1")</script>';

let directory: string;
let diptych: Diptych;
let api: Api;
let app: App;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-pages-"));
  const rows = ["front,back,id,colour"];
  for (const [i, id] of ["A", "B", "C", HOSTILE].entries()) {
    for (const view of ["front", "back"] as const) {
      await writeFile(path.join(directory, `${i}-${view}.png`), await drawingPng(i, view));
    }
    rows.push(`${i}-front.png,${i}-back.png,"${id.replaceAll('"', '""')}",${i % 2 ? "red" : "blue"}`);
  }
  const manifest = path.join(directory, "designs.csv");
  await writeFile(manifest, rows.join("\n"));
  diptych = await openDiptych({ catalog: path.join(directory, "catalog"), create: true });
  expect(await diptych.import(manifest)).toMatchObject({ imported: 4, failed: 0 });
  app = createApp(diptych, { version: "1.2.3" });
  ({ api } = app);
});
afterAll(async () => {
  await app.close();
  await diptych.close();
  await rm(directory, { recursive: true });
});

async function open(address: string, headers: Record<string, string> = {}) {
  const response = await api.request(address, { headers });
  return { response, text: await response.text() };
}

async function post(address: string, fields: Record<string, string | Buffer>, headers = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    body.append(name, Buffer.isBuffer(value) ? new File([value], `${name}.png`) : value);
  }
  const response = await api.request(address, { method: "POST", body, headers });
  return { response, location: response.headers.get("Location"), text: await response.text() };
}

/** The ids on a result page, in their order. */
const idsOn = (text: string) =>
  [...text.matchAll(/<span class="rank">\d+<\/span>([^<]+)</gu)].map(([, id]) => id);

describe("a search by the form, without scripts", () => {
  test("leads to a result that has its own address and can be ranked again", async () => {
    const pictures = { front: await drawingPng(1, "front"), back: await drawingPng(1, "back") };
    const { response, location } = await post("/search", pictures);
    expect(response.status).toBe(303);
    expect(location).toMatch(/^\/results\/[\w-]{16}$/u);
    const { text } = await open(location!);
    expect(idsOn(text)[0]).toBe("B");
    expect(idsOn(text)).toHaveLength(4);
    expect(text).toContain('name="front" min="0" max="1" step="0.05" value="0.5"');

    const filtered = await open(`${location}?front=0.2&back=0.8&filter=colour%3Dblue`);
    expect(idsOn(filtered.text).toSorted()).toEqual(["A", "C"]);
    expect(filtered.text).toContain('value="0.8"');
    expect(filtered.text).toContain('value="colour=blue"');
    expect(idsOn((await open(`${location}?front=1&back=0&filter=`)).text)).toHaveLength(4);
    expect((await open(`${location}?filter=colour%3Dgreen`)).text).toContain("No design fits.");
  });

  test("of one picture alone offers no weights", async () => {
    const { location } = await post("/search", { back: await drawingPng(2, "back"), front: "" });
    const { text } = await open(location!);
    expect(idsOn(text)[0]).toBe("C");
    expect(text).not.toContain('name="front"');
  });

  test("works by the tutorial's own form, too", async () => {
    const fields = { file: await drawingPng(0, "front"), file2: await drawingPng(0, "back") };
    const { response, location } = await post("/upload", fields);
    expect(response.status).toBe(303);
    expect(idsOn((await open(location!)).text)[0]).toBe("A");
  });

  test("that cannot be done tells why on a page", async () => {
    const nothing = await post("/search", {});
    expect(nothing.response.status).toBe(400);
    expect(nothing.text).toContain("needs a front picture, a back picture or both");
    const noPicture = await post("/search", { front: Buffer.from("no picture at all") });
    expect(noPicture.response.status).toBe(415);
    expect(noPicture.text).toContain("The front picture: A picture must be one of JPEG");
    expect((await open("/results/none")).response.status).toBe(404);
    expect((await open("/designs/none/similar")).text).toContain("There is no design &quot;none&quot;");
  });
});

describe("the form to change a design", () => {
  const change = async (id: string, rows: readonly (readonly [string, string])[]) => {
    const body = new FormData();
    for (const [key, value] of rows) {
      body.append("key", key);
      body.append("value", value);
    }
    const response = await api.request(`/designs/${id}`, { method: "POST", body });
    return { status: response.status, text: await response.text() };
  };
  const keptOf = async (id: string) => (await diptych.catalog.get([id])).get(id)!.attributes;
  const { long, ...few } = { long: "x".repeat(3000), code: "42", note: "a\nb" };
  const many = Object.fromEntries(Array.from({ length: 110 }, (_, i) => [`key ${i}`, `${i}`]));
  const rowsOf = (attributes: Readonly<Record<string, string>>) => Object.entries(attributes);

  test("holds to its bounds what is new or changed, and nothing else", async () => {
    const attributes = { ...many, ...few, long };
    await diptych.put({ id: "MANY", pictures: { front: await drawingPng(5, "front") }, attributes });
    const refused = await change("MANY", rowsOf({ ...attributes, long: `${long}!` }));
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("at most 2000 characters")]);
    const more = await change("MANY", rowsOf({ ...attributes, another: "x" }));
    expect([more.status, more.text]).toEqual([400, expect.stringContaining("at most 100 attributes")]);
    expect(await keptOf("MANY")).toEqual(attributes);
    expect((await change("MANY", rowsOf({ ...attributes, long: "short" }))).status).toBe(303);
    expect(await keptOf("MANY")).toEqual({ ...attributes, long: "short" });
    expect((await change("MANY", rowsOf({ ...few, price: "19.5" }))).status).toBe(303);
    expect(await keptOf("MANY")).toEqual({ ...few, price: 19.5 });
    await diptych.catalog.delete(["MANY"]);
  });

  test("gives no pictures back, and says so, in the page's language", async () => {
    const fields = { front: Buffer.from("no picture at all") };
    const chinese = await post("/catalogue/new", { id: "N", ...fields }, { "Accept-Language": "zh-TW" });
    expect(chinese.text).toContain("請重新選擇圖片。");
    expect((await post("/designs/A", fields)).text).toContain("Choose the pictures again.");
    expect((await post("/catalogue/new", { id: "N" })).text).not.toContain("Choose the pictures again.");
  });
});

describe("a page", () => {
  test("speaks the language that the browser asks for, or that was chosen", async () => {
    expect((await open("/")).text).toContain('<html lang="en">');
    const chinese = await open("/", { "Accept-Language": "fr, zh-TW;q=0.9, en;q=0.8" });
    expect(chinese.text).toContain('<html lang="zh-Hant">');
    expect(chinese.text).toContain("尋找相似的設計");
    const english = await open("/", { "Accept-Language": "zh;q=0.3, en-GB" });
    expect(english.text).toContain('<html lang="en">');

    const { response, location } = await post("/language", {
      language: "zh-Hant",
      return: "/results/x?front=1",
    });
    expect([response.status, location]).toEqual([303, "/results/x?front=1"]);
    const cookie = response.headers.get("Set-Cookie")!.split(";")[0]!;
    expect((await open("/", { Cookie: cookie })).text).toContain('<html lang="zh-Hant">');
    expect((await open("/", { Cookie: "language=__proto__" })).text).toContain('<html lang="en">');
  });

  test.each(["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "elsewhere"])(
    "never leads the language switch to %s",
    async (back) => {
      expect((await post("/language", { language: "en", return: back })).location).toBe("/");
    },
  );

  test("shows names as they are, never as markup, and runs no scripts but its own files", async () => {
    const { response, text } = await open("/designs/A/similar");
    expect(text.match(/<script[^>]*>/gu)).toEqual([
      expect.stringMatching(/^<script type="module" src="\/assets\/result\.[0-9a-f]{12}\.js">$/u),
      expect.stringMatching(/^<script type="module" src="\/assets\/beside\.[0-9a-f]{12}\.js">$/u),
    ]);
    expect(text).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
    expect(response.headers.get("Content-Security-Policy")).toMatch(
      /default-src 'none'.*script-src 'self';/u,
    );
    const own = await open(`/designs/${encodeURIComponent(HOSTILE)}/similar`);
    expect(own.response.status).toBe(200);
    expect(own.text).not.toContain("<script>");
  });

  test("has a style sheet that browsers may keep, and nothing from other hosts", async () => {
    const { text } = await open("/");
    const [, address] = /<link rel="stylesheet" href="([^"]+)">/u.exec(text)!;
    const { response } = await open(address!);
    expect(response.headers.get("Content-Type")).toBe("text/css; charset=utf-8");
    expect(response.headers.get("Cache-Control")).toContain("immutable");
    expect(text).not.toMatch(/(?:src|href|action)="(?:https?:)?\/\//u);
  });
});
