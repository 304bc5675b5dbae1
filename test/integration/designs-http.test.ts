import { describe, expect, test } from "vitest";
import { drawingPng } from "../fixtures/drawings.js";
import {
  createHttpWorld,
  type Design,
  type Fields,
  file,
  form,
  type Page,
  type Problem,
} from "./http-world.js";

const world = createHttpWorld("designs");

const addressOf = (id: string) => `/api/v1/designs/${encodeURIComponent(id)}`;
const put = (id: string, fields: Fields) =>
  world.send<Design & Problem>(addressOf(id), { method: "PUT", body: form(fields) });

const front = async (design: number) => file("front.png", await drawingPng(design, "front"));
const back = async (design: number) => file("back.png", await drawingPng(design, "back"));

/** All that the catalog keeps of a design. */
const keptOf = async (id: string) => (await world.diptych().catalog.getEmbedded([id])).get(id);

/** Puts a design with both views under an id that no other test has. */
async function createDesign(id: string, design: number) {
  const attributes = '{"colour": "red", "price": 19.5}';
  await put(id, { front: await front(design), back: await back(design), attributes });
  return (await keptOf(id))!;
}

describe("putting a design", () => {
  test("adds it, and doing it again is doing it once", async () => {
    const fields = {
      front: await front(1),
      back: await back(1),
      attributes: '{"colour": "red", "price": 19.5}',
    };
    const created = await put("P1", fields);
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ id: "P1", attributes: { colour: "red", price: 19.5 } });
    expect(Object.keys(created.body.thumbnails)).toEqual(["front", "back"]);
    const kept = await keptOf("P1");

    const again = await put("P1", fields);
    expect([again.status, again.body]).toEqual([200, created.body]);
    expect(await keptOf("P1")).toEqual(kept);
    expect((await put("P1", {})).body).toEqual(created.body);
    expect(await keptOf("P1")).toEqual(kept);
    expect(await world.ids()).toEqual(["P1"]);
    expect(await world.idsFoundBy({ front: await front(1) })).toEqual(["P1"]);
    for (const address of Object.values(created.body.thumbnails)) {
      expect((await world.bytes(`${address}&size=full`)).status).toBe(200);
    }
  });

  test("changes one view and leaves the other", async () => {
    const before = await createDesign("P2", 2);
    const { status, body } = await put("P2", { front: await front(3) });
    expect(status).toBe(200);
    const after = (await keptOf("P2"))!;
    expect(after.views.back).toEqual(before.views.back);
    expect(after.attributes).toEqual(before.attributes);
    expect(after.views.front).not.toEqual(before.views.front);
    expect((await world.idsFoundBy({ front: await front(3) }))[0]).toBe("P2");
    // Under the new address, as browsers keep the picture of the old one for ever.
    expect(body.thumbnails.back).toContain(before.views.back!.sha256!.slice(0, 16));
    expect(body.thumbnails.front).not.toContain(before.views.front!.sha256!.slice(0, 16));
  });

  test("changes both views by two requests at once", async () => {
    const { views } = await createDesign("P3", 4);
    await Promise.all([put("P3", { front: await front(5) }), put("P3", { back: await back(6) })]);
    const after = (await keptOf("P3"))!;
    expect(after.views.front!.sha256).not.toBe(views.front!.sha256);
    expect(after.views.back!.sha256).not.toBe(views.back!.sha256);
  });

  test("takes a view away, unless it is the last", async () => {
    const before = await createDesign("P4", 7);
    expect(Object.keys((await put("P4", { without: "back" })).body.thumbnails)).toEqual(["front"]);
    expect((await keptOf("P4"))!.views).toEqual({ front: before.views.front });
    const { status, body } = await put("P4", { without: ["front", "back"] });
    expect([status, body.code]).toEqual([400, "INVALID_REQUEST"]);
    expect(body.detail).toMatch(/"P4" would have none/u);
    expect((await keptOf("P4"))!.views).toEqual({ front: before.views.front });
    expect((await put("P4", { without: "front", back: await back(7) })).status).toBe(200);
    expect((await keptOf("P4"))!.views).toEqual({ back: before.views.back });
    expect((await put("P4", { without: "side" })).status).toBe(400);
    expect(await put("P4 new", { attributes: "{}" })).toMatchObject({ status: 400 });
    expect(await keptOf("P4 new")).toBeUndefined();
  });

  test("replaces all attributes, or keeps them when none are told", async () => {
    await createDesign("P5", 8);
    expect((await put("P5", { attributes: '{"size": "XL"}' })).body.attributes).toEqual({ size: "XL" });
    expect((await put("P5", { front: await front(9) })).body.attributes).toEqual({ size: "XL" });
    expect((await put("P5", { attributes: "{}" })).body.attributes).toEqual({});
  });

  test("takes any name of an attribute as one of its own", async () => {
    const attributes = '{"__proto__": "x", "constructor": 1, "toString": "é", "=1+1": -0.5}';
    const { body } = await put("P6", { front: await front(10), attributes });
    const told = [["__proto__", "x"] as const, ["constructor", 1], ["toString", "é"], ["=1+1", -0.5]];
    expect(Object.entries(body.attributes)).toEqual(told);
    const filtered = await world.get<Page>("/api/v1/designs?filter=__proto__%3Dx");
    expect(filtered.body.designs.map(({ id, attributes: own }) => [id, Object.entries(own)])).toEqual([
      ["P6", told],
    ]);
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
  });

  test.each([
    ["no JSON", "colour=red"],
    ["nothing", ""],
    ["a list", '["red"]'],
    ["null", "null"],
    ["a text", '"red"'],
    ["a value that is nested", '{"colour": {"name": "red"}}'],
    ["a value that is a list", '{"colour": ["red"]}'],
    ["a value that is null", '{"colour": null}'],
    ["a value that is true", '{"colour": true}'],
    ["a number too large for any", '{"price": 1e999}'],
    ["a number that JSON has not", '{"price": Infinity}'],
    ["an empty name", '{" ": "red"}'],
    ["a long name", `{"${"x".repeat(101)}": "red"}`],
    ["a long value", `{"colour": "${"x".repeat(2001)}"}`],
    ["too many", JSON.stringify(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`key ${i}`, i])))],
  ])("refuses attributes that are %s, and changes nothing", async (_, attributes) => {
    const before = (await keptOf("P7")) ?? (await createDesign("P7", 11));
    const { status, body } = await put("P7", { front: await front(12), attributes });
    expect([status, body.code]).toEqual([400, "INVALID_REQUEST"]);
    expect(body.detail).toMatch(/attribute/iu);
    expect(body.detail.length).toBeLessThan(400);
    expect(await keptOf("P7")).toEqual(before);
  });

  test.each<[string, number, string, (picture: Buffer) => string | Uint8Array]>([
    ["cut off", 422, "IMAGE_UNDECODABLE", (picture) => picture.subarray(0, 900)],
    ["no picture", 415, "UNSUPPORTED_IMAGE", () => "no picture at all"],
    ["empty", 415, "UNSUPPORTED_IMAGE", () => ""],
  ])("with a picture that is %s leaves it as it was", async (_, status, code, spoil) => {
    const before = (await keptOf("P8")) ?? (await createDesign("P8", 13));
    const spoilt = file("back.png", spoil(await drawingPng(14, "back")));
    const { body, ...answer } = await put("P8", { front: await front(14), back: spoilt, attributes: "{}" });
    expect([answer.status, body.code]).toEqual([status, code]);
    expect(body.detail).toMatch(/^The back picture: /u);
    expect(await keptOf("P8")).toEqual(before);
  });

  test("refuses what is no form, and a form that is too large before it is read", async () => {
    const json = { method: "PUT", headers: { "Content-Type": "application/json" }, body: "{}" };
    expect(await world.send(addressOf("P9"), json)).toMatchObject({ status: 400 });
    const large = { method: "PUT", headers: { "Content-Length": "100000000" }, body: form({}) };
    expect(await world.send(addressOf("P9"), large)).toMatchObject({
      status: 413,
      body: { code: "IMAGE_TOO_LARGE" },
    });
    expect(await keptOf("P9")).toBeUndefined();
  });
});

