import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { describe, expect, onTestFinished, test } from "vitest";
import { drawingPng } from "../fixtures/drawings.js";
import { type Client, createHttpWorld, type Import } from "./http-world.js";

/** Pictures that an import reads at once. */
const READ_AT_ONCE = 4;

const world = createHttpWorld("imports-running");

/** Files `<name>00_front.png` and on. From 33 on they are more than one batch of an import. */
async function flats(name: string, count: number): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (let i = 0; i < count; i++) {
    files[`${name}${String(i).padStart(2, "0")}_front.png`] = await drawingPng(i, "front");
  }
  return files;
}

/** An API whose imports read the pictures from this one on, in the order of their names, once the door is open. */
function doorBefore(picture: string) {
  const { openUpload } = world.diptych();
  const door = { open: () => {}, waiting: 0 };
  const opened = new Promise<void>((resolve) => {
    door.open = resolve;
  });
  const client = world.serve({
    async openUpload(...args) {
      const upload = await openUpload(...args);
      const readPicture: typeof upload.readPicture = async (file) => {
        if (path.basename(file) >= picture) {
          door.waiting += 1;
          await opened;
        }
        return upload.readPicture(file);
      };
      return { ...upload, readPicture };
    },
  });
  // Also when the test fails, for the import would wait for ever.
  onTestFinished(() => door.open());
  /** Until an import has written the batch before the door, and reads no more. */
  const reached = async (id: string) => {
    const rows = async () => (await client.get<Import>(`/api/v1/imports/${id}`)).body.rows;
    await expect.poll(rows, { timeout: 100_000 }).toBe(32);
    await expect.poll(() => door.waiting, { timeout: 100_000 }).toBe(READ_AT_ONCE);
  };
  return { client, door: { open: () => door.open(), reached } };
}

/** Begins an import of a design for each name. */
async function startAll(client: Client, names: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) ids.push((await client.startImport(await flats(name, 1))).body.id);
  return ids;
}

const idsOf = async (name: string) => (await world.ids()).filter((id) => id.startsWith(name));

/** The events of an import, which are read to their end. */
async function eventsOf(stream: Response): Promise<Import[]> {
  const text = await stream.text();
  expect(text).toMatch(/^(?:event: progress\ndata: \{.*\}\n\n)+$/u);
  return [...text.matchAll(/^data: (.*)$/gmu)].map(([, data]) => JSON.parse(data!));
}

describe("the events of an import", () => {
  test("tell how far it is, until it is over", async () => {
    const { client, door } = doorBefore("E32_front.png");
    const { body } = await client.startImport(await flats("E", 36));
    const stream = await client.open(`/api/v1/imports/${body.id}/events`);
    expect(stream.headers.get("Content-Type")).toBe("text/event-stream");
    const reading = eventsOf(stream);
    await door.reached(body.id);
    door.open();
    const events = await reading;
    const rows = events.map((event) => event.rows);
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    expect(events.slice(0, -1).every(({ state }) => state !== "done")).toBe(true);
    expect(events.at(-1)).toMatchObject({ id: body.id, state: "done", total: 36, rows: 36, imported: 36 });
    expect(await eventsOf(await client.open(`/api/v1/imports/${body.id}/events`))).toEqual([events.at(-1)]);
  });

  test("end with its last state also for whoever is slow to read them", async () => {
    const { client, door } = doorBefore("L32_front.png");
    const { body } = await client.startImport(await flats("L", 36));
    const stream = await client.open(`/api/v1/imports/${body.id}/events`);
    await door.reached(body.id);
    // Longer than the server pauses between two events: the second waits to be read when the import goes on.
    await sleep(500);
    door.open();
    await client.reached(body.id, "done");
    expect((await eventsOf(stream)).at(-1)).toMatchObject({ state: "done", rows: 36 });
  });

  test("of an import that never was are not found", async () => {
    const { status, body } = await world.get("/api/v1/imports/nothing/events");
    expect([status, body.code]).toEqual([404, "NOT_FOUND"]);
  });
});

