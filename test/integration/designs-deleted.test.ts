import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { DamagedDesignError } from "../../src/core/damaged-design.js";
import { AppError } from "../../src/errors.js";
import { drawingPng } from "../fixtures/drawings.js";
import { createHttpWorld, type Design, file, form, type Page, type Problem } from "./http-world.js";

const world = createHttpWorld("deleted");

const pictures = async (design: number) => ({
  front: file("front.png", await drawingPng(design, "front")),
  back: file("back.png", await drawingPng(design, "back")),
});
const put = async (id: string, design: number) =>
  world.send<Design & Problem>(`/api/v1/designs/${id}`, {
    method: "PUT",
    body: form({ ...(await pictures(design)), attributes: `{"number": ${design}}` }),
  });
const remove = (id: string) =>
  world.send<{ id: string; restore: string } & Problem>(`/api/v1/designs/${id}`, { method: "DELETE" });
const restore = (id: string) => world.post<Design & Problem>(`/api/v1/designs/${id}/restore`);
const keptOf = async (id: string) => (await world.diptych().catalog.getEmbedded([id])).get(id);
const notFound = { status: 404, body: { code: "NOT_FOUND" } };

beforeAll(async () => {
  for (const [design, id] of ["A", "B", "C"].entries()) await put(id, design);
});

test("a deleted design is found nowhere, until it is brought back as it was", async () => {
  const told = await world.get<Design>("/api/v1/designs/B");
  const kept = await keptOf("B");
  const found = await world.search(await pictures(1));
  expect(found.matches[0]).toMatchObject({ id: "B" });

  const { status, body } = await remove("B");
  expect([status, body]).toEqual([200, { id: "B", restore: "/api/v1/designs/B/restore" }]);
  expect(await world.get("/api/v1/designs/B")).toMatchObject(notFound);
  expect(await world.get("/api/v1/designs/B/similar")).toMatchObject(notFound);
  expect((await world.bytes(told.body.thumbnails.front!)).status).toBe(404);
  expect((await world.bytes(`${told.body.thumbnails.front!}&size=full`)).status).toBe(404);
  expect(await world.ids()).toEqual(["A", "C"]);
  const filtered = await world.get<Page>("/api/v1/designs?filter=number%3D1");
  expect(filtered.body.designs).toEqual([]);
  expect((await world.search(await pictures(1))).matches.map(({ id }) => id).toSorted()).toEqual(["A", "C"]);
  // The result that was told before is ranked anew, too.
  const again = await world.get<typeof found>(`/api/v1/searches/${found.id}`);
  expect(again.body.matches.map(({ id }) => id)).not.toContain("B");

  const restored = await world.post<Design>(body.restore);
  expect([restored.status, restored.body]).toEqual([200, told.body]);
  expect(await keptOf("B")).toEqual(kept);
  expect((await world.search(await pictures(1))).matches).toEqual(found.matches);
  expect((await world.bytes(`${told.body.thumbnails.front!}&size=full`)).status).toBe(200);
});

test("a deleted design comes back with what was changed before its turn to be deleted came", async () => {
  const { catalog, inTurn } = world.diptych();
  let change = () => {};
  const changing = inTurn(async () => {
    await new Promise<void>((resolve) => {
      change = resolve;
    });
    await catalog.upsert([{ ...(await keptOf("C"))!, attributes: { number: 22 } }]);
  });
  const deleting = remove("C");
  expect(await Promise.race([deleting, sleep(300, "waits")])).toBe("waits");
  change();
  await changing;
  expect((await deleting).status).toBe(200);
  expect((await restore("C")).body.attributes).toEqual({ number: 22 });
});

test("a damaged design is deleted, and cannot be brought back; one that cannot be read just now is not deleted", async () => {
  const { catalog } = world.diptych();
  await put("D", 3);
  const failing = (error: Error) =>
    world.serve({
      catalog: Object.assign(Object.create(catalog), {
        delete: (ids: readonly string[]) => catalog.delete(ids),
        getEmbedded: () => Promise.reject(error),
      }),
    });
  const away = failing(new AppError("CATALOG_UNAVAILABLE", "The disk does not answer."));
  expect((await away.send("/api/v1/designs/D", { method: "DELETE" })).status).toBe(503);
  expect(world.takeDefects()).toHaveLength(1);
  expect(await world.ids()).toContain("D");
  const damaged = failing(new DamagedDesignError("D"));
  const { status, body } = await damaged.send("/api/v1/designs/D", { method: "DELETE" });
  expect([status, body]).toEqual([200, { id: "D", restore: null }]);
  expect(await world.ids()).not.toContain("D");
});

test("a design can be brought back once, and only if it was deleted", async () => {
  expect(await remove("none")).toMatchObject(notFound);
  expect(await restore("none")).toMatchObject(notFound);
  expect(await restore("A")).toMatchObject(notFound);
  await remove("A");
  expect(await remove("A")).toMatchObject(notFound);
  expect((await restore("A")).status).toBe(200);
  expect(await restore("A")).toMatchObject(notFound);
});

test("a design whose id is taken again does not come back in its place, but once that is deleted does the other", async () => {
  await remove("C");
  expect((await put("C", 7)).status).toBe(201);
  const { status, body } = await restore("C");
  expect([status, body.code]).toEqual([400, "INVALID_REQUEST"]);
  expect(body.detail).toMatch(/There is a design "C" again/u);
  expect((await world.get<Design>("/api/v1/designs/C")).body.attributes).toEqual({ number: 7 });
  await remove("C");
  expect((await restore("C")).body.attributes).toEqual({ number: 7 });
});

test("of the deleted designs the last 200 can be brought back", async () => {
  const [first] = (await world.diptych().catalog.getEmbedded(["A"])).values();
  const many = Array.from({ length: 201 }, (_, i) => ({ ...first!, id: `many ${i}` }));
  await world.diptych().catalog.upsert(many);
  for (const { id } of many) expect((await remove(encodeURIComponent(id))).status).toBe(200);
  expect(await restore(encodeURIComponent("many 0"))).toMatchObject(notFound);
  expect((await restore(encodeURIComponent("many 1"))).status).toBe(200);
  expect((await restore(encodeURIComponent("many 200"))).status).toBe(200);
});