describe("an id", () => {
  test.each([
    ["a slash", "a/b"],
    ["a backslash", "a\\b"],
    ["letters of all kinds", "外套 №1 👕"],
    ["a percent sign", "100%"],
    ["what looks escaped", "%2F"],
    ["an address's signs", "a?b#c&d=e+f"],
    ["quotes and markup", "'\"`<b>"],
    ["dots alone", "..."],
    ["200 characters", "x".repeat(200)],
  ])("of %s leads to its design everywhere", async (_, id) => {
    const created = await put(id, { front: await front(20) });
    expect([created.status, created.body.id]).toEqual([201, id]);
    expect((await world.get<Design>(addressOf(id))).body).toEqual(created.body);
    expect((await world.bytes(created.body.thumbnails.front!)).status).toBe(200);
    expect((await world.get(`${addressOf(id)}/similar`)).status).toBe(200);
    expect(await world.ids()).toContain(id);
    const { status, body } = await world.send<{ restore: string }>(addressOf(id), { method: "DELETE" });
    expect(status).toBe(200);
    expect(await world.ids()).not.toContain(id);
    expect((await world.post<Design>(body.restore)).body).toEqual(created.body);
  });

  test.each([
    ["a line break", "a\nb"],
    ["a null character", "a\u0000b"],
    ["a control character", "a\u0085b"],
    ["a space before it", " a"],
    ["a space after it", "a "],
    ["spaces alone", " "],
    ["201 characters", "x".repeat(201)],
    ["2000 characters", "x".repeat(2000)],
  ])("of %s is refused", async (_, id) => {
    const before = await world.ids();
    const { status, body } = await put(id, { front: await front(20) });
    expect([status, body.code]).toEqual([400, "INVALID_REQUEST"]);
    expect(body.detail.length).toBeLessThan(300);
    expect(await world.ids()).toEqual(before);
  });
});