describe("an import that is cancelled", () => {
  test("keeps what is written, and leaves what the model has not come to", async () => {
    const { client, door } = doorBefore("C32_front.png");
    const { body } = await client.startImport(await flats("C", 80));
    await door.reached(body.id);
    const { status, body: told } = await client.post<Import>(`/api/v1/imports/${body.id}/cancel`);
    expect([status, told.state]).toEqual([202, "running"]);
    door.open();
    expect(await client.reached(body.id, "cancelled", "done")).toMatchObject({
      ...{ state: "cancelled", total: 80, failed: 0 },
      ...{ rows: 32, imported: 32 },
    });
    expect(await idsOf("C")).toHaveLength(32);
    expect(await world.uploadsLeft()).toEqual([]);
    expect((await client.post<Import>(`/api/v1/imports/${body.id}/cancel`)).body.state).toBe("cancelled");
  });

  test("while it waits is over at once and never begun, and the others go on", async () => {
    const { client, door } = doorBefore("W0");
    const [first, second, third] = await startAll(client, ["W0", "W1", "W2"]);
    await client.reached(first!, "running");
    const { body } = await client.post<Import>(`/api/v1/imports/${second}/cancel`);
    expect(body).toMatchObject({ state: "cancelled", total: null, rows: 0 });
    // Its place and its files are free, though the one before it still runs.
    const stats = await client.get<{ imports: object }>("/api/v1/stats");
    expect(stats.body.imports).toEqual({ unfinished: 2 });
    await expect.poll(world.uploads).toHaveLength(2);
    door.open();
    expect(await client.reached(third!, "done")).toMatchObject({ imported: 1 });
    expect(await idsOf("W")).toEqual(["W000", "W200"]);
    expect(await world.uploadsLeft()).toEqual([]);
  });

  test("is one that there is", async () => {
    const { status, body } = await world.post("/api/v1/imports/nothing/cancel");
    expect([status, body.code]).toEqual([404, "NOT_FOUND"]);
  });
});

describe("several imports", () => {
  test("run one after the other, in the order they came", async () => {
    const { client, door } = doorBefore("T0");
    const [first, second] = await startAll(client, ["T0", "T1"]);
    await client.reached(first!, "running");
    const { body } = await client.get<{ imports: Import[] }>("/api/v1/imports");
    expect(body.imports.map(({ id, state }) => [id, state])).toEqual([
      [second, "waiting"],
      [first, "running"],
    ]);
    const stats = await client.get<{ imports: object }>("/api/v1/stats");
    expect(stats.body.imports).toEqual({ unfinished: 2 });
    door.open();
    expect(await client.reached(second!, "done")).toMatchObject({ imported: 1 });
    expect((await client.get<Import>(`/api/v1/imports/${first}`)).body).toMatchObject({ state: "done" });
  });

  test("are refused when too many wait, until one is done", async () => {
    const { client, door } = doorBefore("F0");
    const ids = await startAll(client, ["F0", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8"]);
    const { response, status, body } = await client.startImport(await flats("F9", 1));
    expect([status, response.headers.get("Retry-After")]).toEqual([503, "1"]);
    expect(body).toMatchObject({ code: "QUEUE_FULL", detail: expect.stringMatching(/^At most 8 /u) });
    door.open();
    await client.reached(ids.at(-1)!, "done");
    expect(await client.import(await flats("F9", 1))).toMatchObject({ state: "done", imported: 1 });
    expect(await idsOf("F")).toHaveLength(10);
  });

  test("that are sent at once find as much room as those sent one by one", async () => {
    const { client, door } = doorBefore("O0");
    const files = await flats("O0", 1);
    const answers = await Promise.all(Array.from({ length: 12 }, () => client.startImport(files)));
    const begun = answers.filter(({ status }) => status === 202);
    expect(begun).toHaveLength(9);
    expect(answers.filter(({ body }) => body.code === "QUEUE_FULL")).toHaveLength(3);
    door.open();
    for (const { body } of begun) await client.reached(body.id, "done");
    expect(await world.uploadsLeft()).toEqual([]);
  });
});

test("closing ends the import that runs and those that wait; what was written is whole", async () => {
  const { client, door } = doorBefore("Y32_front.png");
  const { body } = await client.startImport(await flats("Y", 80));
  const [waiting] = await startAll(client, ["Z0"]);
  await door.reached(body.id);
  const closing = client.close();
  door.open();
  await closing;
  for (const id of [body.id, waiting]) {
    expect((await client.get<Import>(`/api/v1/imports/${id}`)).body.state).toBe("cancelled");
  }
  const ids = await idsOf("Y");
  expect(ids).toHaveLength(32);
  for (const id of ids) {
    const { status, bytes } = await world.bytes(`/api/v1/designs/${id}/views/front?size=full`);
    expect(status).toBe(200);
    expect((await sharp(bytes).metadata()).height).toBe(440);
  }
  expect(await idsOf("Z")).toEqual([]);
  expect(await world.uploadsLeft()).toEqual([]);
});
